"""functions: GET /v2/webhooks/{webhook_id}."""

from sheaf.domain.identity import may_manage_account
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.webhook_responses import show_webhook
from sheaf.store import webhooks


def retrieve_webhook(request: Request) -> Response:
    """One webhook, without its secret."""
    return Response(200, show_webhook(webhooks.get(request.account_id, request.path_id("webhook_id"))))


handler = v2_endpoint(retrieve_webhook, may_manage_account)
