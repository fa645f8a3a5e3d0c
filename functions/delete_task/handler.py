"""functions: DELETE /v2/tasks/{task_id}."""

from sheaf.domain.identity import may_manage_tasks
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.conditional import matching
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.responses import show_task
from sheaf.store import tasks


def delete_task(request: Request) -> Response:
    """Delete a task that has no time entries and answer with it as it was (Harvest v2, "Delete a task")."""
    task = tasks.delete(
        request.account_id, request.path_id("task_id"), request.now, lambda task: matching(request, task, show_task)
    )
    return Response(200, show_task(task))


handler = v2_endpoint(delete_task, may_manage_tasks)
