"""functions: PATCH and PUT /v2/clients/{client_id}."""

from sheaf.domain.client import ClientFields
from sheaf.domain.identity import may_manage_clients
from sheaf.domain.record import with_changes
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.conditional import matching
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.bodies.client import ClientBody
from sheaf.http.v2.bodies.model import read_body
from sheaf.http.v2.responses import show_client
from sheaf.store import clients


def update_client(request: Request) -> Response:
    """The client with the given fields changed (Harvest v2, "Update a client")."""
    body = read_body(ClientBody, request.fields())
    client_id = request.path_id("client_id")
    client = clients.update(
        request.account_id,
        client_id,
        lambda client: with_changes(
            matching(request, client, show_client), body.apply_to(ClientFields, client), request.now
        ),
    )
    return Response(200, show_client(client))


handler = v2_endpoint(update_client, may_manage_clients)
