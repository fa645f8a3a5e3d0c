"""No order of rows changes what comes of them: small worlds in the table, against the plainest rule there is."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sheaf.domain.identity import AccountId
from sheaf.domain.imports.rows import Outcome, Row
from sheaf.imports.batch import Steps
from sheaf.imports.projects import project_steps
from sheaf.imports.task_assignments import task_assignment_steps
from sheaf.imports.tasks import task_steps
from sheaf.store.keys import records
from sheaf.store.mappers.project import PROJECT
from sheaf.store.mappers.task import TASK
from sheaf.store.mappers.task_assignment import TASK_ASSIGNMENT
from sheaf.store.records import RecordMapper
from tests.domain.plain_rule import Case, Said, Thing, cases
from tests.imports.batch_steps import apply, changes, group, work
from tests.imports.rows import assignment_row, project_row, task_row
from tests.store.audit import contents, expected
from tests.store.faults import recorded
from tests.store.stored_records import assignment, client, populate, project, task
from tests.support.table import Rows, rows

LETTERS = "ABCDE"


@dataclass(frozen=True)
class Play:
    """How the things of a case are played by records of a kind; their shade is a rate."""

    steps: Steps
    shape: RecordMapper[Any]
    cases: st.SearchStrategy[Case]
    records: Callable[[Iterable[Thing]], list[Any]]
    row: Callable[[Said], Row]
    seen: Callable[[Any], tuple[str, Decimal | None]]


def _task_row(said: Said) -> Row:
    return task_row(said.number, said.name, said.record, default_hourly_rate=said.shade)


def _project_row(said: Said) -> Row:
    where, name = (f"Client {said.name[0]}", said.name[1]) if said.name else (None, None)
    return project_row(said.number, where, name, said.record, hourly_rate=said.shade)


def _assignment_row(said: Said) -> Row:
    pair = said.name or "  "
    return assignment_row(said.number, int(pair[0]), int(pair[1]), record=said.record, hourly_rate=said.shade)


PLAYS = {
    "tasks": Play(
        task_steps,
        TASK,
        cases(LETTERS),
        lambda things: [task(thing.id, name=thing.name, default_hourly_rate=Decimal(0)) for thing in things],
        _task_row,
        lambda step: (step.name, step.default_hourly_rate),
    ),
    "projects": Play(
        project_steps,
        PROJECT,
        cases(["1A", "1B", "2A", "2B", "3A"]),
        lambda things: [
            *(client(number) for number in (1, 2)),
            *(project(thing.id, int(thing.name[0]), name=thing.name[1], hourly_rate=Decimal(0)) for thing in things),
        ],
        _project_row,
        lambda step: (f"{step.client_id}{step.name}", step.hourly_rate),
    ),
    "task assignments": Play(
        task_assignment_steps,
        TASK_ASSIGNMENT,
        cases(["11", "12", "21", "22"], movable=False),
        lambda things: [
            client(1),
            *(project(number) for number in (1, 2)),
            *(task(number) for number in (1, 2)),
            *(assignment(thing.id, int(thing.name[0]), int(thing.name[1]), hourly_rate=Decimal(0)) for thing in things),
        ],
        _assignment_row,
        lambda step: (f"{step.project_id}{step.task_id}", step.hourly_rate),
    ),
}


accounts = map(AccountId, count(1))


@pytest.mark.parametrize("kind", PLAYS)
def test_no_order_of_rows_changes_what_comes_of_them(table: str, kind: str) -> None:
    play = PLAYS[kind]

    @settings(max_examples=6, phases=[Phase.explicit, Phase.generate])
    @given(play.cases, st.data())
    def law(case: Case, data: st.DataObject) -> None:
        known = [thing for thing in case.things if not thing.name.startswith("3")]  # client 3 is yet to be made
        case = replace(case, things=known)
        _bring(play, case, case.rows)
        _bring(play, case, data.draw(st.permutations(case.rows)))

    law()


def _bring(play: Play, case: Case, ordered: Sequence[Said]) -> None:
    """Import the rows into an account of their own: tried out, in earnest, and once more."""
    account_id = next(accounts)
    populate(*play.records(case.things), account_id=account_id)
    before = _of(account_id)
    todo = group(*map(play.row, ordered))
    tried = apply(play.steps, work(todo, dry_run=True, account_id=account_id), f"{account_id} tried")
    assert _of(account_id) == before
    told = apply(play.steps, work(todo, account_id=account_id), f"{account_id}")
    assert told == tried
    assert {verdict.number: verdict.outcome for verdict in told} == case.outcomes()
    after = _of(account_id)
    assert contents(after) == contents(expected(account_id, after))
    there = [
        play.shape.codec.from_item(item)
        for (pk, _), item in after.items()
        if pk == records(account_id, play.shape.kind)
    ]
    assert Counter(map(play.seen, there)) == case.afterwards()
    with recorded() as calls:
        again = apply(play.steps, work(todo, account_id=account_id), f"{account_id} again")
    assert changes(calls) == []
    unchanged = [Outcome.FAILED if verdict.outcome is Outcome.FAILED else Outcome.UNCHANGED for verdict in told]
    assert [verdict.outcome for verdict in again] == unchanged


def _of(account_id: AccountId) -> Rows:
    return rows(without=lambda key: not key[0].startswith(f"ACCOUNT#{account_id}#"))
