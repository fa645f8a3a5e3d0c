"""functions: POST /v2/tasks/{task_id}/restore."""

from sheaf.domain.identity import may_manage_tasks
from sheaf.domain.task import Task
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.idempotency import Answering
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.responses import show_task
from sheaf.store import tasks


def restore_task(request: Request) -> Response:
    """A task that was deleted in the last 30 days, back with its assignments to projects that are there."""
    answer = Answering[Task](request, lambda task: Response(200, show_task(task)))
    task_id = request.path_id("task_id")
    return answer.to(tasks.restore(request.account_id, task_id, request.now, keep=answer.keep))


handler = v2_endpoint(restore_task, may_manage_tasks)
