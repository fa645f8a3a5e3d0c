"""functions: GET /account/who_am_i."""

from sheaf.domain.identity import everybody
from sheaf.entry_points.http_v1 import v1_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v1.formats import show
from sheaf.http.v1.responses import who_am_i


def v1_retrieve_who_am_i(request: Request) -> Response:
    """The account and the user of the token (Harvest v1, "Account"); clients begin here."""
    return show(request, who_am_i(request.account, request.user, request.base_url))


handler = v1_endpoint(v1_retrieve_who_am_i, everybody)
