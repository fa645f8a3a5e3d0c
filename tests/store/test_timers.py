"""Timers: one running for each user at most, and no second of them lost or counted twice."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from sheaf.domain.errors import InvalidError
from sheaf.domain.record import fields_of, with_changes
from sheaf.domain.time_entry import (
    LoggedTime,
    TimeEntry,
    TimeEntryFields,
    TimeFilter,
)
from sheaf.domain.timers import Clock, retimed
from sheaf.domain.values import Day, Id, TimeOfDay, Timestamp, to_timestamp
from sheaf.store import projects, tasks, time_entries, timers
from sheaf.store.mappers.time_entry import from_item
from tests.store.audit import assert_sound
from tests.store.stored_records import (
    ACCOUNT,
    ADMIN,
    EVERYTHING,
    MANAGER,
    MEMBER,
    NOW,
    Listed,
    assignment,
    client,
    populate,
    project,
    task,
    user_assignment,
    walk,
)

FIELDS = TimeEntryFields(project_id=Id(1), task_id=Id(1), spent_date=Day("2026-03-01"))


@pytest.fixture(autouse=True)
def _records(table: str) -> None:
    places = client(1), project(1), project(2), task(1), assignment(1, 1, 1), assignment(2, 2, 1)
    populate(*places, *(user_assignment(on, of) for on in (1, 2) for of in (ADMIN, MANAGER, MEMBER)))


def after(**elapsed: float) -> Timestamp:
    """The time so much after NOW."""
    return to_timestamp(datetime.fromisoformat(NOW) + timedelta(**elapsed))


def start(user_id: Id = MEMBER, **elapsed: float) -> TimeEntry:
    return time_entries.create(ACCOUNT, user_id, FIELDS, Clock(after(**elapsed)), []).entry


def stop(entry: TimeEntry, **elapsed: float) -> TimeEntry:
    return time_entries.stop(ACCOUNT, entry.id, lambda _: None, Clock(after(**elapsed))).entry


def restart(entry: TimeEntry, **elapsed: float) -> TimeEntry:
    return time_entries.restart(ACCOUNT, entry.id, lambda _: None, Clock(after(**elapsed))).entry


def get(entry: TimeEntry) -> TimeEntry:
    return time_entries.get(ACCOUNT, entry.id).entry


def running() -> list[TimeEntry]:
    assert_sound(ACCOUNT)
    return [from_item(item) for item in timers.everything(ACCOUNT)]


def test_a_timer_counts_from_its_start_to_its_stop() -> None:
    entry = start()
    assert (entry.is_running, entry.hours, entry.hours_at(after(minutes=90))) == (True, Decimal(0), Decimal("1.5"))
    stopped = stop(entry, minutes=90)
    assert (stopped.is_running, stopped.hours, stopped.version) == (False, Decimal("1.5"), 2)
    assert (get(entry), running()) == (stopped, [])


def test_a_restarted_timer_goes_on_from_its_hours() -> None:
    entry = restart(stop(start(), hours=1), hours=5)
    assert (entry.hours, entry.timer_started_at) == (Decimal(1), after(hours=5))
    assert stop(entry, hours=7).hours == 3


def test_starting_one_stops_the_other_of_that_user_and_of_nobody_else() -> None:
    mine, of_another = start(), start(Id(2))
    second = start(hours=2)
    assert (get(mine).hours, get(mine).is_running) == (Decimal(2), False)
    assert sorted(entry.id for entry in running()) == [of_another.id, second.id]
    restart(get(mine), hours=3)
    assert (get(second).hours, get(second).is_running) == (Decimal(1), False)
    assert sorted(entry.id for entry in running()) == [mine.id, of_another.id]


@pytest.mark.parametrize(
    ("seconds", "hours"), [(0, "0"), (17, "0"), (18, "0.01"), (3600, "1"), (3617, "1"), (3618, "1.01"), (86_400, "24")]
)
def test_hours_have_two_decimals(seconds: int, hours: str) -> None:
    assert stop(start(), seconds=seconds).hours == Decimal(hours)


def test_a_clock_that_was_set_back_takes_nothing_away() -> None:
    assert stop(start(hours=1), minutes=1).hours == 0


def test_what_runs_cannot_be_restarted_nor_what_does_not_stopped() -> None:
    entry = start()
    with pytest.raises(InvalidError, match="Time entry is already running"):
        restart(entry)
    stopped = stop(entry)
    with pytest.raises(InvalidError, match="Time entry is not running"):
        stop(stopped)
    assert get(entry) == stopped


def test_hours_that_are_given_meanwhile_are_those_so_far() -> None:
    entry, clock = start(), Clock(after(hours=1))

    def change(found: LoggedTime) -> TimeEntry:
        fields = replace(fields_of(TimeEntryFields, found.entry), hours=Decimal(4))
        return with_changes(found.entry, retimed(fields, ["hours"], found.user, clock), clock.now)

    changed = time_entries.update(ACCOUNT, entry.id, change).entry
    assert (changed.hours, changed.timer_started_at, changed.version) == (Decimal(4), after(hours=1), 2)
    clock = Clock(after(hours=2))
    assert time_entries.update(ACCOUNT, entry.id, change).entry.version == 3
    assert stop(entry, hours=3).hours == 5


def test_an_end_that_is_given_stops_the_timer() -> None:
    entry, clock = start(), Clock(after(hours=3))

    def change(found: LoggedTime) -> TimeEntry:
        fields = replace(fields_of(TimeEntryFields, found.entry), ended_time=TimeOfDay("23:59"))
        return with_changes(found.entry, retimed(fields, ["ended_time"], found.user, clock), clock.now)

    assert time_entries.update(ACCOUNT, entry.id, change).entry.ended_time == "23:59"
    assert running() == []
    assert not restart(get(entry), hours=4).ended_time


def test_the_timer_that_another_one_stops_shows_both_times_where_the_account_keeps_them() -> None:
    first = start()
    time_entries.create(ACCOUNT, MEMBER, FIELDS, Clock(after(hours=1), keeps_times=True), [])
    found = get(first)
    assert (found.hours, found.started_time, found.ended_time) == (Decimal(1), NOW[11:16], after(hours=1)[11:16])


def test_a_deleted_entry_takes_its_timer_with_it() -> None:
    entry = start()
    time_entries.delete(ACCOUNT, entry.id, lambda _: None)
    assert running() == []
    assert start().is_running


def archive(kind: str) -> None:
    if kind == "project":
        projects.update(ACCOUNT, Id(1), lambda found: replace(found, is_active=False, version=found.version + 1))
    else:
        tasks.update(ACCOUNT, Id(1), lambda found: replace(found, is_active=False, version=found.version + 1))


@pytest.mark.parametrize("kind", ["project", "task"])
def test_archiving_traps_no_time(kind: str) -> None:
    first, second = start(), start(Id(2))
    archive(kind)
    assert stop(first, hours=2).hours == 2
    time_entries.delete(ACCOUNT, second.id, lambda _: None)
    assert running() == []
    with pytest.raises(InvalidError, match=f"{kind.capitalize()} is archived"):
        restart(get(first))
    with pytest.raises(InvalidError, match=f"{kind.capitalize()} is archived"):
        time_entries.delete(ACCOUNT, first.id, lambda _: None)


def test_a_timer_on_a_removed_project_is_gone_with_it() -> None:
    start()
    projects.delete(ACCOUNT, Id(1), NOW)
    assert timers.everything(ACCOUNT) == []
    again = time_entries.create(ACCOUNT, MEMBER, replace(FIELDS, project_id=Id(2)), Clock(NOW), [])
    assert [entry.id for entry in running()] == [again.id]


def listed(wanted: TimeFilter) -> Listed:
    return walk(
        lambda request: time_entries.page(ACCOUNT, EVERYTHING, wanted, request),
        lambda record: record.entry.spent_date,
        1,
    )


def test_lists_tell_what_runs_from_what_does_not() -> None:
    stopped = stop(start(), hours=1)
    first, second = start(), start(Id(2))
    assert listed(TimeFilter(is_running=True)) == ((second.id, first.id), frozenset([2]))
    assert listed(TimeFilter(is_running=True, user_id=MEMBER)) == ((first.id,), frozenset([1]))
    assert listed(TimeFilter(is_running=False)) == ((stopped.id,), frozenset([1]))
    assert listed(TimeFilter()) == ((second.id, first.id, stopped.id), frozenset([3]))
