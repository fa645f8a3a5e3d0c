"""No two things ever share a key, and text keys sort like the numbers they stand for."""

from collections.abc import Callable
from itertools import product
from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sheaf.domain.identity import AccountId
from sheaf.domain.record import Kind
from sheaf.domain.values import ID_LIMIT, Day, Id, Timestamp, fold_name
from sheaf.store import keys
from tests.domain.strategies import ids, timestamps

KINDS = get_args(Kind)
GUARDED = get_args(keys.Guarded)
LONGEST_PARTITION_KEY, LONGEST_SORT_KEY = 2048, 1024  # bytes; DynamoDB's limits

type Made = tuple[str, tuple[object, ...], keys.Key]

# A few numbers whose digits are easily taken for one another, beside all the others.
_numbers = st.sampled_from([Id(1), Id(2), Id(11), Id(111), Id(12)]) | ids
_accounts = _numbers.map(AccountId)
_days = st.dates().map(lambda day: Day(day.isoformat()))
_positions = st.tuples(timestamps, st.integers(0, 2**48 - 1)).map(lambda made: f"{made[0]}#{made[1]:012x}")
_texts = st.text() | st.sampled_from(["TASK", "1", "#", "1#TASK", "TASK_NAME", "ACCOUNT#1#TASK_NAME#x"])


def _making(function: Callable[..., keys.Key], *arguments: st.SearchStrategy[object]) -> st.SearchStrategy[Made]:
    return st.tuples(*arguments).map(lambda given_: (function.__name__, given_, function(*given_)))


_KEY_FUNCTIONS: dict[str, st.SearchStrategy[Made]] = {
    "record": _making(keys.record, _accounts, st.sampled_from(KINDS), _numbers),
    "totals": _making(keys.totals, _accounts, st.sampled_from(KINDS)),
    "sequence": _making(keys.sequence, _accounts, st.sampled_from(KINDS)),
    "name": _making(keys.name, _accounts, st.sampled_from(KINDS), _texts.map(fold_name)),
    "guard": _making(keys.guard, _accounts, st.sampled_from(GUARDED), _numbers),
    "guard_time": _making(keys.guard_time, _accounts, st.sampled_from(GUARDED), _numbers),
    "pair": _making(keys.pair, _accounts, _numbers, _numbers),
    "pair_time": _making(keys.pair_time, _accounts, _numbers, _numbers, _numbers),
    "shard": st.tuples(_accounts, st.sampled_from(GUARDED), _numbers, st.integers(0, keys.SHARDS - 1)).map(
        lambda given_: ("shard", given_, keys.shard(keys.guard_time(*given_[:3]), given_[3]))
    ),
    "child": _making(keys.child, _accounts, st.sampled_from(GUARDED), _numbers, st.sampled_from(KINDS), _numbers),
    "merge_note": _making(keys.merge_note, _accounts, _numbers, _numbers),
    "ended_operation": _making(keys.ended_operation, _accounts, _numbers),
    "deleted_task": _making(keys.deleted_task, _accounts, _numbers),
    "deleted_assignment": _making(keys.deleted_assignment, _accounts, _numbers, _numbers),
    "time_entry": _making(keys.time_entry, _accounts, _numbers),
    "month_total": _making(keys.month_total, _accounts, _days.map(lambda day: day[:7])),
    "open_operation": _making(keys.open_operation, _accounts, _numbers),
    "open_import": _making(keys.open_import, _accounts, _numbers),
    "import_file": _making(keys.import_file, _accounts, _texts),
    "import_counts": _making(keys.import_counts, _accounts, _numbers, st.integers(0, keys.IMPORT_SHARDS - 1)),
    "import_batch": _making(keys.import_batch, _accounts, _numbers, _numbers),
    "import_failures": _making(keys.import_failures, _accounts, _numbers, _numbers, _numbers),
    "import_created": _making(
        keys.import_created, _accounts, _numbers, st.sampled_from(KINDS), _numbers, _numbers.map(keys.sortable)
    ),
    "timer": _making(keys.timer, _accounts, _numbers),
    "open_undo": _making(keys.open_undo, _accounts, _numbers),
    "undo_left": _making(keys.undo_left, _accounts, _numbers, _numbers, _numbers),
    "undo_tally": _making(keys.undo_tally, _accounts, _numbers, _numbers, st.sampled_from(KINDS), _numbers),
    "account": _making(keys.account, _accounts),
    "account_sequence": _making(keys.account_sequence),
    "administrators": _making(keys.administrators, _accounts),
    "user_pair": _making(keys.user_pair, _accounts, _numbers, _numbers),
    "user_assignment_count": _making(
        keys.user_assignment_count, _accounts, st.sampled_from(["PROJECT", "USER"]), _numbers
    ),
    "future_user": _making(keys.future_user, _accounts, _numbers),
    "role_changes": _making(keys.role_changes, _accounts),
    "person_name": _making(keys.person_name, _accounts, _texts.map(fold_name)),
    "import_lease": _making(keys.import_lease, _accounts, _numbers, _days.map(lambda day: day[:7]), _numbers),
    "user_email": _making(keys.user_email, _accounts, _texts.map(fold_name)),
    "change_head": _making(keys.change_head, _accounts),
    "change_turn": _making(keys.change_turn, _accounts),
    "change_block": _making(keys.change_block, _accounts, _numbers),
    "record_change": _making(keys.record_change, _accounts, st.sampled_from(KINDS), _numbers, _positions),
    "answer": _making(keys.answer, _accounts, _numbers, st.text("abc#1", min_size=1, max_size=255)),
    "webhook_secret": _making(keys.webhook_secret, _accounts, _numbers),
    "webhook_count": _making(keys.webhook_count, _accounts),
    "webhook_delivery": _making(keys.webhook_delivery, _accounts, _numbers, _numbers),
    "token": _making(keys.token, st.text("0123456789abcdef", min_size=64, max_size=64)),
}
_made = st.one_of(*_KEY_FUNCTIONS.values())


def test_every_function_that_makes_a_key_takes_part() -> None:
    makers = {
        name
        for name, value in vars(keys).items()
        if not name.startswith("_") and getattr(value, "__annotations__", {}).get("return") is keys.Key
    }
    assert makers == set(_KEY_FUNCTIONS)


def test_no_two_things_of_a_few_small_accounts_have_the_same_key() -> None:
    accounts, numbers, texts = (1, 2, 11, 12, 111), (1, 2, 11, 12, 111), ("", "1", "#", "task", "1#task", "task#1")
    made = [
        *(keys.record(AccountId(a), kind, Id(n)) for a, kind, n in product(accounts, KINDS, numbers)),
        *(make(AccountId(a), kind) for make, a, kind in product((keys.totals, keys.sequence), accounts, KINDS)),
        *(keys.user_email(AccountId(a), text) for a, text in product(accounts, texts)),
        *(keys.name(AccountId(a), kind, text) for a, kind, text in product(accounts, KINDS, texts)),
        *(keys.guard(AccountId(a), kind, Id(n)) for a, kind, n in product(accounts, GUARDED, numbers)),
        *(keys.pair(AccountId(a), Id(n), Id(m)) for a, n, m in product(accounts, numbers, numbers)),
        *(keys.account(AccountId(a)) for a in accounts),
        *(keys.token(text) for text in ("1", "ACCOUNT#1", "0" * 64)),
        keys.account_sequence(),
    ]
    assert len({(key["pk"]["S"], key["sk"]["S"]) for key in made}) == len(made)


@given(_made, _made)
def test_two_different_things_never_have_the_same_key(made: Made, other: Made) -> None:
    assert (made[:2] == other[:2]) == (made[2] == other[2])


@given(_accounts, _accounts, ids, _texts)
def test_the_same_thing_of_two_accounts_lies_in_two_partitions(
    one: AccountId, other: AccountId, number: Id, text: str
) -> None:
    def everything(account_id: AccountId) -> set[str]:
        made = [
            keys.record(account_id, "TASK", number),
            keys.record(account_id, "USER", number),
            keys.totals(account_id, "TASK"),
            keys.sequence(account_id, "TASK"),
            keys.guard(account_id, "TASK", number),
            keys.pair(account_id, number, number),
            keys.child(account_id, "PROJECT", number, "TASK_ASSIGNMENT", number),
            keys.time_entry(account_id, number),
            keys.month_total(account_id, "2026-11"),
            keys.account(account_id),
            keys.name(account_id, "TASK", fold_name(text)),
            keys.user_email(account_id, fold_name(text)),
            keys.administrators(account_id),
            keys.role_changes(account_id),
        ]
        return {key["pk"]["S"] for key in made}

    assert one == other or everything(one).isdisjoint(everything(other))


@given(_made)
@example(("name", (), keys.name(AccountId(ID_LIMIT - 1), "TASK_ASSIGNMENT", fold_name("\U0001d15e" * 255))))
def test_every_key_is_short_enough(made: Made) -> None:
    key = made[2]
    assert 1 <= len(key["pk"]["S"].encode()) <= LONGEST_PARTITION_KEY
    assert 1 <= len(key["sk"]["S"].encode()) <= LONGEST_SORT_KEY


_LISTS: dict[str, st.SearchStrategy[tuple[object, ...]]] = {
    "records": st.tuples(_accounts, st.sampled_from(KINDS)),
    "default_tasks": st.tuples(_accounts),
    "children": st.tuples(_accounts, st.sampled_from(GUARDED), ids, st.sampled_from(KINDS)),
    "pairs": st.tuples(_accounts, ids),
    "time_shard": st.tuples(_accounts, st.integers(0, keys.TIME_SHARDS - 1)),
    "time_month": st.tuples(_accounts, _days.map(lambda day: day[:7])),
    "month_totals": st.tuples(_accounts),
}
_partitions = st.sampled_from(sorted(_LISTS)).flatmap(
    lambda name: _LISTS[name].map(lambda given_: (name, given_, str(getattr(keys, name)(*given_))))
)


@given(_partitions, _partitions)
def test_two_different_lists_never_share_a_partition(
    item: tuple[str, tuple[object, ...], str], other: tuple[str, tuple[object, ...], str]
) -> None:
    assert (item[:2] == other[:2]) == (item[2] == other[2])


@given(_days, ids, _days, ids)
def test_time_sorts_by_day_and_then_by_id(day: Day, first: Id, other: Day, second: Id) -> None:
    positions = keys.time_position(day, first), keys.time_position(other, second)
    assert (positions[0] < positions[1]) == ((day, first) < (other, second))


@given(ids, ids)
def test_a_time_entry_is_found_in_the_shard_of_its_id(number: Id, account: Id) -> None:
    shards = [keys.time_shard(AccountId(account), shard) for shard in range(keys.TIME_SHARDS)]
    assert shards.index(keys.time_entry(AccountId(account), number)["pk"]["S"]) == number % keys.TIME_SHARDS


@given(st.integers(0, ID_LIMIT), st.integers(0, ID_LIMIT))
def test_ids_sort_as_text_like_the_numbers(one: int, other: int) -> None:
    assert (keys.sortable(one) < keys.sortable(other)) == (one < other)
    assert int(keys.sortable(one)) == one


@given(timestamps, ids, timestamps, ids)
def test_updates_sort_by_moment_and_then_by_id(timestamp: Timestamp, first: Id, other: Timestamp, second: Id) -> None:
    positions = keys.update_position(timestamp, first), keys.update_position(other, second)
    assert (positions[0] < positions[1]) == ((timestamp, first) < (other, second))


@given(timestamps, ids)
def test_a_moment_stands_before_all_updates_of_that_moment(moment: Timestamp, number: Id) -> None:
    assert moment < keys.update_position(moment, number)


@pytest.mark.parametrize("number", [0, 1, ID_LIMIT])
def test_active_and_archived_records_never_mix(number: int) -> None:
    active, archived = (keys.state_prefix(state) + keys.sortable(number) for state in (True, False))
    assert active < keys.state_prefix(False) + keys.sortable(0)
    assert archived > keys.state_prefix(True) + keys.sortable(ID_LIMIT)
