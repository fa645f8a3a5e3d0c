"""functions: GET /v2/tasks."""

from sheaf.domain.identity import may_manage_tasks
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.list_query import read_list_query, read_truth
from sheaf.http.v2.responses import show_deleted_task, show_task
from sheaf.store import tasks


def list_tasks(request: Request) -> Response:
    """The account's tasks, the newest first, archived ones included unless filtered (Harvest v2, "List all tasks").

    With `is_deleted`, those that were deleted in the last 30 days and can be restored.
    """
    query = read_list_query(request, "list_tasks", "name", "is_deleted")
    account_id, name = request.account_id, request.given.get("name")
    if read_truth(request.given.get("is_deleted"), "is_deleted"):
        deleted = tasks.deleted_page(account_id, query.filter, query.paging, name, request.now)
        return query.response("tasks", deleted, show_deleted_task)
    return query.response("tasks", tasks.page(account_id, query.filter, query.paging, name), show_task)


handler = v2_endpoint(list_tasks, may_manage_tasks)
