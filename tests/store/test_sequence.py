"""Ids: each given out once, growing."""

from concurrent.futures import ThreadPoolExecutor
from itertools import chain, pairwise

import pytest

from sheaf.domain.identity import AccountId
from sheaf.domain.values import Id
from sheaf.store import sequence

ACCOUNT = AccountId(1)


def test_ids_begin_at_1_and_grow_by_1(table: str) -> None:
    assert [sequence.next_id(ACCOUNT, "TASK") for _ in range(4)] == [1, 2, 3, 4]


def test_every_account_and_kind_counts_for_itself(table: str) -> None:
    given = [
        sequence.next_id(ACCOUNT, "TASK"),
        sequence.next_id(ACCOUNT, "USER"),
        sequence.next_id(ACCOUNT, "TOKEN"),
        sequence.next_id(AccountId(2), "TASK"),
        sequence.next_account_id(),
    ]
    assert given == [1, 1, 1, 1, 1]


def test_threads_never_get_the_same_id_and_each_sees_them_grow(table: str) -> None:
    def take(_: int) -> list[int]:
        return [sequence.next_id(ACCOUNT, "TASK") for _ in range(40)]

    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(take, range(8)))
    assert sorted(chain.from_iterable(taken)) == list(range(1, 321))
    assert all(earlier < later for mine in taken for earlier, later in pairwise(mine))


@pytest.mark.parametrize(("given_out", "brought", "following"), [(0, 7, 8), (3, 7, 8), (7, 7, 8), (9, 7, 10)])
def test_an_id_that_a_record_brings_is_passed_and_never_fallen_behind(
    table: str, given_out: int, brought: int, following: int
) -> None:
    if given_out:
        sequence.next_ids(ACCOUNT, "TASK", given_out)
    sequence.pass_id(ACCOUNT, "TASK", Id(brought))
    assert sequence.next_id(ACCOUNT, "TASK") == following
    assert sequence.next_id(ACCOUNT, "PROJECT") == 1
