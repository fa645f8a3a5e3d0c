"""functions: DELETE /v2/projects/{project_id}/user_assignments/{user_assignment_id}."""

from functools import partial

from sheaf.domain.identity import may_see_projects
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.conditional import matching
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.scope import managed_project_id
from sheaf.http.v2.responses import show_user_assignment
from sheaf.store import user_assignments


def delete_user_assignment(request: Request) -> Response:
    """Take a user without time there off a project and answer with the assignment as it was."""
    project_id = managed_project_id(request)
    assignment_id = request.path_id("user_assignment_id")
    show = partial(show_user_assignment, reader=request.user)
    found = user_assignments.delete(
        request.account_id, project_id, assignment_id, request.now, lambda seen: matching(request, seen, show)
    )
    return Response(200, show(found))


handler = v2_endpoint(delete_user_assignment, may_see_projects)
