"""functions: GET /tasks/{task_id}."""

from sheaf.domain.identity import may_manage_tasks
from sheaf.entry_points.http_v1 import v1_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v1.formats import show
from sheaf.http.v1.responses import task
from sheaf.store import tasks


def v1_retrieve_task(request: Request) -> Response:
    """One task (Harvest v1, "Get one task")."""
    return show(request, task(tasks.get(request.account_id, request.path_id("task_id"))))


handler = v1_endpoint(v1_retrieve_task, may_manage_tasks)
