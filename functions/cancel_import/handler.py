"""functions: DELETE /v2/imports/{import_id}."""

from sheaf.domain.identity import may_import
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.import_responses import show_import
from sheaf.store import users
from sheaf.store.imports import endings


def cancel_import(request: Request) -> Response:
    """Stop an import for good and answer with it as it stands then; what its rows have done until then stays.

    Its report, if rows had failed, is not there yet.
    """
    stopped = endings.cancel(request.account_id, request.path_id("import_id"), request.now)
    people = users.get_many(request.account_id, stopped.user_ids)
    return Response(200, show_import(stopped, people, None))


handler = v2_endpoint(cancel_import, may_import)
