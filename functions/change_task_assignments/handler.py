"""functions: POST /v2/task_assignments/bulk."""

from functools import partial

from sheaf.domain.identity import may_manage_project, may_see_projects
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.bodies.bulk import BulkBody, task_assignment_change
from sheaf.http.v2.bodies.model import read_body
from sheaf.http.v2.bulk_responses import changed_all_or_none, changed_one_by_one, show_task_assignments
from sheaf.store.bulk.task_assignments import AssignmentChanges


def change_task_assignments(request: Request) -> Response:
    """Make, change and delete up to 1,000 assignments, each by itself; up to 20 all or none, where asked for."""
    body = read_body(BulkBody, request.fields())
    changes = body.changes(lambda operation: task_assignment_change(operation, request.now))
    kind = AssignmentChanges(request.account_id, partial(may_manage_project, request.user), request.now)
    answer = changed_all_or_none if body.atomic else changed_one_by_one
    return answer(request, changes, kind, show_task_assignments)


handler = v2_endpoint(change_task_assignments, may_see_projects)
