"""Rivals for the same task or name: exactly one wins, nothing is half done, and no time is lost or orphaned."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from sheaf.domain.errors import ChangedSinceError, NameTakenError, NotFoundError
from sheaf.domain.identity import AccountId
from sheaf.domain.record import fields_of, with_changes
from sheaf.domain.task import Task, TaskFields
from sheaf.domain.values import Id, Timestamp, fold_name
from sheaf.http.conditional import matching
from sheaf.http.request import Request
from sheaf.http.response import as_json, digest_of
from sheaf.http.v2.responses import show_task
from sheaf.store import keys, tasks
from sheaf.store.items import Item
from tests.domain.strategies import task
from tests.races.histories import FEW, RACES, Actor, Ending, EndsAs, History, check, run
from tests.support.table import is_sequence, place, put_tasks, rows, start_ids_after, summed

ACCOUNT = AccountId(1)
NOW = Timestamp("2026-03-01T12:00:00Z")


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sheaf.store.transactions._FIRST_PAUSE", 0.001)


def _change(task_id: int, account_id: AccountId = ACCOUNT, **fields: Any) -> Task:
    def change(task: Task) -> Task:
        return with_changes(task, replace(fields_of(TaskFields, task), **fields), NOW)

    return tasks.update(account_id, Id(task_id), change)


def _create(name: str, account_id: AccountId = ACCOUNT) -> Task:
    return tasks.create(account_id, TaskFields(name=name), NOW)


def _delete(task_id: int, account_id: AccountId = ACCOUNT) -> Task:
    return tasks.delete(account_id, Id(task_id), NOW)


# ------------------------------------------------------------ what is left


@dataclass(frozen=True)
class Left:
    """A task as it lies in the table: its state, and the time that its guard counts."""

    is_active: bool = True
    time: int = 0


class Table:
    """The whole table after a race, read once, and found to hold nothing by halves.

    Every task has its claim and its guard, the shards of its time are closed together and only where it is archived,
    the totals are the numbers of tasks, and beside all that nothing is there.
    """

    def __init__(self, accounts: Iterable[AccountId] = (ACCOUNT,)) -> None:
        self._shards = rows(without=is_sequence)
        self._rows = summed(self._shards)
        partitions: dict[str, list[Item]] = defaultdict(list)
        for (pk, _), item in self._rows.items():
            partitions[pk].append(item)
        expected = set()
        for account_id in accounts:
            records = partitions[keys.records(account_id, "TASK")]
            expected.add(place(keys.totals(account_id, "TASK")))
            for record in records:
                expected |= set(self._parts(account_id, record))
            states = [record["is_active"]["BOOL"] for record in records]
            totals = self._rows[place(keys.totals(account_id, "TASK"))]
            assert (totals["active"], totals["archived"]) == (
                {"N": str(states.count(True))},
                {"N": str(states.count(False))},
            )
        assert {key for key in self._rows if key[1] != "TIME"} == expected

    def task(self, task_id: int) -> Left | None:
        """A task of account 1, or None where it is gone."""
        record = self._rows.get(place(keys.record(ACCOUNT, "TASK", Id(task_id))))
        if record is None:
            return None
        time = self._rows.get(place(keys.guard_time(ACCOUNT, "TASK", Id(task_id))), {})
        return Left(record["is_active"]["BOOL"], int(time.get("time_entry_count", {"N": "0"})["N"]))

    def name(self, task_id: int, known: Mapping[str, str]) -> str:
        """What kind of name a task of account 1 has, of the `known` ones (folded)."""
        return known[fold_name(self._rows[place(keys.record(ACCOUNT, "TASK", Id(task_id)))]["name"]["S"])]

    def owner(self, name: str) -> int | None:
        """Whose a name is in account 1."""
        claim = self._rows.get(place(keys.name(ACCOUNT, "TASK", fold_name(name))))
        return None if claim is None else int(claim["record_id"]["N"])

    def _parts(self, account_id: AccountId, record: Item) -> Iterator[tuple[str, str]]:
        task_id = Id(int(record["id"]["N"]))
        guard = keys.guard(account_id, "TASK", task_id)
        time = keys.guard_time(account_id, "TASK", task_id)
        closed = ["is_closed" in self._shards.get(place(keys.shard(time, shard)), {}) for shard in range(keys.SHARDS)]
        assert len(set(closed)) == 1
        assert not (closed[0] and record["is_active"]["BOOL"])
        claim = keys.name(account_id, "TASK", fold_name(record["name"]["S"]))
        assert self._rows[place(claim)]["record_id"] == record["id"]
        yield from (place(record), place(guard), place(claim))


# ------------------------------------------------------------ names


def test_of_two_creations_with_the_same_name_exactly_one_wins(table: str) -> None:
    def race(number: int) -> Mapping[str, Actor]:
        return {"one": lambda: _create(f"Task {number}"), "other": lambda: _create(f"TASK {number}")}

    histories = run(race)
    after = Table()

    def whose_name_it_is(history: History) -> list[str]:
        owner = after.owner(f"task {history.number}")
        return [
            name
            for name, outcome in history.outcomes.items()
            if isinstance(outcome.value, Task) and outcome.value.id == owner
        ]

    endings = [
        Ending("one wins", {"one": None, "other": NameTakenError}, left=["one"]),
        Ending("the other wins", {"one": NameTakenError, "other": None}, left=["other"]),
    ]
    check(histories, EndsAs(endings, whose_name_it_is), ["one wins", "the other wins"])


def test_of_two_tasks_that_take_the_same_name_exactly_one_gets_it(table: str) -> None:
    put_tasks(ACCOUNT, [task(number) for number in range(1, 2 * RACES + 1)])

    def race(number: int) -> Mapping[str, Actor]:
        return {
            "odd": lambda: _change(2 * number + 1, name=f"Shared {number}"),
            "even": lambda: _change(2 * number + 2, name=f"SHARED {number}"),
        }

    histories = run(race)
    after = Table()

    def names(history: History) -> tuple[str, str]:
        odd, even = 2 * history.number + 1, 2 * history.number + 2
        known = {f"task {odd}": "its own", f"task {even}": "its own", f"shared {history.number}": "shared"}
        return after.name(odd, known), after.name(even, known)

    endings = [
        Ending("the odd one", {"odd": None, "even": NameTakenError}, left=("shared", "its own")),
        Ending("the even one", {"odd": NameTakenError, "even": None}, left=("its own", "shared")),
    ]
    check(histories, EndsAs(endings, names), ["the odd one", "the even one"])


# ------------------------------------------------------------ one task

# Task `number + 1` is that of history `number`.


def _seed() -> None:
    put_tasks(ACCOUNT, [task(number + 1) for number in range(RACES)])


def _left(after: Table) -> Callable[[History], object]:
    return lambda history: after.task(history.number + 1)


def test_a_rename_meets_a_deletion_before_it_or_after_it(table: str) -> None:
    _seed()

    def race(number: int) -> Mapping[str, Actor]:
        return {"delete": lambda: _delete(number + 1), "rename": lambda: _change(number + 1, name=f"New {number}")}

    histories = run(race, FEW)
    endings = [
        Ending("deleted first", {"delete": None, "rename": NotFoundError}, left=None),
        Ending("renamed first", {"delete": None, "rename": None}, left=None),
    ]
    check(histories, EndsAs(endings, _left(Table())), ["deleted first", "renamed first"])


# ------------------------------------------------------------ totals


def test_the_totals_are_right_after_everybody_changed_them_at_once(table: str) -> None:
    active = [number % 2 == 0 for number in range(FEW)]
    put_tasks(ACCOUNT, [task(number + 1, is_active=active[number]) for number in range(FEW)])
    start_ids_after(ACCOUNT, FEW)

    def race(number: int) -> Mapping[str, Actor]:
        return {
            "archive or activate": lambda: _change(number + 1, is_active=not active[number]),
            "delete": lambda: _delete(number + 1),
            "create": lambda: _create(f"New {number}"),
        }

    histories = run(race, FEW)
    after = Table()

    def left(history: History) -> object:
        return after.task(history.number + 1), after.owner(f"New {history.number}") is not None

    done = {"delete": None, "create": None}
    endings = [
        Ending("changed first", {"archive or activate": None, **done}, left=(None, True)),
        Ending("deleted first", {"archive or activate": NotFoundError, **done}, left=(None, True)),
    ]
    check(histories, EndsAs(endings, left), ["changed first", "deleted first"])


# ------------------------------------------------------------ one tag


@pytest.mark.usefixtures("table")
def test_of_two_who_change_what_they_both_have_seen_one_wins() -> None:
    """Both have the tag of the task as it was made; the other one is refused, whenever it comes."""
    put_tasks(ACCOUNT, [task(number + 1, name=f"Task {number}") for number in range(FEW)])

    def change(number: int, name: str) -> Actor:
        seen = tasks.get(ACCOUNT, Id(number + 1))
        request = Request(headers={"if-match": f'"{digest_of(as_json(show_task(seen)).encode())}"'})

        def changed(found: Task) -> Task:
            matching(request, found, show_task)
            return with_changes(found, replace(fields_of(TaskFields, found), name=name), NOW)

        return lambda: tasks.update(ACCOUNT, seen.id, changed)

    def actors(number: int) -> Mapping[str, Actor]:
        return {name: change(number, f"{name} {number}") for name in ("one", "other")}

    def judge(history: History) -> str | None:
        name = tasks.get(ACCOUNT, Id(history.number + 1)).name
        winner, loser = ("one", "other") if name.startswith("one") else ("other", "one")
        return winner if history.errors == {winner: None, loser: ChangedSinceError} else None

    check(list(run(actors, FEW)), judge, {"one", "other"})
