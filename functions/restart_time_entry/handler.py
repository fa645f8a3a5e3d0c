"""functions: PATCH /v2/time_entries/{time_entry_id}/restart."""

from functools import partial

from sheaf.domain.identity import everybody
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.own_time import require_own_as_seen
from sheaf.http.v2.responses import show_time_entry
from sheaf.store import time_entries


def restart_time_entry(request: Request) -> Response:
    """The time entry with its timer running, the only one of its user (Harvest v2, "Restart a stopped time entry")."""
    found = time_entries.restart(
        request.account_id,
        request.path_id("time_entry_id"),
        partial(require_own_as_seen, request),
        request.clock,
    )
    return Response(200, show_time_entry(found, request.user, request.now))


handler = v2_endpoint(restart_time_entry, everybody)
