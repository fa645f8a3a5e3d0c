"""functions: GET /v2/operations/{operation_id}."""

from sheaf.domain.identity import everybody
from sheaf.domain.operation import require_own
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.responses import show_operation
from sheaf.store.resumable import operations


def retrieve_operation(request: Request) -> Response:
    """How a large operation stands, for whoever began it and for administrators."""
    operation = operations.status(request.account_id, request.path_id("operation_id"))
    require_own(request.user, operation)
    return Response(200, show_operation(operation))


handler = v2_endpoint(retrieve_operation, everybody)
