"""functions: GET /v2/imports/{import_id}."""

from sheaf.domain.identity import may_import
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Call
from sheaf.http.response import Reply
from sheaf.http.v2.responses import show_import
from sheaf.imports.addresses import report_address
from sheaf.store import identity
from sheaf.store.imports import jobs


def retrieve_import(call: Call) -> Reply:
    """One import: how far it is, what came of its rows, and where its report can be fetched."""
    found = jobs.get(call.account_id, call.path_id("import_id"))
    users = identity.users_by_id(call.account_id, list(filter(None, [found.user_id])))
    return Reply(200, show_import(found, users, report_address(call.account_id, found, call.now)))


handler = v2_endpoint(retrieve_import, may_import)
