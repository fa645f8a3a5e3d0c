"""No two things ever share a key, and text keys sort like the numbers they stand for."""

from collections.abc import Callable
from itertools import product
from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sheaf.domain.identity import AccountId
from sheaf.domain.values import ID_LIMIT, Id, Timestamp, fold_name
from sheaf.store import keys
from tests.domain.strategies import ids, timestamps

KINDS = get_args(keys.Kind)
LONGEST_PARTITION_KEY, LONGEST_SORT_KEY = 2048, 1024  # bytes; DynamoDB's limits

type Made = tuple[str, tuple[object, ...], keys.Key]

# A few numbers whose digits are easily taken for one another, beside all the others.
_numbers = st.sampled_from([Id(1), Id(2), Id(11), Id(111), Id(12)]) | ids
_accounts = _numbers.map(AccountId)
_texts = st.text() | st.sampled_from(["TASK", "1", "#", "1#TASK", "TASK_NAME", "ACCOUNT#1#TASK_NAME#x"])


def _making(function: Callable[..., keys.Key], *arguments: st.SearchStrategy[object]) -> st.SearchStrategy[Made]:
    return st.tuples(*arguments).map(lambda given_: (function.__name__, given_, function(*given_)))


_KEY_FUNCTIONS: dict[str, st.SearchStrategy[Made]] = {
    "record": _making(keys.record, _accounts, st.sampled_from(KINDS), _numbers),
    "totals": _making(keys.totals, _accounts, st.sampled_from(KINDS)),
    "sequence": _making(keys.sequence, _accounts, st.sampled_from(KINDS)),
    "task_name": _making(keys.task_name, _accounts, _texts.map(fold_name)),
    "task_guard": _making(keys.task_guard, _accounts, _numbers),
    "account": _making(keys.account, _accounts),
    "account_sequence": _making(keys.account_sequence),
    "user_email": _making(keys.user_email, _accounts, _texts.map(fold_name)),
    "token": _making(keys.token, st.text("0123456789abcdef", min_size=64, max_size=64)),
}
_made = st.one_of(*_KEY_FUNCTIONS.values())


def test_every_function_that_makes_a_key_takes_part() -> None:
    makers = {
        name
        for name, one in vars(keys).items()
        if not name.startswith("_") and getattr(one, "__annotations__", {}).get("return") is keys.Key
    }
    assert makers == set(_KEY_FUNCTIONS)


def test_no_two_things_of_a_few_small_accounts_have_the_same_key() -> None:
    accounts, numbers, texts = (1, 2, 11, 12, 111), (1, 2, 11, 12, 111), ("", "1", "#", "task", "1#task", "task#1")
    made = [
        *(keys.record(AccountId(a), kind, Id(n)) for a, kind, n in product(accounts, KINDS, numbers)),
        *(make(AccountId(a), kind) for make, a, kind in product((keys.totals, keys.sequence), accounts, KINDS)),
        *(make(AccountId(a), text) for make, a, text in product((keys.task_name, keys.user_email), accounts, texts)),
        *(keys.task_guard(AccountId(a), Id(n)) for a, n in product(accounts, numbers)),
        *(keys.account(AccountId(a)) for a in accounts),
        *(keys.token(text) for text in ("1", "ACCOUNT#1", "0" * 64)),
        keys.account_sequence(),
    ]
    assert len({(key["pk"]["S"], key["sk"]["S"]) for key in made}) == len(made)


@given(_made, _made)
def test_two_different_things_never_have_the_same_key(one: Made, other: Made) -> None:
    assert (one[:2] == other[:2]) == (one[2] == other[2])


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
            keys.task_guard(account_id, number),
            keys.account(account_id),
            keys.task_name(account_id, fold_name(text)),
            keys.user_email(account_id, fold_name(text)),
        ]
        return {key["pk"]["S"] for key in made}

    assert one == other or everything(one).isdisjoint(everything(other))


@given(_made)
@example(("task_name", (), keys.task_name(AccountId(ID_LIMIT - 1), fold_name("\U0001d15e" * 255))))
def test_every_key_is_short_enough(made: Made) -> None:
    key = made[2]
    assert 1 <= len(key["pk"]["S"].encode()) <= LONGEST_PARTITION_KEY
    assert 1 <= len(key["sk"]["S"].encode()) <= LONGEST_SORT_KEY


@given(st.integers(0, ID_LIMIT), st.integers(0, ID_LIMIT))
def test_ids_sort_as_text_like_the_numbers(one: int, other: int) -> None:
    assert (keys.sortable(one) < keys.sortable(other)) == (one < other)
    assert int(keys.sortable(one)) == one


@given(timestamps, ids, timestamps, ids)
def test_updates_sort_by_moment_and_then_by_id(one: Timestamp, first: Id, other: Timestamp, second: Id) -> None:
    positions = keys.update_position(one, first), keys.update_position(other, second)
    assert (positions[0] < positions[1]) == ((one, first) < (other, second))


@given(timestamps, ids)
def test_a_moment_stands_before_all_updates_of_that_moment(moment: Timestamp, number: Id) -> None:
    assert moment < keys.update_position(moment, number)


@pytest.mark.parametrize("number", [0, 1, ID_LIMIT])
def test_active_and_archived_records_never_mix(number: int) -> None:
    active, archived = (keys.state_prefix(state) + keys.sortable(number) for state in (True, False))
    assert active < keys.state_prefix(False) + keys.sortable(0)
    assert archived > keys.state_prefix(True) + keys.sortable(ID_LIMIT)
