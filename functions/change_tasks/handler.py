"""functions: POST /v2/tasks/bulk."""

from sheaf.domain.identity import may_manage_tasks
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.bodies.bulk import BulkBody, task_change
from sheaf.http.v2.bodies.model import read_body
from sheaf.http.v2.bulk_responses import changed_all_or_none, changed_one_by_one, show_tasks
from sheaf.store.bulk.tasks import TaskChanges


def change_tasks(request: Request) -> Response:
    """Make, change, archive and delete up to 1,000 tasks, each by itself; up to 20 all or none, where asked for."""
    body = read_body(BulkBody, request.fields())
    changes = body.changes(lambda operation: task_change(operation, request.now))
    answer = changed_all_or_none if body.atomic else changed_one_by_one
    return answer(request, changes, TaskChanges(request.account_id, request.now), show_tasks)


handler = v2_endpoint(change_tasks, may_manage_tasks)
