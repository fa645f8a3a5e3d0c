"""functions: POST /v2/webhooks/{webhook_id}/replay."""

from sheaf.domain.identity import may_manage_account
from sheaf.entry_points.http import v2_endpoint
from sheaf.feed import deliveries
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.bodies.model import read_body
from sheaf.http.v2.bodies.webhook import ReplayBody
from sheaf.store import webhooks


def replay_webhook(request: Request) -> Response:
    """Have a webhook sent again what follows a change, one after another, under the ids that they had before."""
    after = read_body(ReplayBody, request.fields()).sequence()
    webhook = webhooks.get_active(request.account_id, request.path_id("webhook_id"))
    first, last = deliveries.replay(request.account_id, webhook, after, request.now)
    return Response(202, {"first_sequence": first, "last_sequence": last})


handler = v2_endpoint(replay_webhook, may_manage_account)
