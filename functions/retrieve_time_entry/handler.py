"""functions: GET /v2/time_entries/{time_entry_id}."""

from sheaf.domain.identity import everybody
from sheaf.domain.time_entry import require_own
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.responses import show_time_entry
from sheaf.store import time_entries


def retrieve_time_entry(request: Request) -> Response:
    """One time entry (Harvest v2, "Retrieve a time entry")."""
    found = time_entries.get(request.account_id, request.path_id("time_entry_id"))
    require_own(request.user, found.entry)
    return Response(200, show_time_entry(found, request.user, request.now))


handler = v2_endpoint(retrieve_time_entry, everybody)
