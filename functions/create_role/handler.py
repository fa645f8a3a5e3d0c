"""functions: POST /v2/roles."""

from sheaf.domain.business_role import BusinessRole, BusinessRoleFields
from sheaf.domain.identity import may_manage_users
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.idempotency import Answering
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.bodies.model import read_body
from sheaf.http.v2.bodies.role import RoleBody
from sheaf.http.v2.responses import created, show_role
from sheaf.store import roles


def create_role(request: Request) -> Response:
    """A new business role, and who has it (Harvest v2, "Create a role")."""
    fields = read_body(RoleBody, request.fields()).create(BusinessRoleFields)
    answer = Answering[BusinessRole](request, lambda role: created(request, show_role(role)))
    return answer.to(roles.create(request.account_id, fields, request.now, keep=answer.keep))


handler = v2_endpoint(create_role, may_manage_users)
