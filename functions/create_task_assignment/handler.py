"""functions: POST /v2/projects/{project_id}/task_assignments."""

from sheaf.domain.identity import may_see_projects
from sheaf.domain.record import as_dict
from sheaf.domain.task_assignment import AssignedTask, TaskAssignmentFields, default_fields
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.idempotency import Answering
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.scope import managed_project_id
from sheaf.http.v2.bodies.model import read_body
from sheaf.http.v2.bodies.task_assignment import NewTaskAssignmentBody
from sheaf.http.v2.responses import created, show_task_assignment
from sheaf.store import task_assignments


def create_task_assignment(request: Request) -> Response:
    """Assign a task to a project (Harvest v2, "Create a task assignment"); what is not given follows from the two."""
    project_id = managed_project_id(request)
    body = read_body(NewTaskAssignmentBody, request.fields())
    answer = Answering[AssignedTask](request, lambda made: created(request, show_task_assignment(made)))
    made = task_assignments.create(
        request.account_id,
        project_id,
        body.new_task_id(),
        lambda project, task: body.create(TaskAssignmentFields, **as_dict(default_fields(project, task))),
        request.now,
        keep=answer.keep,
    )
    return answer.to(made)


handler = v2_endpoint(create_task_assignment, may_see_projects)
