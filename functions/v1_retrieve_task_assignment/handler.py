"""functions: GET /projects/{project_id}/task_assignments/{task_assignment_id}."""

from sheaf.domain.identity import may_see_projects
from sheaf.entry_points.http_v1 import v1_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.scope import managed_project_id
from sheaf.http.v1.formats import show
from sheaf.http.v1.responses import task_assignment
from sheaf.store import task_assignments


def v1_retrieve_task_assignment(request: Request) -> Response:
    """One task assignment (Harvest v1, "Get one task assignment")."""
    project_id = managed_project_id(request)
    found = task_assignments.get(request.account_id, project_id, request.path_id("task_assignment_id"))
    return show(request, task_assignment(found.assignment))


handler = v1_endpoint(v1_retrieve_task_assignment, may_see_projects)
