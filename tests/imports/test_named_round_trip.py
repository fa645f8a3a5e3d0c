"""What v2 shows of records, imported with its ids, is what v2 shows of them then."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from sheaf.domain.identity import AccountId
from sheaf.domain.imports.job import FileKind
from sheaf.domain.imports.reader import Reader
from sheaf.domain.imports.rows import RawRow
from sheaf.domain.paging import WHOLE, Filter
from sheaf.domain.project import BillBy, BudgetBy
from sheaf.domain.values import Day, Timestamp
from sheaf.http.v2.responses import show_project, show_task, show_task_assignment
from sheaf.imports import formats
from sheaf.imports.batch import Group, Steps
from sheaf.imports.projects import project_steps
from sheaf.imports.task_assignments import task_assignment_steps
from sheaf.imports.tasks import task_steps
from sheaf.store import projects, task_assignments, tasks
from tests.imports.batch_steps import apply, fates, group, work
from tests.store.stored_records import ACCOUNT, assignment, client, populate, project, task
from tests.support.sample_files import ndjson_bytes, stream

OTHER = AccountId(2)
CLIENTS = client(1), client(2)
TASKS = (
    task(3, name="Dësign", billable_by_default=False, default_hourly_rate=None, is_default=True),
    task(5, default_hourly_rate=Decimal("19.95"), is_active=False, updated_at=Timestamp("2026-02-02T02:02:02Z")),
)
PROJECTS = (
    project(4),
    project(
        9,
        2,
        name='With "quotes", and commas',
        code="W",
        is_active=False,
        is_billable=False,
        is_fixed_fee=True,
        bill_by=BillBy.TASKS,
        hourly_rate=Decimal("0.5"),
        budget=Decimal(1000),
        budget_by=BudgetBy.PERSON,
        budget_is_monthly=True,
        notify_when_over_budget=True,
        over_budget_notification_percentage=None,
        show_budget_to_all=True,
        cost_budget=Decimal("9999999999.99"),
        cost_budget_include_expenses=True,
        fee=Decimal(0),
        notes="two\nlines",
        starts_on=Day("2026-01-01"),
        ends_on=Day("2026-12-31"),
    ),
)
ASSIGNMENTS = (
    assignment(2, 4, 3, billable=False, hourly_rate=None, budget=Decimal("7.25")),
    assignment(8, 9, 5, is_active=False, updated_at=Timestamp("2026-02-03T00:00:00Z")),
)


def _shown(kind: FileKind, account_id: AccountId) -> list[dict[str, Any]]:
    """All records of a kind as v2 shows them."""
    everything = Filter()
    match kind:
        case FileKind.TASKS:
            return [show_task(record) for record in tasks.page(account_id, everything, WHOLE).records]
        case FileKind.PROJECTS:
            found = projects.page(account_id, everything, WHOLE).records
            return [show_project(client_project.project, client_project.client) for client_project in found]
        case _:
            return [
                show_task_assignment(record) for record in task_assignments.page(account_id, everything, WHOLE).records
            ]


def _groups(kind: FileKind, objects: Sequence[dict[str, Any]]) -> Iterator[Group]:
    file = formats.read(stream(ndjson_bytes(objects)))
    reader = Reader(kind, file.columns)
    for raw in file.rows:
        assert isinstance(raw, RawRow)
        yield group(reader.read(raw))


@pytest.mark.parametrize(
    ("kind", "steps", "first"),
    [
        (FileKind.TASKS, task_steps, []),
        (FileKind.PROJECTS, project_steps, CLIENTS),
        (FileKind.TASK_ASSIGNMENTS, task_assignment_steps, [*CLIENTS, *PROJECTS, *TASKS]),
    ],
)
def test_what_v2_shows_is_imported_as_it_was(table: str, kind: FileKind, steps: Steps, first: Sequence[Any]) -> None:
    populate(*CLIENTS, *TASKS, *PROJECTS, *ASSIGNMENTS)
    populate(*first, account_id=OTHER)
    shown = _shown(kind, ACCOUNT)
    todo = replace(work(*_groups(kind, shown)), account_id=OTHER)
    assert fates(apply(steps, todo)) == {1: "created", 2: "created"}
    assert _shown(kind, OTHER) == shown
    assert fates(apply(steps, todo, "2")) == {1: "unchanged", 2: "unchanged"}
    assert fates(apply(steps, replace(todo, account_id=ACCOUNT), "3")) == {1: "unchanged", 2: "unchanged"}
