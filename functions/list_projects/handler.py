"""functions: GET /v2/projects."""

from sheaf.domain.identity import may_see_projects
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.list_query import read_list_query
from sheaf.http.v2.responses import show_project
from sheaf.store import projects


def list_projects(request: Request) -> Response:
    """Projects, the newest first: all of them for administrators, for managers those that they manage."""
    query = read_list_query(request, "list_projects", "client_id")
    page = projects.page(
        request.account_id,
        query.filter,
        query.paging,
        client_id=request.query_id("client_id"),
        among=request.user.seen_projects,
    )
    return query.response(
        "projects", page, lambda client_project: show_project(client_project.project, client_project.client)
    )


handler = v2_endpoint(list_projects, may_see_projects)
