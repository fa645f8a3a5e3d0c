"""functions: PUT /projects/{project_id}/task_assignments/{task_assignment_id}."""

from sheaf.domain.identity import may_see_projects
from sheaf.domain.record import with_changes
from sheaf.entry_points.http_v1 import v1_endpoint
from sheaf.http.conditional import matching
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.scope import managed_project_id
from sheaf.http.v1.bodies import read_task_assignment
from sheaf.http.v1.formats import done, show
from sheaf.http.v1.responses import task_assignment as shown
from sheaf.store import task_assignments


def v1_update_task_assignment(request: Request) -> Response:
    """The assignment with the given fields changed (Harvest v1, "Changing a task for a project")."""
    project_id, assignment_id = managed_project_id(request), request.path_id("task_assignment_id")
    body = read_task_assignment(request)
    task_assignments.update(
        request.account_id,
        project_id,
        assignment_id,
        lambda task_assignment: with_changes(
            matching(request, task_assignment, lambda seen: show(request, shown(seen)).body),
            body.apply_to_assignment(task_assignment),
            request.now,
        ),
    )
    return done(request, 200, f"/projects/{project_id}/task_assignments/{assignment_id}")


handler = v1_endpoint(v1_update_task_assignment, may_see_projects)
