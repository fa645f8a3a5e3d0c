"""functions: GET /v2/projects/{project_id}/task_assignments."""

from sheaf.domain.identity import may_see_projects
from sheaf.http.call import Call
from sheaf.http.entry import v2_endpoint
from sheaf.http.list_query import read_list_query
from sheaf.http.replies_v2 import show_task_assignment
from sheaf.http.reply import Reply
from sheaf.http.scope import managed_project_id
from sheaf.store import task_assignments


def list_project_task_assignments(call: Call) -> Reply:
    """The task assignments of one project, the newest first."""
    project_id = managed_project_id(call)
    query = read_list_query(call, "list_project_task_assignments")
    page = task_assignments.page_of_project(call.account_id, project_id, query.filter, query.paging)
    return query.reply("task_assignments", page, show_task_assignment)


handler = v2_endpoint(list_project_task_assignments, may_see_projects)
