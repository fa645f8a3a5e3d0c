"""functions: GET /projects/{project_id}/task_assignments."""

from sheaf.domain.identity import may_see_projects
from sheaf.domain.paging import Filter
from sheaf.entry_points.http_v1 import v1_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.scope import managed_project_id
from sheaf.http.v1.formats import show_list
from sheaf.http.v1.query import updated_since
from sheaf.http.v1.responses import task_assignment
from sheaf.store import task_assignments


def v1_list_task_assignments(request: Request) -> Response:
    """All task assignments of a project, archived ones included (Harvest v1, "Get all tasks assigned to a project")."""
    project_id = managed_project_id(request)
    found = task_assignments.everything(request.account_id, project_id, Filter(updated_since=updated_since(request)))
    return show_list(request, "task_assignments", [task_assignment(assignment) for assignment in found])


handler = v1_endpoint(v1_list_task_assignments, may_see_projects)
