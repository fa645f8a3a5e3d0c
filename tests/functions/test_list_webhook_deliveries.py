"""GET /v2/webhooks/{webhook_id}/deliveries."""

from sheaf.domain.identity import AccountId
from sheaf.domain.values import Id, Timestamp
from sheaf.domain.webhook import DeliveryStatus, WebhookDelivery
from sheaf.store import webhooks
from tests.functions.examples import NOT_AUTHORIZED, NOT_FOUND, expected, invalid, not_an_id, unreadable
from tests.support.api import NOW, Api

NONE = expected(200, {"deliveries": [], "has_more": False})
EXPECTED = {
    "none_yet": NONE,
    "limit_and_before": NONE,
    "limit_too_high": invalid("limit must be between 1 and 1000"),
    "before_unreadable": unreadable("before must be a positive integer below 2^53"),
    "unknown": NOT_FOUND,
    "not_an_id": not_an_id("webhook_id"),
    "by_a_manager": NOT_AUTHORIZED,
}


def test_they_come_the_newest_first_page_by_page(api: Api) -> None:
    api.post("/v2/webhooks", {"url": "http://localhost:8999/"})
    for sequence in (1, 2, 5):
        delivery = WebhookDelivery(sequence, "task.created", DeliveryStatus.DELIVERED, 1, NOW, 200, None, None)
        webhooks.note_delivery(AccountId(1), Id(1), delivery)
    late = Timestamp("2026-03-01T09:00:00Z")
    again = WebhookDelivery(5, "task.created", DeliveryStatus.RETRYING, 2, NOW, 500, "the receiver answered 500", late)
    webhooks.note_delivery(AccountId(1), Id(1), again)

    first = api.get("/v2/webhooks/1/deliveries?limit=2").body
    rest = api.get("/v2/webhooks/1/deliveries?limit=2&before=2").body
    assert [each["sequence"] for each in first["deliveries"]] == [5, 2]
    assert first["deliveries"][0] == {
        "sequence": 5,
        "event": "task.created",
        "status": "retrying",
        "attempts": 2,
        "attempted_at": NOW,
        "response_status": 500,
        "error": "the receiver answered 500",
        "next_attempt_at": late,
    }
    assert ([each["sequence"] for each in rest["deliveries"]], first["has_more"], rest["has_more"]) == (
        [1],
        True,
        False,
    )
