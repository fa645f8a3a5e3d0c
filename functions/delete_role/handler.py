"""functions: DELETE /v2/roles/{role_id}."""

from sheaf.domain.identity import may_manage_users
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.conditional import matching
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.responses import show_role
from sheaf.store import roles


def delete_role(request: Request) -> Response:
    """Delete a business role, nobody has it any more, and answer with it as it was (Harvest v2, "Delete a role")."""
    role = roles.delete(request.account_id, request.path_id("role_id"), lambda role: matching(request, role, show_role))
    return Response(200, show_role(role))


handler = v2_endpoint(delete_role, may_manage_users)
