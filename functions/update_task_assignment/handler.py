"""functions: PATCH and PUT /v2/projects/{project_id}/task_assignments/{task_assignment_id}."""

from sheaf.domain.identity import may_see_projects
from sheaf.domain.record import with_changes
from sheaf.domain.task_assignment import TaskAssignmentFields
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.conditional import matching
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.scope import managed_project_id
from sheaf.http.v2.bodies.model import read_body
from sheaf.http.v2.bodies.task_assignment import TaskAssignmentBody
from sheaf.http.v2.responses import show_task_assignment
from sheaf.store import task_assignments


def update_task_assignment(request: Request) -> Response:
    """The task assignment with the given fields changed; its task stays (Harvest v2, "Update a task assignment")."""
    project_id = managed_project_id(request)
    body = read_body(TaskAssignmentBody, request.fields())
    found = task_assignments.update(
        request.account_id,
        project_id,
        request.path_id("task_assignment_id"),
        lambda task_assignment: with_changes(
            task_assignment, body.apply_to(TaskAssignmentFields, task_assignment), request.now
        ),
        lambda seen: matching(request, seen, show_task_assignment),
    )
    return Response(200, show_task_assignment(found))


handler = v2_endpoint(update_task_assignment, may_see_projects)
