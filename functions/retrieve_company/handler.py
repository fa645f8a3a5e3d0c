"""functions: GET /v2/company."""

from sheaf.domain.identity import everybody
from sheaf.http.call import Call
from sheaf.http.entry import v2_endpoint
from sheaf.http.replies_v2 import show_company
from sheaf.http.reply import Reply


def retrieve_company(call: Call) -> Reply:
    """The account as its clients want to know it first (Harvest v2, "Retrieve a company")."""
    return Reply(200, show_company(call.account, call.base_url))


handler = v2_endpoint(retrieve_company, everybody)
