"""functions: GET /v2/time_entries."""

from sheaf.domain.identity import everybody
from sheaf.domain.time_entry import TimeReader
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.responses import show_time_entry
from sheaf.http.v2.time_query import read_time_query
from sheaf.store import time_entries


def list_time_entries(request: Request) -> Response:
    """The time that the caller may see, the newest date first (Harvest v2, "List all time entries")."""
    query, wanted = read_time_query(request)
    page = time_entries.page(
        request.account_id, TimeReader(request.user.id, request.user.seen_projects), wanted, query.paging
    )
    return query.response(
        "time_entries",
        page,
        lambda logged_time: show_time_entry(logged_time, request.user, request.now),
        lambda logged_time: logged_time.entry.spent_date,
    )


handler = v2_endpoint(list_time_entries, everybody)
