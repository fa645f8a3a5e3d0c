"""functions: GET /v2/tasks."""

from sheaf.domain.identity import may_manage_tasks
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.list_query import read_list_query
from sheaf.http.v2.responses import show_task
from sheaf.store import tasks


def list_tasks(request: Request) -> Response:
    """The account's tasks, the newest first, archived ones included unless filtered (Harvest v2, "List all tasks")."""
    query = read_list_query(request, "list_tasks", "name")
    page = tasks.page(request.account_id, query.filter, query.paging, request.given.get("name"))
    return query.response("tasks", page, show_task)


handler = v2_endpoint(list_tasks, may_manage_tasks)
