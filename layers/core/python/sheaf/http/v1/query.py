"""http: the query parameters of v1's lists."""

from sheaf.domain.values import Timestamp, parse_timestamp
from sheaf.http.request import Call


def updated_since(call: Call) -> Timestamp | None:
    """The time since which records must have changed, None for all. Raises MalformedError."""
    given = call.given.get("updated_since")
    return None if given is None else parse_timestamp(given, "updated_since")
