"""functions: GET /v2/users/me/project_assignments."""

from sheaf.domain.identity import everybody
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.list_query import read_list_query
from sheaf.http.v2.responses import show_project_assignment
from sheaf.store import project_assignments


def list_my_project_assignments(request: Request) -> Response:
    """The active projects and their active tasks: what the caller may log time to."""
    query, user = read_list_query(request, "list_my_project_assignments"), request.user
    page = project_assignments.page(request.account_id, user.id, query.filter.updated_since, query.paging)
    return query.response("project_assignments", page, lambda found: show_project_assignment(found, user, user))


handler = v2_endpoint(list_my_project_assignments, everybody)
