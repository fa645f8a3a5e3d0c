"""functions: GET /v2/users/{user_id}/project_assignments."""

from sheaf.domain.identity import may_manage_users
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.list_query import read_list_query
from sheaf.http.v2.responses import show_project_assignment
from sheaf.store import project_assignments, users


def list_user_project_assignments(request: Request) -> Response:
    """What a user may log time to (Harvest v2, "List all project assignments")."""
    query = read_list_query(request, "list_user_project_assignments")
    user = users.get(request.account_id, request.path_id("user_id"))
    page = project_assignments.page(request.account_id, user.id, query.filter.updated_since, query.paging)
    return query.response("project_assignments", page, lambda found: show_project_assignment(found, user, request.user))


handler = v2_endpoint(list_user_project_assignments, may_manage_users)
