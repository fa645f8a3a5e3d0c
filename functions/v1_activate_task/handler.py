"""functions: POST and GET /tasks/{task_id}/activate."""

from dataclasses import replace

from sheaf.domain.identity import may_manage_tasks
from sheaf.domain.record import changed, current
from sheaf.domain.task import TaskFields
from sheaf.entry_points.http_v1 import v1_endpoint
from sheaf.http.request import Call
from sheaf.http.response import Reply
from sheaf.http.v1.formats import done
from sheaf.store import tasks


def v1_activate_task(call: Call) -> Reply:
    """Take a task out of the archive (Harvest v1, "Activate an archived task")."""
    task_id = call.path_id("task_id")
    tasks.update(
        call.account_id,
        task_id,
        lambda task: changed(task, replace(current(TaskFields, task), is_active=True), call.now),
    )
    return done(call, 200, f"/tasks/{task_id}")


handler = v1_endpoint(v1_activate_task, may_manage_tasks)
