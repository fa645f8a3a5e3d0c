"""functions: POST /v2/tasks."""

from sheaf.domain.identity import may_manage_tasks
from sheaf.domain.task import Task, TaskFields
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.idempotency import Answering
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.bodies.model import read_body
from sheaf.http.v2.bodies.task import TaskBody
from sheaf.http.v2.responses import created, show_task
from sheaf.store import tasks


def create_task(request: Request) -> Response:
    """A new task (Harvest v2, "Create a task"); only its name must be given."""
    fields = read_body(TaskBody, request.fields()).create(TaskFields)
    answer = Answering[Task](request, lambda task: created(request, show_task(task)))
    return answer.to(tasks.create(request.account_id, fields, request.now, keep=answer.keep))


handler = v2_endpoint(create_task, may_manage_tasks)
