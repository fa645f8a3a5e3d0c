"""functions: DELETE /v2/imports/{import_id}."""

from typing import Any

from sheaf.domain.identity import may_import
from sheaf.domain.imports.job import Import
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.conditional import matching
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.import_responses import show_import
from sheaf.store import users
from sheaf.store.imports import endings


def cancel_import(request: Request) -> Response:
    """Stop an import for good and answer with it as it stands then; what its rows have done until then stays.

    Its report, if rows had failed, is not there yet.
    """

    def show(job: Import) -> dict[str, Any]:
        return show_import(job, users.get_many(request.account_id, job.user_ids), None)

    stopped = endings.cancel(
        request.account_id, request.path_id("import_id"), request.now, lambda job: matching(request, job, show)
    )
    return Response(200, show(stopped))


handler = v2_endpoint(cancel_import, may_import)
