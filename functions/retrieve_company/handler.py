"""functions: GET /v2/company."""

from sheaf.domain.identity import everybody
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Call
from sheaf.http.response import Reply
from sheaf.http.v2.responses import show_company


def retrieve_company(call: Call) -> Reply:
    """The account as its clients want to know it first (Harvest v2, "Retrieve a company")."""
    return Reply(200, show_company(call.account, call.base_url))


handler = v2_endpoint(retrieve_company, everybody)
