"""functions: PUT /projects/{project_id}/task_assignments/{task_assignment_id}."""

from sheaf.domain.identity import may_see_projects
from sheaf.domain.record import changed
from sheaf.entry_points.http_v1 import v1_endpoint
from sheaf.http.request import Call
from sheaf.http.response import Reply
from sheaf.http.scope import managed_project_id
from sheaf.http.v1.bodies import read_task_assignment
from sheaf.http.v1.formats import done
from sheaf.store import task_assignments


def v1_update_task_assignment(call: Call) -> Reply:
    """The assignment with the given fields changed (Harvest v1, "Changing a task for a project")."""
    project_id, assignment_id = managed_project_id(call), call.path_id("task_assignment_id")
    body = read_task_assignment(call)
    task_assignments.update(
        call.account_id,
        project_id,
        assignment_id,
        lambda task_assignment: changed(task_assignment, body.over_assignment(task_assignment), call.now),
    )
    return done(call, 200, f"/projects/{project_id}/task_assignments/{assignment_id}")


handler = v1_endpoint(v1_update_task_assignment, may_see_projects)
