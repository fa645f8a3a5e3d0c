"""functions: DELETE /projects/{project_id}/task_assignments/{task_assignment_id}."""

from sheaf.domain.identity import may_see_projects
from sheaf.entry_points.http_v1 import v1_endpoint
from sheaf.http.conditional import matching
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.scope import managed_project_id
from sheaf.http.v1.formats import done, show
from sheaf.http.v1.responses import task_assignment as shown
from sheaf.store import task_assignments


def v1_delete_task_assignment(request: Request) -> Response:
    """Remove a task from a project, or archive it there where time is logged (Harvest v1, "Removing a task")."""
    project_id, assignment_id = managed_project_id(request), request.path_id("task_assignment_id")
    archived = task_assignments.remove_or_archive(
        request.account_id,
        project_id,
        assignment_id,
        request.now,
        lambda assignment: matching(request, assignment, lambda seen: show(request, shown(seen)).body),
    )
    hint = (
        "The task has time entries on this project, so the assignment was archived instead of removed."
        if archived
        else ""
    )
    return done(request, 200, hint=hint)


handler = v1_endpoint(v1_delete_task_assignment, may_see_projects)
