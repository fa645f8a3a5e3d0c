"""functions: GET /v2/users/me/project_assignments."""

from sheaf.domain.identity import everybody
from sheaf.domain.paging import Filter
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.list_query import read_list_query
from sheaf.http.v2.responses import show_project_assignment
from sheaf.store import projects, task_assignments


def list_my_project_assignments(request: Request) -> Response:
    """The active projects and their active tasks: what the caller may log time to."""
    query = read_list_query(request, "list_my_project_assignments")
    wanted = Filter(is_active=True, updated_since=query.filter.updated_since)
    page = projects.page(request.account_id, wanted, query.paging)
    tasks = task_assignments.active_by_project(request.account_id, [record.id for record in page.records])
    return query.response(
        "project_assignments",
        page,
        lambda client_project: show_project_assignment(
            request.user, client_project.project, client_project.client, tasks[client_project.id]
        ),
    )


handler = v2_endpoint(list_my_project_assignments, everybody)
