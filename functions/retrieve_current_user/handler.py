"""functions: GET /v2/users/me."""

from sheaf.domain.identity import everybody
from sheaf.http.call import Call
from sheaf.http.entry import v2_endpoint
from sheaf.http.replies_v2 import show_user
from sheaf.http.reply import Reply


def retrieve_current_user(call: Call) -> Reply:
    """The user whose token it is (Harvest v2, "Retrieve the currently authenticated user")."""
    return Reply(200, show_user(call.user))


handler = v2_endpoint(retrieve_current_user, everybody)
