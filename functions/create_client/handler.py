"""functions: POST /v2/clients."""

from sheaf.domain.client import ClientFields
from sheaf.domain.identity import may_manage_clients
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Call
from sheaf.http.response import Reply
from sheaf.http.v2.bodies import ClientBody, read_body
from sheaf.http.v2.responses import created, show_client
from sheaf.store import clients


def create_client(call: Call) -> Reply:
    """A new client (Harvest v2, "Create a client"); only its name must be given."""
    fields = read_body(ClientBody, call.fields()).new(ClientFields)
    client = clients.create(call.account_id, fields, call.now)
    return created(call, show_client(client))


handler = v2_endpoint(create_client, may_manage_clients)
