"""Stories that are cut off at each of their calls in turn: readers see the world before or after, never a part."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from sheaf.aws import dynamodb
from sheaf.store.resumable import resume
from sheaf.store.resumable.operations import of_all_accounts
from tests.harness import make_table
from tests.store.audit import assert_sound, contents
from tests.store.faults import AFTER_CALL, CrashError, crashing, hooked, recorded
from tests.store.rows import Rows
from tests.store.stored_records import ACCOUNT, sights


@dataclass(frozen=True)
class Story:
    """What is there, and what is done to it."""

    prepare: Callable[[], None]
    act: Callable[[], object]


@dataclass(frozen=True)
class Told:
    """How a story goes when nothing disturbs it."""

    before: Rows
    after: Rows
    seen_before: dict[str, object]
    seen_after: dict[str, object]
    calls: int


@contextmanager
def fresh_table(endpoint_url: str) -> Iterator[None]:
    """A table of its own."""
    name = make_table(endpoint_url)
    yield
    dynamodb.dynamodb().delete_table(TableName=name)


def tell(endpoint_url: str, story: Story) -> Told:
    """Play the story to its end."""
    with fresh_table(endpoint_url):
        story.prepare()
        assert_sound(ACCOUNT)
        before, seen_before = contents(), sights()
        with recorded() as calls:
            story.act()
        assert list(of_all_accounts()) == []
        assert_sound(ACCOUNT)
        return Told(before, contents(), seen_before, sights(), len(calls))


def watch(endpoint_url: str, story: Story, told: Told) -> None:
    """Play the story and look after every call: all lists change at one and the same moment, and never back."""
    seen: list[dict[str, object]] = []
    looking: list[bool] = []

    def look(**_: Any) -> None:
        if not looking:
            looking.append(True)
            seen.append(sights())
            looking.clear()

    with fresh_table(endpoint_url):
        story.prepare()
        with hooked(AFTER_CALL, look):
            story.act()
    turn = next(number for number, item in enumerate(seen) if item != told.seen_before)
    assert len(seen) == told.calls
    assert all(item == told.seen_after for item in seen[turn:])


def cut(endpoint_url: str, story: Story, told: Told) -> list[bool]:
    """Cut the story off after each call in turn and let the repair run; whether each time it had taken place.

    What is cut off before a call is what was cut off after the one before it.
    """
    took_place = []
    for at in range(told.calls):
        with fresh_table(endpoint_url):
            story.prepare()
            with crashing(at, carried_out=True), pytest.raises(CrashError):
                story.act()
            resume.resume_all(seconds=20)
            assert list(of_all_accounts()) == []
            left = contents()
            assert left in (told.before, told.after), f"cut off after call {at}"
            took_place.append(left == told.after)
    return took_place
