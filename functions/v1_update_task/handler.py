"""functions: PUT /tasks/{task_id}."""

from sheaf.domain.identity import may_manage_tasks
from sheaf.domain.record import changed
from sheaf.domain.task import TaskFields
from sheaf.entry_points.http_v1 import v1_endpoint
from sheaf.http.request import Call
from sheaf.http.response import Reply
from sheaf.http.v1.bodies import read_task
from sheaf.http.v1.formats import done
from sheaf.store import tasks


def v1_update_task(call: Call) -> Reply:
    """The task with the given fields changed (Harvest v1, "Update an existing task")."""
    body = read_task(call)
    task_id = call.path_id("task_id")
    tasks.update(call.account_id, task_id, lambda task: changed(task, body.over(TaskFields, task), call.now))
    return done(call, 200, f"/tasks/{task_id}")


handler = v1_endpoint(v1_update_task, may_manage_tasks)
