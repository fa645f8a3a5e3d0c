"""functions: PATCH and PUT /v2/company."""

from sheaf.domain.company import CompanyFields, changed_account
from sheaf.domain.identity import Account, may_manage_account
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.conditional import matching
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.bodies.company import CompanyBody
from sheaf.http.v2.bodies.model import read_body
from sheaf.http.v2.responses import show_company
from sheaf.store import accounts


def update_company(request: Request) -> Response:
    """The account with the given fields changed (Harvest v2, "Update a company")."""
    body = read_body(CompanyBody, request.fields())

    def change(account: Account) -> Account:
        matching(request, account, lambda seen: show_company(seen, request.base_url))
        return changed_account(account, body.apply_to(CompanyFields, account))

    account = accounts.update(request.account_id, change)
    return Response(200, show_company(account, request.base_url))


handler = v2_endpoint(update_company, may_manage_account)
