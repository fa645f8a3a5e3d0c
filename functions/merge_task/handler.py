"""functions: POST /v2/tasks/{task_id}/merge."""

from sheaf.domain.identity import may_manage_tasks
from sheaf.domain.task import Task
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.idempotency import Answering
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.bodies.merge import MergeBody
from sheaf.http.v2.bodies.model import read_body
from sheaf.http.v2.responses import show_task
from sheaf.store import tasks


def merge_task(request: Request) -> Response:
    """Let a task become part of another one, with all its assignments and time, and answer with that one."""
    target_id = read_body(MergeBody, request.fields()).target_id()
    answer = Answering[Task](request, lambda task: Response(200, show_task(task)))
    source_id = request.path_id("task_id")
    return answer.to(tasks.merge(request.account_id, source_id, target_id, request.now, keep=answer.keep))


handler = v2_endpoint(merge_task, may_manage_tasks)
