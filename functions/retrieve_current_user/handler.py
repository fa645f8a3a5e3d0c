"""functions: GET /v2/users/me."""

from sheaf.domain.identity import everybody
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.responses import show_user


def retrieve_current_user(request: Request) -> Response:
    """The user whose token it is (Harvest v2, "Retrieve the currently authenticated user")."""
    return Response(200, show_user(request.user, request.user))


handler = v2_endpoint(retrieve_current_user, everybody)
