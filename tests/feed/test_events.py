"""Changes as events: what they say is what docs/events.md and its schema say."""

from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from sheaf.aws.event_bus import Event
from sheaf.domain.identity import AccountId
from sheaf.feed import events
from tests.feed.deliveries import deliver, feed
from tools.event_schema import SCHEMA, event_schema, text
from tools.local.stream import Record

pytestmark = pytest.mark.streamed


def test_the_schema_is_the_one_that_the_document_of_the_api_makes() -> None:
    assert SCHEMA.read_text() == text(), "run `python -m tools.event_schema`"
    Draft202012Validator.check_schema(event_schema())


@pytest.mark.usefixtures("dead_letters")
def test_every_event_is_as_its_schema_says_and_is_the_change_of_the_feed(told: list[Record], sent: list[Event]) -> None:
    deliver([told])
    changes = feed()
    assert [event.detail["sequence"] for event in sent] == [change.sequence for change in changes]
    assert [event.kind for event in sent] == [f"{change.kind.lower()}.{change.action}" for change in changes]
    validator = Draft202012Validator(event_schema())
    assert [error.message for event in sent for error in validator.iter_errors(event.detail)] == []
    assert {event.detail["account_id"] for event in sent} == {1}
    kinds = {event.detail["kind"] for event in sent}
    assert len(kinds) == 9


@pytest.mark.usefixtures("dead_letters")
def test_an_event_that_would_be_too_large_goes_without_the_record(told: list[Record], sent: list[Event]) -> None:
    deliver([told])
    change = next(change for change in feed() if change.kind == "PROJECT")
    large = replace(change, after=replace(change.after, notes="\N{GRINNING FACE}" * events.MOST_BYTES))
    detail: Any = events.event_of(AccountId(1), large).detail
    assert (detail["before"], detail["after"], detail["is_complete"]) == (None, None, False)
    assert detail["id"] == change.id
    assert list(Draft202012Validator(event_schema()).iter_errors(detail)) == []
    assert sent[0].detail["is_complete"]
