"""functions: GET /v2/tasks/{task_id}."""

from sheaf.domain.identity import may_manage_tasks
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.responses import show_task
from sheaf.store import tasks


def retrieve_task(request: Request) -> Response:
    """One task (Harvest v2, "Retrieve a task")."""
    task = tasks.get(request.account_id, request.path_id("task_id"))
    return Response(200, show_task(task))


handler = v2_endpoint(retrieve_task, may_manage_tasks)
