"""functions: GET /v2/webhooks/{webhook_id}/deliveries."""

from sheaf.domain.identity import may_manage_account
from sheaf.domain.values import ID_LIMIT
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.change_query import read_limit
from sheaf.http.v2.webhook_responses import show_delivery
from sheaf.store import webhooks


def list_webhook_deliveries(request: Request) -> Response:
    """What came of the changes that were sent to a webhook in the last 30 days, the newest change first."""
    before, limit = request.query_id("before") or ID_LIMIT, read_limit(request)
    webhook = webhooks.get(request.account_id, request.path_id("webhook_id"))
    found = webhooks.deliveries(request.account_id, webhook.id, before, limit + 1)
    shown = [show_delivery(delivery) for delivery in found[:limit]]
    return Response(200, {"deliveries": shown, "has_more": len(found) > limit})


handler = v2_endpoint(list_webhook_deliveries, may_manage_account)
