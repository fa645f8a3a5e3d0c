"""functions: POST /v2/webhooks."""

from sheaf.domain.identity import may_manage_account
from sheaf.domain.webhook import WebhookFields
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.bodies.model import read_body
from sheaf.http.v2.bodies.webhook import WebhookBody
from sheaf.http.v2.responses import created
from sheaf.http.v2.webhook_responses import show_webhook
from sheaf.store import webhooks
from sheaf.webhooks import addresses, sending


def create_webhook(request: Request) -> Response:
    """A new webhook. The answer alone has the secret that its requests are signed with."""
    fields = read_body(WebhookBody, request.fields()).create(WebhookFields)
    addresses.target(fields.url)
    secret = sending.new_secret()
    webhook = webhooks.create(request.account_id, fields, secret, request.now)
    return created(request, {**show_webhook(webhook), "secret": sending.written(secret)})


handler = v2_endpoint(create_webhook, may_manage_account)
