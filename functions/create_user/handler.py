"""functions: POST /v2/users."""

from sheaf.domain.identity import User, may_manage_users
from sheaf.domain.user import UserFields, new_user
from sheaf.domain.values import Id
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.idempotency import Answering
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
    called = roles.spelled(request.account_id, body.roles)
    answer = Answering[User](request, lambda user: created(request, show_user(user, request.user, called)))
    user = new_user(Id(0), fields, request.now)
    return answer.to(users.create(request.account_id, user, body.roles, keep=answer.keep))


handler = v2_endpoint(create_user, may_manage_users)
