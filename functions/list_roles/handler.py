"""functions: GET /v2/roles."""

from sheaf.domain.identity import may_manage_users
from sheaf.domain.paging import Filter
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.list_query import read_list_query
from sheaf.http.v2.responses import show_role
from sheaf.store import roles


def list_roles(request: Request) -> Response:
    """The account's business roles, the newest first (Harvest v2, "List all roles")."""
    query = read_list_query(request, "list_roles")
    page = roles.page(request.account_id, Filter(), query.paging)
    return query.response("roles", page, show_role)


handler = v2_endpoint(list_roles, may_manage_users)
