"""http: what every change of a time entry asks first."""

from sheaf.domain.time_entry import LoggedTime, require_own
from sheaf.http.conditional import matching
from sheaf.http.request import Request
from sheaf.http.v2.responses import show_time_entry


def require_own_as_seen(request: Request, found: LoggedTime) -> None:
    """Raises what `require_own` raises, and ChangedSinceError where `If-Match` names another state of the entry."""
    require_own(request.user, found.entry)
    matching(request, found, lambda seen: show_time_entry(seen, request.user, request.now))
