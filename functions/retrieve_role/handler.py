"""functions: GET /v2/roles/{role_id}."""

from sheaf.domain.identity import may_manage_users
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.responses import show_role
from sheaf.store import roles


def retrieve_role(request: Request) -> Response:
    """One business role (Harvest v2, "Retrieve a role")."""
    return Response(200, show_role(roles.get(request.account_id, request.path_id("role_id"))))


handler = v2_endpoint(retrieve_role, may_manage_users)
