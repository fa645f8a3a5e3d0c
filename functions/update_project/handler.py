"""functions: PATCH and PUT /v2/projects/{project_id}."""

from sheaf.domain.identity import may_see_projects
from sheaf.domain.project import ProjectFields
from sheaf.domain.record import changed
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Call
from sheaf.http.response import Reply
from sheaf.http.scope import managed_project_id
from sheaf.http.v2.bodies import ProjectBody, read_body
from sheaf.http.v2.responses import show_project
from sheaf.store import projects


def update_project(call: Call) -> Reply:
    """The project with the given fields changed (Harvest v2, "Update a project")."""
    project_id = managed_project_id(call)
    body = read_body(ProjectBody, call.fields())
    found = projects.update(
        call.account_id, project_id, lambda project: changed(project, body.over(ProjectFields, project), call.now)
    )
    return Reply(200, show_project(found.project, found.client))


handler = v2_endpoint(update_project, may_see_projects)
