"""functions: GET /v2/users/me."""

from sheaf.domain.identity import everybody
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.responses import show_user
from sheaf.store import roles


def retrieve_current_user(request: Request) -> Response:
    """The user whose token it is (Harvest v2, "Retrieve the currently authenticated user")."""
    user = request.user
    return Response(200, show_user(user, user, roles.names_of(request.account_id, [user.id])[user.id]))


handler = v2_endpoint(retrieve_current_user, everybody)
