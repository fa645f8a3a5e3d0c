"""functions: DELETE /v2/clients/{client_id}."""

from sheaf.domain.identity import may_manage_clients
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.conditional import matching
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.responses import show_client
from sheaf.store import clients


def delete_client(request: Request) -> Response:
    """Delete a client that has no projects and answer with it as it was (Harvest v2, "Delete a client")."""
    client = clients.delete(
        request.account_id, request.path_id("client_id"), lambda client: matching(request, client, show_client)
    )
    return Response(200, show_client(client))


handler = v2_endpoint(delete_client, may_manage_clients)
