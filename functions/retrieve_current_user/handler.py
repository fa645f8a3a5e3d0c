"""functions: GET /v2/users/me."""

from sheaf.domain.identity import everybody
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Call
from sheaf.http.response import Reply
from sheaf.http.v2.responses import show_user


def retrieve_current_user(call: Call) -> Reply:
    """The user whose token it is (Harvest v2, "Retrieve the currently authenticated user")."""
    return Reply(200, show_user(call.user))


handler = v2_endpoint(retrieve_current_user, everybody)
