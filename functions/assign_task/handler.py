"""functions: POST /v2/tasks/{task_id}/assign."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from sheaf.domain.identity import may_manage_project, may_see_projects
from sheaf.domain.values import Id
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.idempotency import Part, in_parts
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.assign_responses import show_assigned
from sheaf.http.v2.bodies.assign import AssignBody
from sheaf.http.v2.bodies.model import read_body
from sheaf.store import projects, tasks
from sheaf.store.assigning import IN_ONE, create_many


def assign_task(request: Request) -> Response:
    """Assign a task to many projects, or to all active ones; what goes wrong with one project stops no other."""
    body = read_body(AssignBody, request.fields())
    account_id, task = request.account_id, tasks.get(request.account_id, request.path_id("task_id"))
    project_ids = body.wanted(partial(projects.active_ids, account_id, request.user.seen_projects))

    def assign(some: Sequence[Id], part: Part) -> list[Any]:
        allowed = [project_id for project_id in some if may_manage_project(request.user, project_id)]
        show = partial(show_assigned, some, allowed)
        keep = part.keeping(show)
        return show(create_many(account_id, task.id, allowed, body.fields_on, request.now, keep=keep))

    return Response(200, {"results": in_parts(request, project_ids, IN_ONE, assign)})


handler = v2_endpoint(assign_task, may_see_projects)
