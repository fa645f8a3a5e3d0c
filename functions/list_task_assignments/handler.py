"""functions: GET /v2/task_assignments."""

from sheaf.domain.identity import may_see_projects
from sheaf.http.call import Call
from sheaf.http.entry import v2_endpoint
from sheaf.http.list_query import read_list_query
from sheaf.http.replies_v2 import show_task_assignment
from sheaf.http.reply import Reply
from sheaf.store import task_assignments


def list_task_assignments(call: Call) -> Reply:
    """Task assignments of all projects that the caller may see, the newest first."""
    query = read_list_query(call, "list_task_assignments")
    page = task_assignments.page(call.account_id, query.filter, query.paging, among=call.user.seen_projects)
    return query.reply("task_assignments", page, show_task_assignment)


handler = v2_endpoint(list_task_assignments, may_see_projects)
