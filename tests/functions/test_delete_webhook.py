"""DELETE /v2/webhooks/{webhook_id}."""

from tests.functions.examples import CHANGES_OF_WEBHOOKS, NOT_AUTHORIZED, NOT_FOUND, expected, moved, not_an_id
from tests.support.api import Api
from tests.support.table import rows

EXPECTED = {
    "existing": expected(200, CHANGES_OF_WEBHOOKS),
    "unknown": NOT_FOUND,
    "not_an_id": not_an_id("webhook_id"),
    "json_suffix": moved("/v2/webhooks/1"),
    "by_a_manager": NOT_AUTHORIZED,
}


def test_nothing_of_a_webhook_stays_not_even_its_secret(api: Api) -> None:
    api.post("/v2/webhooks", {"url": "http://localhost:8999/"})
    assert api.delete("/v2/webhooks/1").status == 200

    assert api.get("/v2/webhooks").body == {"webhooks": []}
    assert not [key for key in rows() if "#WEBHOOK" in key[0]]
