"""http: the query parameters of v1's lists."""

from sheaf.domain.values import Timestamp, parse_timestamp
from sheaf.http.request import Request


def updated_since(request: Request) -> Timestamp | None:
    """The time since which records must have changed, None for all. Raises MalformedError."""
    given = request.given.get("updated_since")
    return None if given is None else parse_timestamp(given, "updated_since")
