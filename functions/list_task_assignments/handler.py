"""functions: GET /v2/task_assignments."""

from sheaf.domain.identity import may_see_projects
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.list_query import read_list_query
from sheaf.http.v2.responses import show_task_assignment
from sheaf.store import task_assignments


def list_task_assignments(request: Request) -> Response:
    """Task assignments of all projects that the caller may see, the newest first."""
    query = read_list_query(request, "list_task_assignments")
    page = task_assignments.page(request.account_id, query.filter, query.paging, among=request.user.seen_projects)
    return query.response("task_assignments", page, show_task_assignment)


handler = v2_endpoint(list_task_assignments, may_see_projects)
