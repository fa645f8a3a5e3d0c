"""functions: GET /v2/projects."""

from sheaf.domain.errors import InvalidError
from sheaf.domain.identity import may_see_projects
from sheaf.domain.project import claim_of
from sheaf.domain.values import fold_name
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.list_query import read_list_query
from sheaf.http.v2.responses import show_project
from sheaf.store import projects


def list_projects(request: Request) -> Response:
    """Projects, the newest first: all of them for administrators, for managers those that they manage."""
    query = read_list_query(request, "list_projects", "client_id", "name")
    client_id, name = request.query_id("client_id"), request.given.get("name")
    wanted, among = (request.account_id, query.filter, query.paging), request.user.seen_projects
    if name is None:
        page = projects.page(*wanted, client_id=client_id, among=among)
    elif client_id is None:
        raise InvalidError("name needs client_id: two clients may each have a project of that name")
    else:
        page = projects.page_of_claim(*wanted, claim_of(client_id, fold_name(name)), among=among)
    return query.response(
        "projects", page, lambda client_project: show_project(client_project.project, client_project.client)
    )


handler = v2_endpoint(list_projects, may_see_projects)
