"""The time-entry check: whoever counts, opens or removes meets at one item."""

from datetime import datetime

import pytest

from sheaf.domain.identity import AccountId
from sheaf.domain.task import TaskHasTimeError
from sheaf.domain.values import Id
from sheaf.store import keys, time_guard
from sheaf.store.transactions import StaleError, Write, commit
from tests.store.stored_records import Spent, assignment
from tests.support.api import NOW
from tests.support.table import TimeRefusedError, log_time, logged_on, place, remove_time, row, rows

ACCOUNT, TASK = AccountId(1), Id(7)
GUARD = keys.guard(ACCOUNT, "TASK", TASK)
ENTRY = Spent(id=1, assignment=assignment(9, 8, TASK)).entry()


def _open() -> None:
    commit([time_guard.add(ACCOUNT, "TASK", TASK)])


def _set_open(*, is_open: bool) -> None:
    commit(time_guard.set_accepts_time(ACCOUNT, "TASK", TASK, accepts_time=is_open))


def _remove() -> None:
    """As a deletion does it: it reads, decides and writes."""
    known = time_guard.reference_counts(ACCOUNT, "TASK", TASK)
    if known is None:
        raise StaleError
    if known.time_entries:
        raise TaskHasTimeError
    commit(time_guard.remove_task(ACCOUNT, TASK, known, NOW))


def test_a_guard_begins_without_time_and_without_shards(table: str) -> None:
    _open()
    assert rows() == {place(GUARD): {**GUARD, "active": {"N": "0"}, "archived": {"N": "0"}}}


def test_time_is_counted_on_one_shard_of_many(table: str) -> None:
    _open()
    for shard in (3, 3, keys.SHARDS - 1, keys.SHARDS):
        commit(_logging(), shard=shard)
    counted = {sk: item["time_entry_count"]["N"] for (_, sk), item in rows().items() if sk != "GUARD"}
    assert counted == {"TIME#00": "1", "TIME#03": "2", f"TIME#{keys.SHARDS - 1}": "1"}
    assert logged_on(ACCOUNT, TASK) == 4


def test_what_is_taken_from_another_shard_than_it_was_added_to_leaves_nothing(table: str) -> None:
    _open()
    commit(_logging(), shard=3)
    commit(_removing(), shard=4)
    assert logged_on(ACCOUNT, TASK) == 0
    _remove()
    assert rows() == {}


@pytest.mark.parametrize("shard", range(keys.SHARDS))
def test_a_removal_meets_an_entry_on_whichever_shard_it_is_counted(table: str, shard: int) -> None:
    _open()
    known = time_guard.reference_counts(ACCOUNT, "TASK", TASK)
    assert known is not None
    commit(_logging(), shard=shard)
    with pytest.raises(StaleError):
        commit(time_guard.remove_task(ACCOUNT, TASK, known, NOW))


@pytest.mark.parametrize("shard", range(keys.SHARDS))
@pytest.mark.parametrize("close", ["archived", "removed"])
def test_no_shard_is_left_open(table: str, close: str, shard: int) -> None:
    _open()
    if close == "archived":
        _set_open(is_open=False)
    else:
        _remove()
    with pytest.raises(StaleError):
        commit(_logging(), shard=shard)


def test_shards_of_what_is_gone_are_kept_for_a_day(table: str) -> None:
    _open()
    _remove()
    shard = row(keys.shard(keys.guard_time(ACCOUNT, "TASK", TASK), 0))
    day_after = int(datetime.fromisoformat(NOW).timestamp()) + 86_400
    assert shard is not None
    assert (shard["is_closed"], shard["purge_at"]) == ({"BOOL": True}, {"N": str(day_after)})


def _logging() -> list[Write]:
    return _of_task(time_guard.count_time(ACCOUNT, leaving=[], entering=[ENTRY]))


def _removing() -> list[Write]:
    return _of_task(time_guard.count_time(ACCOUNT, leaving=[ENTRY], entering=[]))


def _of_task(writes: list[Write]) -> list[Write]:
    """The one that counts on the task."""
    return [write for write in writes if write.key_pair == place(keys.guard_time(ACCOUNT, "TASK", TASK))]


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


def test_the_guards_of_other_tasks_and_accounts_do_not_count(table: str) -> None:
    _open()
    for account_id, task_id in ((AccountId(1), Id(70)), (AccountId(17), Id(7)), (AccountId(2), Id(7))):
        commit([time_guard.add(account_id, "TASK", task_id)])
        log_time(account_id, task_id)
    _remove()
    assert row(GUARD) is None
