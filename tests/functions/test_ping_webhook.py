"""POST /v2/webhooks/{webhook_id}/ping."""

from standardwebhooks import Webhook

from tests.functions.examples import NOT_AUTHORIZED, NOT_FOUND, expected, not_an_id
from tests.support.api import Api
from tests.support.receiver import receiving

NOBODY_THERE = expected(
    200, {"is_delivered": False, "response_status": None, "error": "the receiver refused the connection"}
)
EXPECTED = {
    "nobody_there": NOBODY_THERE,
    "with_a_key": NOBODY_THERE,
    "unknown": NOT_FOUND,
    "not_an_id": not_an_id("webhook_id"),
    "by_a_manager": NOT_AUTHORIZED,
}


def test_a_ping_comes_signed_and_what_is_answered_is_told_at_once(api: Api) -> None:
    with receiving() as receiver:
        secret = api.post("/v2/webhooks", {"url": receiver.url, "is_active": False}).body["secret"]
        receiver.statuses = [204, 500]
        answers = [api.post("/v2/webhooks/1/ping").body for _ in range(2)]

    assert answers == [
        {"is_delivered": True, "response_status": 204, "error": None},
        {"is_delivered": False, "response_status": 500, "error": "the receiver answered 500"},
    ]
    told = [Webhook(secret).verify(request.body, request.headers) for request in receiver.requests]
    assert [(each["type"], each["data"]) for each in told] == [("webhook.ping", {"account_id": 1, "webhook_id": 1})] * 2
    assert api.get("/v2/webhooks/1/deliveries").body == {"deliveries": [], "has_more": False}
