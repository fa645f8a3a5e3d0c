"""The table's stream, told by Lambda."""

from collections.abc import Mapping
from typing import Any

import pytest

from functions.on_table_changes.handler import handler
from sheaf.aws.event_bus import Event
from sheaf.domain.identity import AccountId
from sheaf.domain.values import Id
from sheaf.store.feed import pages
from sheaf.store.feed.pages import FeedRequest
from tests.support.api import NOW
from tests.support.example_requests import load_event, names_of

OPERATION = "on_table_changes"
ACCOUNT = AccountId(1)
NOTHING_AGAIN: Mapping[str, Any] = {"batchItemFailures": []}
EXPECTED = {
    "one_before_it_missing": NOTHING_AGAIN,
    "task_archived": NOTHING_AGAIN,
    "task_created": NOTHING_AGAIN,
    "task_deleted": NOTHING_AGAIN,
    "tombstone_gone": NOTHING_AGAIN,
    "unreadable": NOTHING_AGAIN,
}
WRITTEN = {"task_created": "created", "task_archived": "archived", "task_deleted": "deleted"}
DEAD = {
    "one_before_it_missing": "the change before it did not come",
    "unreadable": "cannot be read",
}


@pytest.mark.usefixtures("started")
@pytest.mark.parametrize("scenario", names_of(OPERATION))
def test_an_example_gets_the_whole_expected_answer(scenario: str, sent: list[Event], dead_letters: list[Any]) -> None:
    event = load_event(OPERATION, scenario)
    before = pages.last_sequence(ACCOUNT)

    assert handler(event) == EXPECTED[scenario]

    request = FeedRequest(0, 10, NOW)
    found = [change.action for change in pages.of_record(ACCOUNT, "TASK", Id(9), request).changes]
    assert found == [action for name, action in WRITTEN.items() if name == scenario]
    assert [each.kind for each in sent] == [f"task.{action}" for action in found]
    assert pages.last_sequence(ACCOUNT) - before == len(found)
    assert [letter["reason"] for letter in dead_letters] == [
        reason for name, reason in DEAD.items() if name == scenario
    ]
    assert [letter["record"] for letter in dead_letters] == event["Records"][: len(dead_letters)]


def test_every_expectation_has_its_example() -> None:
    assert sorted(EXPECTED) == names_of(OPERATION)


@pytest.mark.usefixtures("started")
def test_examples_that_follow_one_another_make_a_history(sent: list[Event]) -> None:
    for scenario in (*WRITTEN, "tombstone_gone", *reversed(WRITTEN)):
        handler(load_event(OPERATION, scenario))
    told = [(event.kind, event.detail["sequence"]) for event in sent]
    assert [kind for kind, _ in told] == [f"task.{WRITTEN[name]}" for name in (*WRITTEN, *reversed(WRITTEN))]
    assert told[:3] == told[:2:-1]  # told again under the same numbers
