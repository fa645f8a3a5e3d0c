"""functions: POST /v2/projects/{project_id}/user_assignments."""

from sheaf.domain.identity import may_see_projects
from sheaf.domain.record import as_dict
from sheaf.domain.user_assignment import AssignedUser, UserAssignmentFields, default_fields
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.idempotency import Answering
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.scope import managed_project_id
from sheaf.http.v2.bodies.model import read_body
from sheaf.http.v2.bodies.user_assignment import NewUserAssignmentBody
from sheaf.http.v2.responses import created, show_user_assignment
from sheaf.store import user_assignments


def create_user_assignment(request: Request) -> Response:
    """Assign a user to a project (Harvest v2, "Create a user assignment"); a manager manages it, if nothing is said."""
    project_id = managed_project_id(request)
    body = read_body(NewUserAssignmentBody, request.fields())
    answer = Answering[AssignedUser](request, lambda made: created(request, show_user_assignment(made, request.user)))
    made = user_assignments.create(
        request.account_id,
        project_id,
        body.new_user_id(),
        lambda user: body.create(UserAssignmentFields, **as_dict(default_fields(user))),
        request.now,
        keep=answer.keep,
    )
    return answer.to(made)


handler = v2_endpoint(create_user_assignment, may_see_projects)
