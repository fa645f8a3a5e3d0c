"""Scenarios interrupted after each of their calls in turn: readers see the state before or after, never a part."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from sheaf.aws import dynamodb
from sheaf.store.resumable import resume
from sheaf.store.resumable.operations import of_all_accounts
from tests.store.audit import assert_sound, contents
from tests.store.faults import AFTER_CALL, CrashError, crashing, hooked, recorded
from tests.store.stored_records import ACCOUNT, visible_records
from tests.support.api import make_table
from tests.support.table import Rows


@dataclass(frozen=True)
class Scenario:
    """The records that are there, and what is done to them."""

    prepare: Callable[[], None]
    act: Callable[[], object]


@dataclass(frozen=True)
class Undisturbed:
    """The states before and after a scenario that nothing interrupts, and the number of its calls."""

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


def run_undisturbed(endpoint_url: str, scenario: Scenario) -> Undisturbed:
    """Run the scenario to its end."""
    with fresh_table(endpoint_url):
        scenario.prepare()
        assert_sound(ACCOUNT)
        before, seen_before = contents(), visible_records()
        with recorded() as calls:
            scenario.act()
        assert list(of_all_accounts()) == []
        assert_sound(ACCOUNT)
        return Undisturbed(before, contents(), seen_before, visible_records(), len(calls))


def check_after_each_call(endpoint_url: str, scenario: Scenario, undisturbed: Undisturbed) -> None:
    """Run the scenario and read after every call: all lists change after the same call, and never back."""
    seen: list[dict[str, object]] = []
    looking: list[bool] = []

    def look(**_: Any) -> None:
        if not looking:
            looking.append(True)
            seen.append(visible_records())
            looking.clear()

    with fresh_table(endpoint_url):
        scenario.prepare()
        with hooked(AFTER_CALL, look):
            scenario.act()
    first_after = next(number for number, item in enumerate(seen) if item != undisturbed.seen_before)
    assert len(seen) == undisturbed.calls
    assert all(item == undisturbed.seen_after for item in seen[first_after:])


def interrupt_after_each_call(endpoint_url: str, scenario: Scenario, undisturbed: Undisturbed) -> list[bool]:
    """Interrupt the scenario after each call in turn and resume what is pending; whether it had taken place each time.

    An interruption before a call is one after the call before it.
    """
    took_place = []
    for at in range(undisturbed.calls):
        with fresh_table(endpoint_url):
            scenario.prepare()
            with crashing(at, carried_out=True), pytest.raises(CrashError):
                scenario.act()
            resume.resume_all(seconds=20)
            assert list(of_all_accounts()) == []
            left = contents()
            assert left in (undisturbed.before, undisturbed.after), f"interrupted after call {at}"
            took_place.append(left == undisturbed.after)
    return took_place
