"""functions: PATCH and PUT /v2/webhooks/{webhook_id}."""

from sheaf.domain.identity import may_manage_account
from sheaf.domain.webhook import Webhook, WebhookFields, changed, clean_url
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.conditional import matching
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.bodies.model import read_body
from sheaf.http.v2.bodies.webhook import WebhookBody
from sheaf.http.v2.webhook_responses import show_webhook
from sheaf.store import webhooks
from sheaf.webhooks import addresses


def update_webhook(request: Request) -> Response:
    """The webhook with the given fields changed; it keeps its secret. `is_active` switches one on again."""
    body = read_body(WebhookBody, request.fields())
    if body.url is not None:
        addresses.target(clean_url(body.url))

    def change(webhook: Webhook) -> Webhook:
        matching(request, webhook, show_webhook)
        return changed(webhook, body.apply_to(WebhookFields, webhook), request.now)

    return Response(200, show_webhook(webhooks.update(request.account_id, request.path_id("webhook_id"), change)))


handler = v2_endpoint(update_webhook, may_manage_account)
