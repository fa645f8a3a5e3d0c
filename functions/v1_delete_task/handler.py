"""functions: DELETE /tasks/{task_id}."""

from sheaf.domain.identity import may_manage_tasks
from sheaf.entry_points.http_v1 import v1_endpoint
from sheaf.http.request import Call
from sheaf.http.response import Reply
from sheaf.http.v1.formats import done
from sheaf.store import tasks


def v1_delete_task(call: Call) -> Reply:
    """Delete a task, or archive it where time is logged; the Hint header says which (Harvest v1, "Delete a task")."""
    archived = tasks.delete_or_archive(call.account_id, call.path_id("task_id"), call.now)
    hint = "The task has time entries, so it was archived instead of deleted." if archived else ""
    return done(call, 200, hint=hint)


handler = v1_endpoint(v1_delete_task, may_manage_tasks)
