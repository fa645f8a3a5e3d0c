"""functions: POST /tasks."""

from sheaf.domain.identity import may_manage_tasks
from sheaf.domain.task import Task, TaskFields
from sheaf.entry_points.http_v1 import v1_endpoint
from sheaf.http.idempotency import Answering
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v1.bodies import read_task
from sheaf.http.v1.formats import done
from sheaf.store import tasks


def v1_create_task(request: Request) -> Response:
    """A new task (Harvest v1, "Create a new task")."""
    fields = read_task(request).create(TaskFields)
    answer = Answering[Task](request, lambda task: done(request, 201, f"/tasks/{task.id}"))
    return answer.to(tasks.create(request.account_id, fields, request.now, keep=answer.keep))


handler = v1_endpoint(v1_create_task, may_manage_tasks)
