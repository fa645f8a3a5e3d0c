"""functions: PATCH and PUT /v2/tasks/{task_id}."""

from sheaf.domain.identity import may_manage_tasks
from sheaf.domain.record import with_changes
from sheaf.domain.task import TaskFields
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.conditional import matching
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.bodies.model import read_body
from sheaf.http.v2.bodies.task import TaskBody
from sheaf.http.v2.responses import show_task
from sheaf.store import tasks


def update_task(request: Request) -> Response:
    """The task with the given fields changed and all others left as they are (Harvest v2, "Update a task")."""
    body = read_body(TaskBody, request.fields())
    task_id = request.path_id("task_id")
    task = tasks.update(
        request.account_id,
        task_id,
        lambda task: with_changes(matching(request, task, show_task), body.apply_to(TaskFields, task), request.now),
    )
    return Response(200, show_task(task))


handler = v2_endpoint(update_task, may_manage_tasks)
