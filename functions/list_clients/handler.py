"""functions: GET /v2/clients."""

from sheaf.domain.identity import may_manage_clients
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.list_query import read_list_query
from sheaf.http.v2.responses import show_client
from sheaf.store import clients


def list_clients(request: Request) -> Response:
    """The account's clients, the newest first (Harvest v2, "List all clients")."""
    query = read_list_query(request, "list_clients", "name")
    page = clients.page(request.account_id, query.filter, query.paging, request.given.get("name"))
    return query.response("clients", page, show_client)


handler = v2_endpoint(list_clients, may_manage_clients)
