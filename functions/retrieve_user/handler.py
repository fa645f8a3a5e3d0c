"""functions: GET /v2/users/{user_id}."""

from sheaf.domain.identity import may_manage_users
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.responses import show_user
from sheaf.store import roles, users


def retrieve_user(request: Request) -> Response:
    """One user (Harvest v2, "Retrieve a user")."""
    user = users.get(request.account_id, request.path_id("user_id"))
    return Response(200, show_user(user, request.user, roles.names_of(request.account_id, [user.id])[user.id]))


handler = v2_endpoint(retrieve_user, may_manage_users)
