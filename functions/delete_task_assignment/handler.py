"""functions: DELETE /v2/projects/{project_id}/task_assignments/{task_assignment_id}."""

from sheaf.domain.identity import may_see_projects
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.conditional import matching
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.scope import managed_project_id
from sheaf.http.v2.responses import show_task_assignment
from sheaf.store import task_assignments


def delete_task_assignment(request: Request) -> Response:
    """Take a task without time off its project and answer with the assignment as it was."""
    project_id = managed_project_id(request)
    assignment_id = request.path_id("task_assignment_id")
    found = task_assignments.delete(
        request.account_id,
        project_id,
        assignment_id,
        request.now,
        lambda seen: matching(request, seen, show_task_assignment),
    )
    return Response(200, show_task_assignment(found))


handler = v2_endpoint(delete_task_assignment, may_see_projects)
