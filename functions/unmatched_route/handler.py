"""functions: $default, whatever no other route answers."""

from sheaf.domain.identity import everybody
from sheaf.entry_points.http_v1 import any_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.unmatched import redirect_or_refuse


def unmatched_route(request: Request) -> Response:
    """308 to the canonical path where the request means one, 405 for a known path's other methods, otherwise 404."""
    return redirect_or_refuse(request)


handler = any_endpoint(unmatched_route, everybody)
