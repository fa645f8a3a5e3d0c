"""functions: GET /v2/company."""

from sheaf.domain.identity import everybody
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.responses import show_company


def retrieve_company(request: Request) -> Response:
    """The account as its clients want to know it first (Harvest v2, "Retrieve a company")."""
    return Response(200, show_company(request.account, request.base_url))


handler = v2_endpoint(retrieve_company, everybody)
