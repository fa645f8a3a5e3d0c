"""functions: GET /v2/tasks."""

from sheaf.domain.identity import may_manage_tasks
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Call
from sheaf.http.response import Reply
from sheaf.http.v2.list_query import read_list_query
from sheaf.http.v2.responses import show_task
from sheaf.store import tasks


def list_tasks(call: Call) -> Reply:
    """The account's tasks, the newest first, archived ones included unless filtered (Harvest v2, "List all tasks")."""
    query = read_list_query(call, "list_tasks")
    page = tasks.page(call.account_id, query.filter, query.paging)
    return query.reply("tasks", page, show_task)


handler = v2_endpoint(list_tasks, may_manage_tasks)
