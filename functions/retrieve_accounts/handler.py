"""functions: GET /api/v2/accounts."""

from sheaf.entry_points.http import token_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.responses import show_accounts


def retrieve_accounts(request: Request) -> Response:
    """The user and the account of a token, for clients that hold nothing else (Harvest's identity service)."""
    return Response(200, show_accounts(request.user, request.account))


handler = token_endpoint(retrieve_accounts)
