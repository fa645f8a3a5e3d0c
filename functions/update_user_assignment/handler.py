"""functions: PATCH and PUT /v2/projects/{project_id}/user_assignments/{user_assignment_id}."""

from functools import partial

from sheaf.domain.identity import may_see_projects
from sheaf.domain.record import with_changes
from sheaf.domain.user_assignment import UserAssignmentFields
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.conditional import matching
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.scope import managed_project_id
from sheaf.http.v2.bodies.model import read_body
from sheaf.http.v2.bodies.user_assignment import UserAssignmentBody
from sheaf.http.v2.responses import show_user_assignment
from sheaf.store import user_assignments


def update_user_assignment(request: Request) -> Response:
    """The user assignment with the given fields changed; its user stays (Harvest v2, "Update a user assignment")."""
    project_id = managed_project_id(request)
    body = read_body(UserAssignmentBody, request.fields())
    found = user_assignments.update(
        request.account_id,
        project_id,
        request.path_id("user_assignment_id"),
        lambda user_assignment: with_changes(
            user_assignment, body.apply_to(UserAssignmentFields, user_assignment), request.now
        ),
        lambda seen: matching(request, seen, partial(show_user_assignment, reader=request.user)),
    )
    return Response(200, show_user_assignment(found, request.user))


handler = v2_endpoint(update_user_assignment, may_see_projects)
