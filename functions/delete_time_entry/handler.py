"""functions: DELETE /v2/time_entries/{time_entry_id}."""

from sheaf.domain.identity import everybody
from sheaf.domain.time_entry import LoggedTime, require_own
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.conditional import matching
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.responses import show_time_entry
from sheaf.store import time_entries


def delete_time_entry(request: Request) -> Response:
    """Delete a time entry and answer with it as it was (Harvest v2, "Delete a time entry")."""

    def check(found: LoggedTime) -> None:
        require_own(request.user, found.entry)
        matching(request, found, lambda seen: show_time_entry(seen, request.user, request.now))

    found = time_entries.delete(
        request.account_id,
        request.path_id("time_entry_id"),
        check,
    )
    return Response(200, show_time_entry(found, request.user, request.now))


handler = v2_endpoint(delete_time_entry, everybody)
