"""functions: PATCH and PUT /v2/roles/{role_id}."""

from sheaf.domain.business_role import BusinessRoleFields
from sheaf.domain.identity import may_manage_users
from sheaf.domain.record import with_changes
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.conditional import matching
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.bodies.model import read_body
from sheaf.http.v2.bodies.role import RoleBody
from sheaf.http.v2.responses import show_role
from sheaf.store import roles


def update_role(request: Request) -> Response:
    """The business role with the given fields changed; user_ids are all who have it (Harvest v2, "Update a role")."""
    body = read_body(RoleBody, request.fields())
    role = roles.update(
        request.account_id,
        request.path_id("role_id"),
        lambda role: with_changes(
            matching(request, role, show_role), body.apply_to(BusinessRoleFields, role), request.now
        ),
    )
    return Response(200, show_role(role))


handler = v2_endpoint(update_role, may_manage_users)
