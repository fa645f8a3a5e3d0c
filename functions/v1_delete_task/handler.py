"""functions: DELETE /tasks/{task_id}."""

from sheaf.domain.identity import may_manage_tasks
from sheaf.entry_points.http_v1 import v1_endpoint
from sheaf.http.conditional import matching
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v1.formats import done, show
from sheaf.http.v1.responses import task as shown
from sheaf.store import tasks


def v1_delete_task(request: Request) -> Response:
    """Delete a task, or archive it where time is logged; the Hint header says which (Harvest v1, "Delete a task")."""
    archived = tasks.delete_or_archive(
        request.account_id,
        request.path_id("task_id"),
        request.now,
        lambda task: matching(request, task, lambda seen: show(request, shown(seen)).body),
    )
    hint = "The task has time entries, so it was archived instead of deleted." if archived else ""
    return done(request, 200, hint=hint)


handler = v1_endpoint(v1_delete_task, may_manage_tasks)
