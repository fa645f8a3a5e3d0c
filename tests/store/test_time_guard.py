"""The time-entry check: whoever counts, opens or removes meets at one item."""

import pytest

from sheaf.domain.identity import AccountId
from sheaf.domain.task import TaskHasTimeError
from sheaf.domain.values import Id
from sheaf.store import keys, time_guard
from sheaf.store.transactions import StaleError, commit
from tests.support.table import TimeRefusedError, log_time, remove_time, row, rows

ACCOUNT, TASK = AccountId(1), Id(7)
GUARD = keys.guard(ACCOUNT, "TASK", TASK)


def _open(*, is_open: bool = True) -> None:
    commit([time_guard.add(ACCOUNT, "TASK", TASK, accepts_time=is_open)])


def _set_open(*, is_open: bool) -> None:
    commit([time_guard.set_accepts_time(ACCOUNT, "TASK", TASK, accepts_time=is_open)])


def _remove() -> None:
    known = time_guard.reference_counts(row(GUARD) or {})
    commit([time_guard.remove_task(ACCOUNT, TASK, known)])


@pytest.mark.parametrize("is_open", [True, False])
def test_a_guard_begins_without_time(table: str, is_open: bool) -> None:
    _open(is_open=is_open)
    counts = {name: {"N": "0"} for name in ("active", "archived", "time_entry_count")}
    assert row(GUARD) == {**GUARD, **counts, "is_open": {"BOOL": is_open}}


def test_a_task_has_one_guard(table: str) -> None:
    _open()
    log_time(ACCOUNT, TASK)
    before = rows()
    with pytest.raises(StaleError):
        _open()
    assert rows() == before


@pytest.mark.parametrize("entries", [1, 2, 12])
def test_a_task_with_time_is_not_removed(table: str, entries: int) -> None:
    _open()
    for _ in range(entries):
        log_time(ACCOUNT, TASK)
    before = rows()
    with pytest.raises(TaskHasTimeError):
        _remove()
    assert rows() == before


def test_a_task_without_time_is_removed(table: str) -> None:
    _open()
    _remove()
    assert rows() == {}


def test_with_the_last_entry_gone_the_task_is_removed(table: str) -> None:
    _open()
    log_time(ACCOUNT, TASK)
    log_time(ACCOUNT, TASK)
    remove_time(ACCOUNT, TASK)
    with pytest.raises(TaskHasTimeError):
        _remove()
    remove_time(ACCOUNT, TASK)
    _remove()
    assert rows() == {}


def test_no_time_is_logged_on_a_removed_task(table: str) -> None:
    _open()
    _remove()
    with pytest.raises(TimeRefusedError):
        log_time(ACCOUNT, TASK)
    assert rows() == {}


def test_no_time_is_logged_on_an_archived_task_until_it_is_active_again(table: str) -> None:
    _open()
    _set_open(is_open=False)
    with pytest.raises(TimeRefusedError):
        log_time(ACCOUNT, TASK)
    _set_open(is_open=True)
    log_time(ACCOUNT, TASK)


def test_archiving_keeps_the_count(table: str) -> None:
    _open()
    log_time(ACCOUNT, TASK)
    _set_open(is_open=False)
    with pytest.raises(TaskHasTimeError):
        _remove()


def test_a_guard_that_is_gone_cannot_be_opened(table: str) -> None:
    with pytest.raises(StaleError):
        _set_open(is_open=True)
    assert rows() == {}


def test_the_guards_of_other_tasks_and_accounts_do_not_count(table: str) -> None:
    _open()
    for account_id, task_id in ((AccountId(1), Id(70)), (AccountId(17), Id(7)), (AccountId(2), Id(7))):
        commit([time_guard.add(account_id, "TASK", task_id, accepts_time=True)])
        log_time(account_id, task_id)
    _remove()
    assert row(GUARD) is None
