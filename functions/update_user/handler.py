"""functions: PATCH and PUT /v2/users/{user_id}."""

from functools import partial
from typing import Any

from sheaf.domain.identity import User, may_manage_users
from sheaf.domain.user import UserFields, changed_user
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.conditional import matching
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.bodies.model import read_body
from sheaf.http.v2.bodies.user import UserBody
from sheaf.http.v2.responses import show_user
from sheaf.store import roles, users


def update_user(request: Request) -> Response:
    """The user with the given fields changed (Harvest v2, "Update a user"); rates are set when a user is created."""
    body = read_body(UserBody, request.fields())
    user_id = request.path_id("user_id")

    def shown(user: User) -> dict[str, Any]:
        return show_user(user, request.user, roles.names_of(request.account_id, [user.id])[user.id])

    user = users.update(
        request.account_id,
        user_id,
        lambda user: changed_user(matching(request, user, shown), body.apply_to(UserFields, user), request.now),
        partial(roles.given, request.account_id, user_id, body.roles, request.now),
    )
    return Response(200, shown(user))


handler = v2_endpoint(update_user, may_manage_users)
