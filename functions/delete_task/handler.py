"""functions: DELETE /v2/tasks/{task_id}."""

from sheaf.domain.identity import may_manage_tasks
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Call
from sheaf.http.response import Reply
from sheaf.http.v2.responses import show_task
from sheaf.store import tasks


def delete_task(call: Call) -> Reply:
    """Delete a task that has no time entries and answer with it as it was (Harvest v2, "Delete a task")."""
    task = tasks.delete(call.account_id, call.path_id("task_id"), call.now)
    return Reply(200, show_task(task))


handler = v2_endpoint(delete_task, may_manage_tasks)
