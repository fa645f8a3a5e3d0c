"""functions: PUT /tasks/{task_id}."""

from sheaf.domain.identity import may_manage_tasks
from sheaf.domain.record import with_changes
from sheaf.domain.task import TaskFields
from sheaf.entry_points.http_v1 import v1_endpoint
from sheaf.http.conditional import matching
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v1.bodies import read_task
from sheaf.http.v1.formats import done, show
from sheaf.http.v1.responses import task as shown
from sheaf.store import tasks


def v1_update_task(request: Request) -> Response:
    """The task with the given fields changed (Harvest v1, "Update an existing task")."""
    body = read_task(request)
    task_id = request.path_id("task_id")
    tasks.update(
        request.account_id,
        task_id,
        lambda task: with_changes(
            matching(request, task, lambda seen: show(request, shown(seen)).body),
            body.apply_to(TaskFields, task),
            request.now,
        ),
    )
    return done(request, 200, f"/tasks/{task_id}")


handler = v1_endpoint(v1_update_task, may_manage_tasks)
