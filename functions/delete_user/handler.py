"""functions: DELETE /v2/users/{user_id}."""

from functools import partial

from sheaf.domain.identity import may_manage_users
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.conditional import matching
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.responses import show_user
from sheaf.store import roles, users


def delete_user(request: Request) -> Response:
    """Delete a user without time and answer with them as they were (Harvest v2, "Delete a user")."""
    user_id = request.path_id("user_id")
    names = roles.names_of(request.account_id, [user_id])[user_id]
    show = partial(show_user, reader=request.user, roles=names)
    user = users.delete(request.account_id, user_id, request.now, lambda user: matching(request, user, show))
    return Response(200, show(user))


handler = v2_endpoint(delete_user, may_manage_users)
