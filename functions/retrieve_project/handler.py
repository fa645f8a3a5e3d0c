"""functions: GET /v2/projects/{project_id}."""

from sheaf.domain.identity import may_see_projects
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.scope import managed_project_id
from sheaf.http.v2.responses import show_project
from sheaf.store import projects


def retrieve_project(request: Request) -> Response:
    """One project (Harvest v2, "Retrieve a project")."""
    found = projects.get(request.account_id, managed_project_id(request))
    return Response(200, show_project(found.project, found.client))


handler = v2_endpoint(retrieve_project, may_see_projects)
