"""functions: POST /v2/webhooks."""

from sheaf.domain.identity import may_manage_account
from sheaf.domain.webhook import Webhook, WebhookFields
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.idempotency import Answering
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.bodies.model import read_body
from sheaf.http.v2.bodies.webhook import WebhookBody
from sheaf.http.v2.responses import created
from sheaf.http.v2.webhook_responses import show_webhook
from sheaf.store import webhooks
from sheaf.webhooks import addresses, sending


def create_webhook(request: Request) -> Response:
    """A new webhook. The answer alone has the secret of its requests, and no answer that is given again."""
    fields = read_body(WebhookBody, request.fields()).create(WebhookFields)
    addresses.target(fields.url)
    secret = sending.new_secret()
    answer = Answering[Webhook](
        request,
        lambda webhook: created(request, {**show_webhook(webhook), "secret": sending.written(secret)}),
        told_once="secret",
    )
    return answer.to(webhooks.create(request.account_id, fields, secret, request.now, keep=answer.keep))


handler = v2_endpoint(create_webhook, may_manage_account)
