"""functions: GET /v2/company."""

from sheaf.domain.identity import everybody
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.responses import show_company
from sheaf.store import accounts


def retrieve_company(request: Request) -> Response:
    """The account as its clients want to know it first (Harvest v2, "Retrieve a company"); read anew, as it is now."""
    return Response(200, show_company(accounts.get(request.account_id), request.base_url))


handler = v2_endpoint(retrieve_company, everybody)
