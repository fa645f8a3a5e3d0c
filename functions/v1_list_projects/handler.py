"""functions: GET /projects."""

from sheaf.domain.identity import may_see_projects
from sheaf.domain.paging import WHOLE, Filter
from sheaf.entry_points.http_v1 import v1_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v1.formats import show_list
from sheaf.http.v1.query import updated_since
from sheaf.http.v1.responses import project
from sheaf.store import projects


def v1_list_projects(request: Request) -> Response:
    """All projects that the caller may see (Harvest v1, "Show all projects")."""
    wanted = Filter(updated_since=updated_since(request))
    client_id = request.query_id("client")
    found = projects.page(request.account_id, wanted, WHOLE, client_id=client_id, among=request.user.seen_projects)
    return show_list(request, "projects", [project(record.project) for record in found.records])


handler = v1_endpoint(v1_list_projects, may_see_projects)
