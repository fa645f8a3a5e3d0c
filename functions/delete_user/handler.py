"""functions: DELETE /v2/users/{user_id}."""

from sheaf.domain.identity import may_manage_users
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.responses import show_user
from sheaf.store import roles, users


def delete_user(request: Request) -> Response:
    """Delete a user without time and answer with them as they were (Harvest v2, "Delete a user")."""
    user_id = request.path_id("user_id")
    names = roles.names_of(request.account_id, [user_id])[user_id]
    user = users.delete(request.account_id, user_id, request.now)
    return Response(200, show_user(user, request.user, names))


handler = v2_endpoint(delete_user, may_manage_users)
