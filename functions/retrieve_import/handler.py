"""functions: GET /v2/imports/{import_id}."""

from sheaf.domain.identity import may_import
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.import_responses import show_import
from sheaf.imports.addresses import report_address, undo_report_address
from sheaf.store import users
from sheaf.store.imports import jobs


def retrieve_import(request: Request) -> Response:
    """One import: how far it is, what came of its rows, and where its report can be fetched."""
    found = jobs.get(request.account_id, request.path_id("import_id"))
    people = users.get_many(request.account_id, found.user_ids)
    report = report_address(request.account_id, found, request.now)
    undo_report = undo_report_address(request.account_id, found, request.now)
    return Response(200, show_import(found, people, report, undo_report))


handler = v2_endpoint(retrieve_import, may_import)
