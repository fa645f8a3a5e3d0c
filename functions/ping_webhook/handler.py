"""functions: POST /v2/webhooks/{webhook_id}/ping."""

from sheaf.domain.identity import may_manage_account
from sheaf.entry_points.http import v2_endpoint
from sheaf.feed import deliveries
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.webhook_responses import show_outcome
from sheaf.store import webhooks


def ping_webhook(request: Request) -> Response:
    """Send a message to a webhook at once, also to one that is off, and answer what came of it."""
    webhook = webhooks.get(request.account_id, request.path_id("webhook_id"))
    return Response(200, show_outcome(deliveries.ping(request.account_id, webhook, request.now)))


handler = v2_endpoint(ping_webhook, may_manage_account)
