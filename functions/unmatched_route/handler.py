"""functions: $default, whatever no other route answers."""

from sheaf.domain.identity import everybody
from sheaf.http.call import Call
from sheaf.http.reply import Reply
from sheaf.http.unmatched import redirect_or_refuse
from sheaf.http.v1.entry import any_endpoint


def unmatched_route(call: Call) -> Reply:
    """308 to the canonical path where the request means one, 405 for a known path's other methods, otherwise 404."""
    return redirect_or_refuse(call)


handler = any_endpoint(unmatched_route, everybody)
