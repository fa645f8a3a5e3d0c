"""functions: GET /v2/tasks."""

from sheaf.domain.identity import may_manage_tasks
from sheaf.http.call import Call
from sheaf.http.entry import v2_endpoint
from sheaf.http.list_query import read_list_query
from sheaf.http.replies_v2 import show_task
from sheaf.http.reply import Reply
from sheaf.store import tasks


def list_tasks(call: Call) -> Reply:
    """The account's tasks, the newest first, archived ones included unless filtered (Harvest v2, "List all tasks")."""
    query = read_list_query(call, "list_tasks")
    page = tasks.page(call.account_id, query.filter, query.paging)
    return query.reply("tasks", page, show_task)


handler = v2_endpoint(list_tasks, may_manage_tasks)
