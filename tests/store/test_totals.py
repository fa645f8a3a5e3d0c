"""How many records there are, without counting them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheaf.domain.identity import AccountId
from sheaf.store import totals
from sheaf.store.writes import commit
from tests.store.faults import recorded

ACCOUNT = AccountId(1)


@pytest.mark.parametrize("is_active", [None, True, False])
def test_an_account_begins_with_nothing(table: str, is_active: bool | None) -> None:
    assert totals.count(ACCOUNT, "TASK", is_active) == 0


def _change(account_id: AccountId, active: int, archived: int) -> None:
    commit([totals.change(account_id, "TASK", active=active, archived=archived)])


def test_active_and_archived_records_are_counted_apart_and_together(table: str) -> None:
    _change(ACCOUNT, 5, 2)
    _change(ACCOUNT, -1, 1)
    counts = [totals.count(ACCOUNT, "TASK", is_active) for is_active in (None, True, False)]
    assert counts == [7, 4, 3]


def test_accounts_and_kinds_are_counted_apart(table: str) -> None:
    _change(ACCOUNT, 5, 2)
    assert totals.count(AccountId(2), "TASK") == 0
    assert totals.count(AccountId(11), "TASK") == 0
    assert totals.count(ACCOUNT, "USER") == 0


def test_a_count_costs_one_read_whatever_it_counts(table: str) -> None:
    _change(ACCOUNT, 10**6, 10**6)
    with recorded() as calls:
        assert totals.count(ACCOUNT, "TASK") == 2 * 10**6
    assert [(call.operation, call.request["ConsistentRead"]) for call in calls] == [("GetItem", True)]


_seen: list[int] = []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), max_size=6))
def test_a_count_is_the_sum_of_all_changes(table: str, changes: list[tuple[int, int]]) -> None:
    _seen.append(1)
    account_id = AccountId(100 + len(_seen))
    for active, archived in changes:
        _change(account_id, active, archived)
    assert totals.count(account_id, "TASK", is_active=True) == sum(active for active, _ in changes)
    assert totals.count(account_id, "TASK", is_active=False) == sum(archived for _, archived in changes)
