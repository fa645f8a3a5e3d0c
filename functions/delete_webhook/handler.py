"""functions: DELETE /v2/webhooks/{webhook_id}."""

from sheaf.domain.identity import may_manage_account
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.conditional import matching
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.webhook_responses import show_webhook
from sheaf.store import webhooks


def delete_webhook(request: Request) -> Response:
    """Delete a webhook and its secret, and answer with it as it was. What waits to be sent to it is not sent."""
    webhook = webhooks.delete(
        request.account_id,
        request.path_id("webhook_id"),
        lambda webhook: matching(request, webhook, show_webhook),
    )
    return Response(200, show_webhook(webhook))


handler = v2_endpoint(delete_webhook, may_manage_account)
