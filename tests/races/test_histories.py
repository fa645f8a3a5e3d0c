"""The judge of races: histories that are known to be bad are found, and so is a race that never happens."""

import threading
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from sheaf.domain.errors import BusyError
from sheaf.domain.identity import AccountId
from sheaf.domain.task import TaskHasTimeError
from sheaf.domain.values import Id
from sheaf.store import keys, time_guard
from sheaf.store.transactions import Write, commit
from tests.races.histories import Actor, Ending, EndsAs, History, Outcome, check, conflicts, run
from tests.store.faults import recorded
from tests.support.api import NOW
from tests.support.table import TimeRefusedError, log_time, logged_on, row

ACCOUNT = AccountId(1)
DELETED = Ending("deleted", {"delete": None, "log": TimeRefusedError}, left=None)
LOGGED = Ending("logged", {"delete": TaskHasTimeError, "log": None}, left=1)


def _history(delete: Exception | None, log: Exception | None, number: int = 0) -> History:
    return History(number, {"delete": Outcome(error=delete), "log": Outcome(error=log)})


def _judge(left: int | None) -> EndsAs:
    return EndsAs([DELETED, LOGGED], lambda _: left)


@pytest.mark.parametrize(
    ("history", "left", "ending"),
    [
        (_history(None, TimeRefusedError()), None, "deleted"),
        (_history(TaskHasTimeError(), None), 1, "logged"),
        (_history(None, None), None, None),  # time logged on a task that is gone
        (_history(None, None), 1, None),  # a task deleted though it has time
        (_history(None, TimeRefusedError()), 0, None),  # a deletion that leaves its guard behind
        (_history(None, TimeRefusedError()), 1, None),  # an entry that was refused and counted
        (_history(TaskHasTimeError(), None), 0, None),  # an entry that was accepted and not counted
        (_history(TaskHasTimeError(), None), 2, None),  # an entry that was counted twice
        (_history(TaskHasTimeError(), TimeRefusedError()), 0, None),  # nobody won
        (_history(BusyError("x"), None), 1, None),  # gave up
        (_history(None, ValueError()), None, None),  # refused for another reason
        (History(0, {"delete": Outcome()}), None, None),  # an actor is missing
    ],
)
def test_a_history_has_the_ending_that_fits_in_all_parts_or_none(
    history: History, left: int | None, ending: str | None
) -> None:
    assert _judge(left)(history) == ending


def test_a_refusal_of_a_subclass_is_another_refusal() -> None:
    class StrangeError(TaskHasTimeError):
        pass

    assert _judge(1)(_history(StrangeError(), None)) is None


def test_one_bad_history_among_many_is_found_and_shown() -> None:
    good = [_history(TaskHasTimeError(), None, number) for number in range(499)]
    bad = _history(None, None, 499)
    with pytest.raises(AssertionError, match=r"(?s)^1 of 500 histories ended in no allowed way.*number=499") as problem:
        check([*good, bad], _judge(1), [])
    assert "number=498" not in str(problem.value)


def test_an_ending_that_never_occurred_is_found() -> None:
    histories = [_history(TaskHasTimeError(), None)] * 3
    with pytest.raises(AssertionError, match=r"^never seen in 3 histories: \['deleted'\]; seen: \{'logged': 3\}$"):
        check(histories, _judge(1), ["deleted", "logged"])


def test_no_histories_at_all_are_no_proof() -> None:
    with pytest.raises(AssertionError, match=r"^never seen in 0 histories"):
        check([], _judge(1), ["logged"])


def test_endings_are_counted() -> None:
    assert check([_history(TaskHasTimeError(), None)] * 3, _judge(1), ["logged"]) == Counter(logged=3)


# ------------------------------------------------------------ the runner


def test_every_actor_acts_once_in_every_history_and_all_of_them_at_once(table: str) -> None:
    def race(number: int) -> Mapping[str, Actor]:
        together = threading.Barrier(3)
        return {name: lambda name=name: (together.wait(timeout=30) >= 0, name, number) for name in "abc"}  # type: ignore[misc]

    histories = run(race, 20)
    assert [history.number for history in histories] == list(range(20))
    for history in histories:
        assert {name: outcome.value for name, outcome in history.outcomes.items()} == {
            name: (True, name, history.number) for name in "abc"
        }


def test_what_an_actor_raises_is_its_outcome(table: str) -> None:
    def fail() -> None:
        raise ValueError("no")

    (history,) = run(lambda _: {"a": fail, "b": lambda: 7}, 1)
    assert history.errors == {"a": ValueError, "b": None}
    assert history.outcomes["b"].value == 7


def _delete_by_looking_first(task_id: Id) -> None:
    """A deletion as it must not be: it looks at the count, and then deletes whatever is there."""
    if logged_on(ACCOUNT, task_id):
        raise TaskHasTimeError
    known = time_guard.ReferenceCounts(0, 0, 0, time_guard.TimeCount({}))
    removal = time_guard.remove_task(ACCOUNT, task_id, known, NOW)
    commit([Write(write.action, _unconditional(write.parameters), write.refusal) for write in removal])


def _unconditional(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if name in ("Item", "Key")}


def test_a_deletion_that_looks_first_and_deletes_then_is_found_out(table: str) -> None:
    def race(number: int) -> Mapping[str, Actor]:
        task_id = Id(number + 2)
        commit([time_guard.add(ACCOUNT, "TASK", task_id)])
        return {
            "delete": lambda: _delete_by_looking_first(task_id),
            "log": lambda: log_time(ACCOUNT, task_id),
        }

    def left(history: History) -> int | None:
        task_id = Id(history.number + 2)
        return logged_on(ACCOUNT, task_id) if row(keys.guard(ACCOUNT, "TASK", task_id)) else None

    with pytest.raises(AssertionError, match="ended in no allowed way"):
        check(run(race, 150), EndsAs([DELETED, LOGGED], left), [])


# ------------------------------------------------------------ made-up conflicts


def test_conflicts_reach_the_share_of_writes_that_was_asked_for_and_are_tried_again(
    table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sheaf.store.transactions._FIRST_PAUSE", 0.0)
    commit([time_guard.add(ACCOUNT, "TASK", Id(1))])
    with recorded() as calls, conflicts(0.3) as cancelled_calls:
        for _ in range(100):
            log_time(ACCOUNT, Id(1))
    assert len(calls) == 100 + len(cancelled_calls)
    assert 20 < len(cancelled_calls) < 80
    assert logged_on(ACCOUNT, Id(1)) == 100


def test_a_share_of_all_writes_gives_up(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sheaf.store.transactions._FIRST_PAUSE", 0.0)
    monkeypatch.setattr("sheaf.backoff.SECONDS", 0.5)
    commit([time_guard.add(ACCOUNT, "TASK", Id(1))])
    with conflicts(1.0), pytest.raises(BusyError):
        log_time(ACCOUNT, Id(1))
    assert logged_on(ACCOUNT, Id(1)) == 0
