"""functions: POST /v2/tasks."""

from sheaf.domain.identity import may_manage_tasks
from sheaf.domain.task import TaskFields
from sheaf.http.call import Call
from sheaf.http.entry import v2_endpoint
from sheaf.http.replies_v2 import created, show_task
from sheaf.http.reply import Reply
from sheaf.http.requests import TaskBody, read_body
from sheaf.store import tasks


def create_task(call: Call) -> Reply:
    """A new task (Harvest v2, "Create a task"); only its name must be given."""
    fields = read_body(TaskBody, call.fields()).new(TaskFields)
    task = tasks.create(call.account_id, fields, call.now)
    return created(call, show_task(task))


handler = v2_endpoint(create_task, may_manage_tasks)
