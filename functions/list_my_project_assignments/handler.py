"""functions: GET /v2/users/me/project_assignments."""

from sheaf.domain.identity import everybody
from sheaf.domain.paging import Filter
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Call
from sheaf.http.response import Reply
from sheaf.http.v2.list_query import read_list_query
from sheaf.http.v2.responses import show_project_assignment
from sheaf.store import projects, task_assignments


def list_my_project_assignments(call: Call) -> Reply:
    """The active projects and their active tasks: what the caller may log time to."""
    query = read_list_query(call, "list_my_project_assignments")
    wanted = Filter(is_active=True, updated_since=query.filter.updated_since)
    page = projects.page(call.account_id, wanted, query.paging)
    tasks = task_assignments.active_by_project(call.account_id, [record.id for record in page.records])
    return query.reply(
        "project_assignments",
        page,
        lambda client_project: show_project_assignment(
            call.user, client_project.project, client_project.client, tasks[client_project.id]
        ),
    )


handler = v2_endpoint(list_my_project_assignments, everybody)
