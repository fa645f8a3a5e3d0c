"""functions: GET /v2/projects/{project_id}/user_assignments."""

from sheaf.domain.identity import may_see_projects
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.scope import managed_project_id
from sheaf.http.v2.list_query import read_list_query
from sheaf.http.v2.responses import show_user_assignment
from sheaf.store import user_assignments


def list_project_user_assignments(request: Request) -> Response:
    """The user assignments of one project, the newest first."""
    project_id = managed_project_id(request)
    query = read_list_query(request, "list_project_user_assignments")
    page = user_assignments.page_of_project(request.account_id, project_id, query.filter, query.paging)
    return query.response("user_assignments", page, lambda assigned: show_user_assignment(assigned, request.user))


handler = v2_endpoint(list_project_user_assignments, may_see_projects)
