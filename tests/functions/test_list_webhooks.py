"""GET /v2/webhooks."""

from tests.functions.examples import CHANGES_OF_WEBHOOKS, NOT_AUTHORIZED, expected

EXPECTED = {
    "all": expected(200, {"webhooks": [CHANGES_OF_WEBHOOKS]}),
    "by_a_manager": NOT_AUTHORIZED,
    "by_a_member": NOT_AUTHORIZED,
}
