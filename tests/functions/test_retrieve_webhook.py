"""GET /v2/webhooks/{webhook_id}."""

from tests.functions.examples import CHANGES_OF_WEBHOOKS, NOT_AUTHORIZED, NOT_FOUND, expected, moved, not_an_id

EXPECTED = {
    "existing": expected(200, CHANGES_OF_WEBHOOKS),
    "unknown": NOT_FOUND,
    "json_suffix": moved("/v2/webhooks/1"),
    "not_an_id": not_an_id("webhook_id"),
    "by_a_manager": NOT_AUTHORIZED,
}
