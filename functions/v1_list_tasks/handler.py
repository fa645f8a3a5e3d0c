"""functions: GET /tasks."""

from sheaf.domain.identity import may_manage_tasks
from sheaf.domain.paging import WHOLE, Filter
from sheaf.entry_points.http_v1 import v1_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v1.formats import show_list
from sheaf.http.v1.query import updated_since
from sheaf.http.v1.responses import task
from sheaf.store import tasks


def v1_list_tasks(request: Request) -> Response:
    """All tasks, archived ones included (Harvest v1, "Get all tasks")."""
    found = tasks.page(request.account_id, Filter(updated_since=updated_since(request)), WHOLE)
    return show_list(request, "tasks", [task(record) for record in found.records])


handler = v1_endpoint(v1_list_tasks, may_manage_tasks)
