"""PATCH and PUT /v2/webhooks/{webhook_id}."""

import pytest

from sheaf.domain.identity import AccountId
from sheaf.domain.values import Id
from sheaf.domain.webhook import switched_off
from sheaf.store import webhooks
from tests.functions.examples import (
    BROKEN_BRACE,
    CHANGES_OF_WEBHOOKS,
    NOT_AUTHORIZED,
    NOT_FOUND,
    expected,
    invalid,
    moved,
    not_an_id,
)
from tests.support.api import NOW, Api
from tests.support.table import rows

EXPECTED = {
    "switched_off": expected(200, {**CHANGES_OF_WEBHOOKS, "is_active": False}),
    "kinds": expected(200, {**CHANGES_OF_WEBHOOKS, "kinds": ["client", "project"], "description": None}),
    "put": expected(200, {**CHANGES_OF_WEBHOOKS, "url": "http://localhost:8999/"}),
    "user_name_in_the_url": invalid("url must have neither a user name nor a password nor a fragment"),
    "wrong_type": invalid("is_active must be true or false"),
    "unknown": NOT_FOUND,
    "json_suffix": moved("/v2/webhooks/1"),
    "put_json_suffix": moved("/v2/webhooks/1"),
    "not_an_id": not_an_id("webhook_id"),
    "by_a_manager": NOT_AUTHORIZED,
    "broken_json": BROKEN_BRACE,
}


def test_one_that_was_switched_off_is_switched_on_again_and_keeps_its_secret(api: Api) -> None:
    made = api.post("/v2/webhooks", {"url": "http://localhost:8999/"}).body
    secret = webhooks.secret(AccountId(1), Id(1))
    webhooks.update(AccountId(1), Id(1), lambda webhook: switched_off(webhook, "the receiver answered 410", NOW))
    off = api.get("/v2/webhooks/1").body

    on = api.patch("/v2/webhooks/1", {"is_active": True, "url": "http://localhost:8998/"}).body
    assert (off["is_active"], off["off_reason"]) == (False, "the receiver answered 410")
    assert {**on, "updated_at": made["updated_at"]} == {
        **{name: value for name, value in made.items() if name != "secret"},
        "url": "http://localhost:8998/",
    }
    assert webhooks.secret(AccountId(1), Id(1)) == secret


@pytest.mark.parametrize("body", [{}, {"url": None}, {"kinds": None}, {"kinds": ["task", "task"]}, {"is_active": "1"}])
def test_a_change_of_nothing_writes_nothing(api: Api, body: object) -> None:
    api.post("/v2/webhooks", {"url": "http://localhost:8999/", "kinds": ["task"]})
    before = rows()

    assert api.patch("/v2/webhooks/1", body).status == 200
    assert rows() == before
