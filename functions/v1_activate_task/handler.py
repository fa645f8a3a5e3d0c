"""functions: POST and GET /tasks/{task_id}/activate."""

from dataclasses import replace

from sheaf.domain.identity import may_manage_tasks
from sheaf.domain.record import fields_of, with_changes
from sheaf.domain.task import TaskFields
from sheaf.entry_points.http_v1 import v1_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v1.formats import done
from sheaf.store import tasks


def v1_activate_task(request: Request) -> Response:
    """Take a task out of the archive (Harvest v1, "Activate an archived task")."""
    task_id = request.path_id("task_id")
    tasks.update(
        request.account_id,
        task_id,
        lambda task: with_changes(task, replace(fields_of(TaskFields, task), is_active=True), request.now),
    )
    return done(request, 200, f"/tasks/{task_id}")


handler = v1_endpoint(v1_activate_task, may_manage_tasks)
