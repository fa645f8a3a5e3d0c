"""functions: GET /v2/clients/{client_id}."""

from sheaf.domain.identity import may_manage_clients
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Call
from sheaf.http.response import Reply
from sheaf.http.v2.responses import show_client
from sheaf.store import clients


def retrieve_client(call: Call) -> Reply:
    """One client (Harvest v2, "Retrieve a client")."""
    client = clients.get(call.account_id, call.path_id("client_id"))
    return Reply(200, show_client(client))


handler = v2_endpoint(retrieve_client, may_manage_clients)
