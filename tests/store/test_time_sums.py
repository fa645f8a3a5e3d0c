"""Sums of time, and what reports make of them, against a recount in plain Python."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from sheaf.domain.project import BillBy
from sheaf.domain.reports import lines_of
from sheaf.domain.time_entry import LoggedTime, TimeEntry, TimeFilter, TimeReader
from sheaf.domain.values import Day, Id
from sheaf.store import keys, projects, time_sums
from sheaf.store.items import Item
from sheaf.store.mappers.time_entry import to_items
from tests.store.stored_records import ACCOUNT, MEMBER, NOW, assignment, client, populate, project, task
from tests.support.table import put_items

ENTRIES = 20_000
EVERYTHING = TimeReader(MEMBER, None)
YEAR = TimeFilter(since=Day("2026-01-01"), until=Day("2026-12-31"))
RATES = {1: Decimal("10.05"), 2: Decimal("99.99"), 3: Decimal("0.01"), 4: None}
"""Of the assignments: two tasks on the first project, which bills by task, two on the second, which bills nothing."""


@pytest.fixture
def _records(table: str) -> None:
    populate(
        client(1),
        replace(client(2), currency="USD"),
        project(1, client_id=1, bill_by=BillBy.TASKS),
        project(2, client_id=2, bill_by=BillBy.TASKS),
        task(1),
        task(2),
        *(
            assignment(number, 1 + (number - 1) // 2, 1 + (number - 1) % 2, hourly_rate=rate, billable=number != 3)
            for number, rate in RATES.items()
        ),
    )


def entries() -> list[TimeEntry]:
    chance = random.Random(20_261_129)  # noqa: S311
    return [
        TimeEntry(
            id=Id(number),
            user_id=Id(1 + chance.randrange(3)),
            project_id=Id(1 + (assigned - 1) // 2),
            task_id=Id(1 + (assigned - 1) % 2),
            assignment_id=Id(assigned),
            spent_date=Day(f"{chance.choice((2025, 2026))}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"),
            hours=Decimal(chance.randrange(2401)) / 100,
            notes=None,
            external_reference=None,
            created_at=NOW,
            updated_at=NOW,
        )
        for number in range(1, ENTRIES + 1)
        for assigned in [chance.choice(list(RATES))]
    ]


def as_items(made: list[TimeEntry]) -> Iterator[Item]:
    """Where a report looks: the lists by month, and what says in which months there is time."""
    months: dict[str, int] = defaultdict(int)
    for entry in made:
        months[entry.spent_date[:7]] += 1
        yield to_items(ACCOUNT, entry)[1]
    for month, count in months.items():
        yield {**keys.shard(keys.month_total(ACCOUNT, month), 0), "time_entry_count": {"N": str(count)}}


@pytest.mark.usefixtures("_records")
def test_reports_equal_a_recount() -> None:
    made = entries()
    put_items(as_items(made))
    logged = time_sums.sums(ACCOUNT, EVERYTHING, YEAR, NOW)
    of_the_year = [entry for entry in made if entry.spent_date.startswith("2026")]
    assert len(logged) == 3 * len(RATES)

    subjects: dict[str, tuple[Callable[[LoggedTime], Any], Callable[[TimeEntry], int]]] = {
        "client": (lambda each: each.client, lambda entry: entry.project_id),
        "project": (lambda each: each.project, lambda entry: entry.project_id),
        "task": (lambda each: each.task, lambda entry: entry.task_id),
        "team": (lambda each: each.user, lambda entry: entry.user_id),
    }
    for subject, number in subjects.values():
        recount: dict[tuple[int, str], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 3)
        for entry in of_the_year:
            line = recount[number(entry), "EUR" if entry.project_id == 1 else "USD"]
            billable = entry.hours * (entry.assignment_id != 3)
            line[:] = line[0] + entry.hours, line[1] + billable, line[2] + billable * (RATES[entry.assignment_id] or 0)
        found = lines_of(logged, subject, with_amounts=True)
        assert {
            (line.id, line.currency): [line.total_hours, line.billable_hours, line.billable_amount] for line in found
        } == {
            about: [total, billable, amount.quantize(Decimal("0.01"), ROUND_HALF_UP)]
            for about, (total, billable, amount) in recount.items()
        }


@pytest.mark.usefixtures("_records")
def test_the_time_of_a_project_that_was_removed_is_in_no_report() -> None:
    put_items(as_items(entries()[:50]))
    projects.delete(ACCOUNT, Id(2), NOW)
    assert {each.project.id for each in time_sums.sums(ACCOUNT, EVERYTHING, YEAR, NOW)} == {1}
