"""functions: DELETE /v2/tasks/{task_id}."""

from sheaf.domain.identity import may_manage_tasks
from sheaf.http.call import Call
from sheaf.http.entry import v2_endpoint
from sheaf.http.replies_v2 import show_task
from sheaf.http.reply import Reply
from sheaf.store import tasks


def delete_task(call: Call) -> Reply:
    """Delete a task that has no time entries and answer with it as it was (Harvest v2, "Delete a task")."""
    task = tasks.delete(call.account_id, call.path_id("task_id"), call.now)
    return Reply(200, show_task(task))


handler = v2_endpoint(delete_task, may_manage_tasks)
