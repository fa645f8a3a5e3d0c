"""functions: DELETE /v2/time_entries/{time_entry_id}."""

from functools import partial

from sheaf.domain.identity import everybody
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.own_time import require_own_as_seen
from sheaf.http.v2.responses import show_time_entry
from sheaf.store import time_entries


def delete_time_entry(request: Request) -> Response:
    """Delete a time entry and answer with it as it was (Harvest v2, "Delete a time entry")."""
    found = time_entries.delete(
        request.account_id,
        request.path_id("time_entry_id"),
        partial(require_own_as_seen, request),
    )
    return Response(200, show_time_entry(found, request.user, request.now))


handler = v2_endpoint(delete_time_entry, everybody)
