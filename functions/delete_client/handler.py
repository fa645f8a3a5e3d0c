"""functions: DELETE /v2/clients/{client_id}."""

from sheaf.domain.identity import may_manage_clients
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Call
from sheaf.http.response import Reply
from sheaf.http.v2.responses import show_client
from sheaf.store import clients


def delete_client(call: Call) -> Reply:
    """Delete a client that has no projects and answer with it as it was (Harvest v2, "Delete a client")."""
    client = clients.delete(call.account_id, call.path_id("client_id"))
    return Reply(200, show_client(client))


handler = v2_endpoint(delete_client, may_manage_clients)
