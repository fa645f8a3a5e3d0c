"""functions: GET /v2/user_assignments."""

from sheaf.domain.identity import may_see_projects
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.list_query import read_list_query
from sheaf.http.v2.responses import show_user_assignment
from sheaf.store import user_assignments


def list_user_assignments(request: Request) -> Response:
    """User assignments of all projects that the caller may see, the newest first."""
    query = read_list_query(request, "list_user_assignments", "user_id")
    page = user_assignments.page(
        request.account_id,
        query.filter,
        query.paging,
        user_id=request.query_id("user_id"),
        among=request.user.seen_projects,
    )
    return query.response("user_assignments", page, lambda assigned: show_user_assignment(assigned, request.user))


handler = v2_endpoint(list_user_assignments, may_see_projects)
