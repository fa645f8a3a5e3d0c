"""functions: POST /v2/projects."""

from sheaf.domain.identity import Role, may_create_projects
from sheaf.domain.project import ProjectFields
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Call
from sheaf.http.response import Reply
from sheaf.http.v2.bodies import ProjectBody, read_body
from sheaf.http.v2.responses import created, show_project
from sheaf.store import projects


def create_project(call: Call) -> Reply:
    """A new project with an assignment for each default task; a manager who makes it manages it."""
    fields = read_body(ProjectBody, call.fields()).new(ProjectFields)
    manager_id = None if call.user.role is Role.ADMINISTRATOR else call.user.id
    made = projects.create(call.account_id, fields, call.now, manager_id)
    return created(call, show_project(made.project, made.client))


handler = v2_endpoint(create_project, may_create_projects)
