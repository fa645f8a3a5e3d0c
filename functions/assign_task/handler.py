"""functions: POST /v2/tasks/{task_id}/assign."""

from functools import partial

from sheaf.domain.bulk import NewAssignment
from sheaf.domain.identity import may_manage_project, may_see_projects
from sheaf.domain.values import Id
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.idempotency import Answering
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.bodies.assign import AssignBody
from sheaf.http.v2.bodies.model import read_body
from sheaf.http.v2.bulk_responses import changed_one_by_one, show_assigned
from sheaf.http.v2.responses import under_way
from sheaf.store import projects, tasks
from sheaf.store.bulk.task_assignments import AssignmentChanges


def assign_task(request: Request) -> Response:
    """Assign a task to many projects, or to all active ones; what goes wrong with one project stops no other."""
    body = read_body(AssignBody, request.fields())
    account_id, task = request.account_id, tasks.get(request.account_id, request.path_id("task_id"))
    seen = request.user.seen_projects
    project_ids = body.wanted(partial(projects.active_ids, account_id, seen))
    if project_ids is None:
        answer = Answering[Id](request, under_way)
        return answer.to(tasks.assign_to_all(account_id, task.id, body.given(), seen, request.now, keep=answer.keep))
    changes = [NewAssignment(project_id, task.id, body.fields_on) for project_id in project_ids]
    together = AssignmentChanges(account_id, partial(may_manage_project, request.user), request.now)
    return changed_one_by_one(request, changes, together, show_assigned)


handler = v2_endpoint(assign_task, may_see_projects)
