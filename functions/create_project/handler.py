"""functions: POST /v2/projects."""

from sheaf.domain.identity import may_create_projects
from sheaf.domain.project import ClientProject, ProjectFields
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.idempotency import Answering
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.bodies.model import read_body
from sheaf.http.v2.bodies.project import ProjectBody
from sheaf.http.v2.responses import created, show_project
from sheaf.store import projects


def create_project(request: Request) -> Response:
    """A new project with an assignment for each default task; whoever makes it manages it."""
    fields = read_body(ProjectBody, request.fields()).create(ProjectFields)
    answer = Answering[ClientProject](request, lambda made: created(request, show_project(made.project, made.client)))
    return answer.to(projects.create(request.account_id, fields, request.now, request.user.id, keep=answer.keep))


handler = v2_endpoint(create_project, may_create_projects)
