"""functions: DELETE /v2/imports/{import_id}."""

from sheaf.domain.identity import may_import
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Call
from sheaf.http.response import Reply
from sheaf.http.v2.responses import show_import
from sheaf.store import identity
from sheaf.store.imports import endings


def cancel_import(call: Call) -> Reply:
    """Stop an import for good and answer with it as it stands then; what its rows have done until then stays.

    Its report, if rows had failed, is not there yet.
    """
    stopped = endings.cancel(call.account_id, call.path_id("import_id"), call.now)
    users = identity.users_by_id(call.account_id, list(filter(None, [stopped.user_id])))
    return Reply(200, show_import(stopped, users, None))


handler = v2_endpoint(cancel_import, may_import)
