"""Changes on their way to webhooks, delivered by the queue."""

from typing import Any

import pytest

from functions.on_webhook_deliveries.handler import handler
from sheaf.domain.identity import AccountId
from sheaf.domain.values import Id
from sheaf.store import webhooks
from tests.support.accounts import put_demo_account
from tests.support.example_requests import load_event, names_of

OPERATION = "on_webhook_deliveries"
TAKEN: dict[str, Any] = {"batchItemFailures": []}
EXPECTED = {
    "nobody_there": TAKEN,
    "not_a_message": {"batchItemFailures": [{"itemIdentifier": "1"}]},
    "not_yet": TAKEN,
    "of_an_unknown_webhook": TAKEN,
}


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("scenario", names_of(OPERATION))
def test_an_example_gets_the_whole_expected_answer(scenario: str, endpoint_url: str) -> None:
    put_demo_account(endpoint_url, with_feed=True)

    assert handler(load_event(OPERATION, scenario)) == EXPECTED[scenario]
    noted = webhooks.deliveries(AccountId(1), Id(1), before=99, limit=9)
    assert [(each.sequence, each.event, each.status, each.error) for each in noted] == [
        (31, "webhook.created", "retrying", "the receiver refused the connection")
        for each in range(scenario == "nobody_there")
    ]


def test_every_expectation_has_its_example() -> None:
    assert sorted(EXPECTED) == names_of(OPERATION)
