"""functions: PATCH /v2/time_entries/{time_entry_id}/stop."""

from sheaf.domain.identity import everybody
from sheaf.domain.time_entry import LoggedTime, require_own
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.conditional import matching
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.responses import show_time_entry
from sheaf.store import time_entries


def stop_time_entry(request: Request) -> Response:
    """The time entry with its timer stopped and its hours written (Harvest v2, "Stop a running time entry")."""

    def check(found: LoggedTime) -> None:
        require_own(request.user, found.entry)
        matching(request, found, lambda seen: show_time_entry(seen, request.user, request.now))

    found = time_entries.stop(
        request.account_id,
        request.path_id("time_entry_id"),
        check,
        request.clock,
    )
    return Response(200, show_time_entry(found, request.user, request.now))


handler = v2_endpoint(stop_time_entry, everybody)
