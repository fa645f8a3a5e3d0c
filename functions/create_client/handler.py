"""functions: POST /v2/clients."""

from sheaf.domain.client import Client, ClientFields
from sheaf.domain.identity import may_manage_clients
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.idempotency import Answering
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.bodies.client import ClientBody
from sheaf.http.v2.bodies.model import read_body
from sheaf.http.v2.responses import created, show_client
from sheaf.store import clients


def create_client(request: Request) -> Response:
    """A new client (Harvest v2, "Create a client"); only its name must be given."""
    fields = read_body(ClientBody, request.fields()).create(ClientFields)
    answer = Answering[Client](request, lambda client: created(request, show_client(client)))
    return answer.to(clients.create(request.account_id, fields, request.now, keep=answer.keep))


handler = v2_endpoint(create_client, may_manage_clients)
