"""The times of an entry: what is given decides over what was known, and elapsed time is real time."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheaf.domain.errors import InvalidError
from sheaf.domain.identity import Role, User
from sheaf.domain.time_entry import TimeEntryFields, new_time_entry
from sheaf.domain.time_zones import time_zone
from sheaf.domain.timers import Clock, retimed, timed, with_timer_started, with_timer_stopped
from sheaf.domain.values import Day, Id, TimeOfDay, Timestamp
from tests.domain.strategies import moments

NOW = Timestamp("2026-11-20T12:05:07Z")  # 13:05 in Berlin
BERLIN = User(
    Id(1), "Ada", "Example", "ada@example.com", Role.MEMBER, frozenset(), frozenset(), True, NOW, NOW, timezone="Berlin"
)  # fmt: skip
DURATION, START_AND_END = Clock(NOW), Clock(NOW, keeps_times=True)

type Shown = tuple[str, str | None, str | None, str | None]
"""Hours, start and end as times of day, and since when the timer runs."""


def fields(**given: Any) -> TimeEntryFields:
    given = {name: Decimal(str(value)) if name == "hours" else value for name, value in given.items()}
    return TimeEntryFields(project_id=Id(1), task_id=Id(1), **{"spent_date": Day("2026-11-20"), **given})


def shown(of: TimeEntryFields) -> Shown:
    return str(of.hours), of.started_time, of.ended_time, of.timer_started_at


def new(clock: Clock = DURATION, **given: Any) -> Shown:
    return shown(timed(fields(**given), set(given) - {"spent_date"}, BERLIN, clock))


@pytest.mark.parametrize("clock", [DURATION, START_AND_END])
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ("0.00", None, None, NOW)),
        ({"started_time": "8:00am"}, ("0.00", None, None, "2026-11-20T07:00:00Z")),
        ({"started_time": "23:30", "spent_date": "2026-11-19"}, ("0.00", None, None, "2026-11-19T22:30:00Z")),
        ({"started_time": "08:00", "spent_date": "2020-02-29"}, ("0.00", None, None, "2026-11-20T07:00:00Z")),
        ({"started_time": "08:00", "ended_time": "10:30"}, ("2.50", "08:00", "10:30", None)),
        ({"started_time": "22:00", "ended_time": "2:00AM"}, ("4.00", "22:00", "02:00", None)),
        ({"started_time": "8:00", "ended_time": "8:00"}, ("0.00", "08:00", "08:00", None)),
        ({"started_time": "08:00", "hours": 1.5}, ("1.50", "08:00", "09:30", None)),
        ({"ended_time": "08:00", "hours": 1.5}, ("1.50", "06:30", "08:00", None)),
        ({"started_time": "08:00", "ended_time": "9:00", "hours": 7}, ("1.00", "08:00", "09:00", None)),
        ({"ended_time": "14:05"}, ("1.00", "13:05", "14:05", None)),
    ],
)
def test_a_new_entry_runs_unless_hours_or_an_end_are_given(
    given: dict[str, Any], expected: Shown, clock: Clock
) -> None:
    assert new(clock, **given) == expected


def test_hours_alone_ended_now_where_time_is_logged_by_start_and_end() -> None:
    assert new(DURATION, hours=1.5) == ("1.50", None, None, None)
    assert new(START_AND_END, hours=1.5) == ("1.50", "11:35", "13:05", None)


def test_an_end_before_now_needs_a_start() -> None:
    with pytest.raises(InvalidError, match="started_time must be given where ended_time is before now"):
        new(ended_time="09:00")


@pytest.mark.parametrize(
    ("known", "given", "expected"),
    [
        ({"hours": 2}, {"hours": 3}, ("3.00", None, None, None)),
        ({"hours": 2}, {"started_time": "08:00"}, ("2.00", "08:00", "10:00", None)),
        ({"hours": 2}, {"ended_time": "08:00"}, ("2.00", "06:00", "08:00", None)),
        ({"hours": 2}, {"started_time": "08:00", "ended_time": "08:45"}, ("0.75", "08:00", "08:45", None)),
        ("08:00-10:00", {}, ("2.00", "08:00", "10:00", None)),
        ("08:00-10:00", {"hours": 3}, ("3.00", "08:00", "11:00", None)),
        ("08:00-10:00", {"started_time": "09:00"}, ("1.00", "09:00", "10:00", None)),
        ("08:00-10:00", {"ended_time": "09:00"}, ("1.00", "08:00", "09:00", None)),
        ("08:00-10:00", {"ended_time": "12:00", "hours": 3}, ("3.00", "09:00", "12:00", None)),
        ("08:00-10:00", {"started_time": "12:00", "hours": 3}, ("3.00", "12:00", "15:00", None)),
        ("restarted", {}, ("2.00", "10:00", "11:00", None)),
        ("running", {}, ("1", None, None, "2026-11-20T11:00:00Z")),
        ("running", {"hours": 3}, ("3.00", None, None, NOW)),
        ("running", {"started_time": "11:30"}, ("1.00", None, None, "2026-11-20T10:30:00Z")),
        ("running", {"ended_time": "13:00"}, ("2.00", "12:00", "13:00", None)),
        ("running", {"started_time": "10:00", "ended_time": "13:00"}, ("4.00", "10:00", "13:00", None)),
        ("running", {"hours": 0, "ended_time": "13:00"}, ("1.00", "12:00", "13:00", None)),
    ],
)
def test_what_is_given_decides_over_what_was_known(known: Any, given: dict[str, Any], expected: Shown) -> None:
    before = {
        "08:00-10:00": {"hours": 2, "started_time": "08:00", "ended_time": "10:00"},
        "restarted": {"hours": 2, "started_time": "10:00", "ended_time": "11:00"},
        "running": {"hours": 1, "timer_started_at": "2026-11-20T11:00:00Z"},  # 12:00 in Berlin
    }.get(str(known), known)
    after = shown(retimed(fields(**{**before, **given}), given, BERLIN, DURATION))
    assert (Decimal(after[0]), after[1:]) == (Decimal(expected[0]), expected[1:])


def test_a_stopped_timer_shows_both_times_where_time_is_logged_by_start_and_end() -> None:
    entry = new_time_entry(Id(1), Id(1), Id(1), fields(timer_started_at="2026-11-20T11:00:00Z"), NOW)
    by_start_and_end = with_timer_stopped(entry, BERLIN, START_AND_END)
    by_duration = with_timer_stopped(entry, BERLIN, DURATION)
    assert (by_start_and_end.hours, by_start_and_end.started_time, by_start_and_end.ended_time) == (
        Decimal("1.09"), "12:00", "13:05",
    )  # fmt: skip
    assert by_duration == replace(by_start_and_end, started_time=None, ended_time=None)
    again = with_timer_started(by_start_and_end, NOW)
    assert (again.started_time, again.ended_time, again.timer_started_at) == (None, None, NOW)


def test_the_day_after_the_last_one_is_refused() -> None:
    with pytest.raises(InvalidError, match="Spent date"):
        new(spent_date="9999-12-31", started_time="22:00", ended_time="02:00")


@given(
    st.sampled_from(["Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca"]),
    moments,
    st.integers(0, 22 * 60),
)
def test_the_time_between_start_and_end_is_real_time_whatever_clocks_are_set_to(
    zone_name: str, moment: datetime, minutes: int
) -> None:
    zone = time_zone(zone_name)
    began = moment.replace(year=2000 + moment.year % 30, day=min(moment.day, 28), second=0, microsecond=0)
    ended = began + timedelta(minutes=minutes)
    start, end = (moment.astimezone(zone) for moment in (began, ended))
    if start.fold or end.fold or (f"{end:%H:%M}" < f"{start:%H:%M}" and end.date() == start.date()):
        return  # an hour that is there twice cannot be told from its first time
    logged = TimeEntryFields(
        project_id=Id(1),
        task_id=Id(1),
        spent_date=Day(start.date().isoformat()),
        started_time=TimeOfDay(f"{start:%H:%M}"),
        ended_time=TimeOfDay(f"{end:%H:%M}"),
    )
    user = replace(BERLIN, timezone=zone_name)
    hours = timed(logged, ["started_time", "ended_time"], user, DURATION).hours
    assert hours == (Decimal(minutes) / 60).quantize(Decimal("0.01"), "ROUND_HALF_UP")
