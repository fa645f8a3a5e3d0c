"""functions: POST /v2/users."""

from sheaf.domain.identity import may_manage_users
from sheaf.domain.user import UserFields, new_user
from sheaf.domain.values import Id
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.bodies.model import read_body
from sheaf.http.v2.bodies.user import NewUserBody
from sheaf.http.v2.responses import created, show_user
from sheaf.store import roles, users


def create_user(request: Request) -> Response:
    """A new user (Harvest v2, "Create a user"). Nobody is mailed: the operator issues their token."""
    body = read_body(NewUserBody, request.fields())
    fields = body.create(UserFields, weekly_capacity=request.account.weekly_capacity)
    user = users.create(request.account_id, new_user(Id(0), fields, request.now), body.roles)
    return created(request, show_user(user, request.user, roles.names_of(request.account_id, [user.id])[user.id]))


handler = v2_endpoint(create_user, may_manage_users)
