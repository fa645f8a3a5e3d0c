"""POST /v2/webhooks/{webhook_id}/replay."""

import json

import pytest

from sheaf.aws import queue
from tests.functions.examples import BROKEN_BRACE, NOT_AUTHORIZED, NOT_FOUND, expected, invalid, not_an_id
from tests.support.accounts import put_demo_account
from tests.support.api import Api

NO_SEQUENCE = invalid("after must be the sequence of a change, or 0 for the oldest change that is kept")
EXPECTED = {
    "all": expected(202, {"first_sequence": 1, "last_sequence": 35}),
    "with_a_key": expected(202, {"first_sequence": 1, "last_sequence": 35}),
    "nothing_left": expected(202, {"first_sequence": 36, "last_sequence": 35}),
    "without_after": NO_SEQUENCE,
    "negative": NO_SEQUENCE,
    "after_unreadable": invalid("after must be a whole number"),
    "unknown": NOT_FOUND,
    "not_an_id": not_an_id("webhook_id"),
    "by_a_manager": NOT_AUTHORIZED,
    "broken_json": BROKEN_BRACE,
}


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What went into the queue."""
    bodies: list[str] = []
    monkeypatch.setattr(queue, "send_deliveries", lambda _account_id, texts, _delay: bodies.extend(texts))
    return bodies


def test_all_that_follows_goes_into_the_queue_as_one_message(table: str, endpoint_url: str, queued: list[str]) -> None:
    put_demo_account(endpoint_url, with_feed=True)
    admin = Api("local-admin-token")

    assert admin.post("/v2/webhooks/1/replay", {"after": 7}).body == {"first_sequence": 8, "last_sequence": 35}
    assert [(message["first"], message["last"]) for message in map(json.loads, queued)] == [(8, 35)]


def test_nothing_is_sent_to_one_that_is_off(table: str, endpoint_url: str, queued: list[str]) -> None:
    put_demo_account(endpoint_url, with_feed=True)
    admin = Api("local-admin-token")
    admin.patch("/v2/webhooks/1", {"is_active": False})

    refused = admin.post("/v2/webhooks/1/replay", {"after": 7})
    assert (refused.status, refused.body) == (
        422,
        {"message": "The webhook is off: switch it on first, by PATCH with is_active true"},
    )
    assert queued == []
