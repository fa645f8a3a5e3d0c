"""functions: GET /v2/clients."""

from sheaf.domain.identity import may_manage_clients
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Call
from sheaf.http.response import Reply
from sheaf.http.v2.list_query import read_list_query
from sheaf.http.v2.responses import show_client
from sheaf.store import clients


def list_clients(call: Call) -> Reply:
    """The account's clients, the newest first (Harvest v2, "List all clients")."""
    query = read_list_query(call, "list_clients")
    page = clients.page(call.account_id, query.filter, query.paging)
    return query.reply("clients", page, show_client)


handler = v2_endpoint(list_clients, may_manage_clients)
