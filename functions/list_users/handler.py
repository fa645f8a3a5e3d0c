"""functions: GET /v2/users."""

from sheaf.domain.identity import may_manage_users
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.list_query import read_list_query
from sheaf.http.v2.responses import show_user
from sheaf.store import roles, users


def list_users(request: Request) -> Response:
    """The account's users, the newest first (Harvest v2, "List all users")."""
    query = read_list_query(request, "list_users")
    page = users.page(request.account_id, query.filter, query.paging)
    names = roles.names_of(request.account_id, [user.id for user in page.records])
    return query.response("users", page, lambda user: show_user(user, request.user, names[user.id]))


handler = v2_endpoint(list_users, may_manage_users)
