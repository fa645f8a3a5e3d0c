"""functions: POST /v2/imports/{import_id}/undo."""

from sheaf.domain.identity import may_import
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.bodies.an_import import UndoBody
from sheaf.http.v2.bodies.model import read_body
from sheaf.http.v2.import_responses import show_import
from sheaf.imports import undoing
from sheaf.imports.addresses import report_address, undo_report_address
from sheaf.store import users
from sheaf.store.imports import undo


def undo_import(request: Request) -> Response:
    """Begin to undo an import, or the dry run of that, and answer with the import; the rest is done by the queue."""
    import_id = request.path_id("import_id")
    dry_run = bool(read_body(UndoBody, request.fields()).dry_run)
    found = undo.begin(request.account_id, import_id, request.user.id, request.now, dry_run=dry_run)
    if found.is_being_undone:
        undoing.start(request.account_id, import_id)
    people = users.get_many(request.account_id, found.user_ids)
    report = report_address(request.account_id, found, request.now)
    undo_report = undo_report_address(request.account_id, found, request.now)
    return Response(202, show_import(found, people, report, undo_report))


handler = v2_endpoint(undo_import, may_import)
