"""A task with very much time that becomes part of another: how soon it is decided, and how long the rest takes."""

import time
from collections import Counter
from unittest.mock import patch

from benchmarks.table import Table
from sheaf.domain.time_entry import TimeFilter
from sheaf.domain.values import Id
from sheaf.store import tasks, time_sums
from sheaf.store.resumable import resume
from tests.store.audit import assert_sound
from tests.store.faults import recorded
from tests.store.stored_records import (
    ACCOUNT,
    ADMIN,
    EVERYTHING,
    NOW,
    Spent,
    assignment,
    client,
    populate,
    user_assignment,
)
from tests.store.stored_records import project as a_project
from tests.store.stored_records import task as a_task
from tests.support.api import make_table

SIZES = (30, 1_000), (300, 10_000)
OLD, NEW = Id(1), Id(2)


def measure(endpoint_url: str) -> str:
    """The table of merges at all sizes; every second project has both tasks."""
    return str(
        Table(
            "A task that becomes part of another",
            "Every second of its projects has the other task too. A request waits for the decision; the rest is written"
            " anew after that, for ten seconds by the request and then by the repair. Afterwards the table was compared"
            " with what follows from its records, and the hours with those before. On ministack.",
            ["assignments", "entries", "calls until decided", "seconds until decided", "calls for the rest", "seconds"],
            [_row(endpoint_url, *size) for size in SIZES],
        )
    )


def _row(endpoint_url: str, assignments: int, entries: int) -> list[str]:
    make_table(endpoint_url)
    numbers = range(1, assignments + 1)
    of_old = [assignment(number, number, OLD) for number in numbers]
    populate(
        client(1),
        a_task(OLD),
        a_task(NEW),
        *(a_project(number) for number in numbers),
        *of_old,
        *(assignment(assignments + number, number, NEW) for number in numbers if number % 2),
        *(user_assignment(number, ADMIN) for number in numbers),
        *(Spent(id=number + 1, assignment=of_old[number % assignments], day=_day(number)) for number in range(entries)),
    )
    before = _hours()
    with recorded() as calls, patch.object(resume, "_repeat", lambda *_: False):
        begun = time.monotonic()
        tasks.merge(ACCOUNT, OLD, NEW, NOW)
        decided = time.monotonic() - begun
    if _hours() != before:
        raise RuntimeError("hours are shown wrongly once it is decided")
    with recorded() as others:
        begun = time.monotonic()
        resume.resume_all(seconds=3600)
        rest = time.monotonic() - begun
    if _hours() != before:
        raise RuntimeError("hours were lost or counted twice")
    assert_sound(ACCOUNT)
    sizes = f"{assignments:,}", f"{entries:,}"
    return [*sizes, f"{len(calls):,}", f"{decided:.1f}", f"{len(others):,}", f"{rest:.0f}"]


def _day(number: int) -> str:
    """Some day of nine years, in which no month has so many entries that the engine is slow to list them."""
    return f"{2017 + number % 9}-{number // 9 % 12 + 1:02}-{number % 28 + 1:02}"


def _hours() -> Counter[Id]:
    """The hours on each project, in hundredths."""
    hours = Counter[Id]()
    for each in time_sums.sums(ACCOUNT, EVERYTHING, TimeFilter(), NOW):
        hours[each.project.id] += int(each.entry.hours * 100)
    return hours
