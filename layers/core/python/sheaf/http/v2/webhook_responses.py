"""http: webhooks and what came of sending to them, as v2 shows them. Harvest has none, so their fields are ours."""

from typing import Any

from sheaf.domain.webhook import Outcome, Webhook, WebhookDelivery


def show_webhook(webhook: Webhook) -> dict[str, Any]:
    """A webhook; Harvest has none. Its secret is told once, when it is made."""
    return {
        "id": webhook.id,
        "url": webhook.url,
        "kinds": sorted(kind.lower() for kind in webhook.kinds),
        "description": webhook.description,
        "is_active": webhook.is_active,
        "off_reason": webhook.off_reason,
        "created_at": webhook.created_at,
        "updated_at": webhook.updated_at,
    }


def show_delivery(delivery: WebhookDelivery) -> dict[str, Any]:
    """What came of sending a change to a webhook."""
    return {
        "sequence": delivery.sequence,
        "event": delivery.event,
        "status": delivery.status,
        "attempts": delivery.attempts,
        "attempted_at": delivery.attempted_at,
        "response_status": delivery.response_status,
        "error": delivery.error,
        "next_attempt_at": delivery.next_attempt_at,
    }


def show_outcome(outcome: Outcome) -> dict[str, Any]:
    """What came of one request to a webhook."""
    return {
        "is_delivered": outcome.is_delivered,
        "response_status": outcome.response_status,
        "error": outcome.error,
    }
