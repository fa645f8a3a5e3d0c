"""functions: PATCH and PUT /v2/projects/{project_id}."""

from sheaf.domain.identity import may_see_projects
from sheaf.domain.project import Project, ProjectFields
from sheaf.domain.record import with_changes
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.conditional import matching
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.scope import managed_project_id
from sheaf.http.v2.bodies.model import read_body
from sheaf.http.v2.bodies.project import ProjectBody
from sheaf.http.v2.responses import show_project
from sheaf.store import clients, projects


def update_project(request: Request) -> Response:
    """The project with the given fields changed (Harvest v2, "Update a project")."""
    project_id = managed_project_id(request)
    body = read_body(ProjectBody, request.fields())

    def change(project: Project) -> Project:
        matching(request, project, lambda seen: show_project(seen, clients.get(request.account_id, seen.client_id)))
        return with_changes(project, body.apply_to(ProjectFields, project), request.now)

    found = projects.update(request.account_id, project_id, change)
    return Response(200, show_project(found.project, found.client))


handler = v2_endpoint(update_project, may_see_projects)
