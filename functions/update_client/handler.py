"""functions: PATCH and PUT /v2/clients/{client_id}."""

from sheaf.domain.client import ClientFields
from sheaf.domain.identity import may_manage_clients
from sheaf.domain.record import changed
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Call
from sheaf.http.response import Reply
from sheaf.http.v2.bodies import ClientBody, read_body
from sheaf.http.v2.responses import show_client
from sheaf.store import clients


def update_client(call: Call) -> Reply:
    """The client with the given fields changed (Harvest v2, "Update a client")."""
    body = read_body(ClientBody, call.fields())
    client_id = call.path_id("client_id")
    client = clients.update(
        call.account_id, client_id, lambda client: changed(client, body.over(ClientFields, client), call.now)
    )
    return Reply(200, show_client(client))


handler = v2_endpoint(update_client, may_manage_clients)
