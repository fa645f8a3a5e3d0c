"""functions: GET /v2/projects/{project_id}/task_assignments."""

from sheaf.domain.identity import may_see_projects
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.scope import managed_project_id
from sheaf.http.v2.list_query import read_list_query
from sheaf.http.v2.responses import show_task_assignment
from sheaf.store import task_assignments


def list_project_task_assignments(request: Request) -> Response:
    """The task assignments of one project, the newest first."""
    project_id = managed_project_id(request)
    query = read_list_query(request, "list_project_task_assignments")
    page = task_assignments.page_of_project(request.account_id, project_id, query.filter, query.paging)
    return query.response("task_assignments", page, show_task_assignment)


handler = v2_endpoint(list_project_task_assignments, may_see_projects)
