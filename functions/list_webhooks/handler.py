"""functions: GET /v2/webhooks."""

from sheaf.domain.identity import may_manage_account
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.webhook_responses import show_webhook
from sheaf.store import webhooks


def list_webhooks(request: Request) -> Response:
    """The account's webhooks, the newest first: all in one answer, since they are few."""
    return Response(200, {"webhooks": [show_webhook(webhook) for webhook in webhooks.everything(request.account_id)]})


handler = v2_endpoint(list_webhooks, may_manage_account)
