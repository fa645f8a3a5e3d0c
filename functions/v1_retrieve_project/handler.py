"""functions: GET /projects/{project_id}."""

from sheaf.domain.identity import may_see_projects
from sheaf.entry_points.http_v1 import v1_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.scope import managed_project_id
from sheaf.http.v1.formats import show
from sheaf.http.v1.responses import project
from sheaf.store import projects


def v1_retrieve_project(request: Request) -> Response:
    """One project (Harvest v1, "Show a project")."""
    return show(request, project(projects.get(request.account_id, managed_project_id(request)).project))


handler = v1_endpoint(v1_retrieve_project, may_see_projects)
