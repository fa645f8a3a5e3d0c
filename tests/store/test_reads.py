"""Reading one item, many, and a stretch of a partition, also where DynamoDB gives less than was asked for."""

from itertools import islice

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheaf.backoff import SECONDS
from sheaf.domain.errors import BusyError
from sheaf.domain.identity import AccountId
from sheaf.domain.values import ID_LIMIT, Id
from sheaf.store import keys, reads
from sheaf.store.items import Item
from sheaf.store.reads import KeyRange
from tests.domain.strategies import task
from tests.store.faults import leaving_unprocessed, recorded, small_pages
from tests.support.table import put_tasks

ACCOUNT = AccountId(1)
IDS = [1, 2, 3, 5, 8, 13, 21]


def _everything(**changes: object) -> KeyRange:
    given_ = {"pk": keys.records(ACCOUNT, "TASK"), "low": keys.sortable(0), "high": keys.sortable(ID_LIMIT), **changes}
    return KeyRange(**given_)  # type: ignore[arg-type]


def _ids(items: list[Item]) -> list[int]:
    return [int(item["id"]["N"]) for item in items]


@pytest.fixture
def seven(table: str) -> None:
    """Seven tasks of account 1, odd ids active, and one of account 2."""
    put_tasks(ACCOUNT, [task(number, is_active=number % 2 == 1) for number in IDS])
    put_tasks(AccountId(2), [task(4)])


# ------------------------------------------------------------ one and many


def test_an_item_that_is_not_there_is_none(table: str) -> None:
    assert reads.item(keys.record(ACCOUNT, "TASK", Id(1))) is None


@pytest.mark.usefixtures("seven")
def test_an_item_is_read_strongly_consistently() -> None:
    with recorded() as calls:
        item = reads.item(keys.record(ACCOUNT, "TASK", Id(5)))
    assert item is not None
    assert _ids([item]) == [5]
    assert [(call.operation, call.request["ConsistentRead"]) for call in calls] == [("GetItem", True)]


def test_no_items_are_read_without_a_call(table: str) -> None:
    with recorded() as calls:
        assert reads.items([]) == {}
    assert calls == []


@pytest.mark.usefixtures("seven")
def test_of_many_items_the_missing_ones_are_left_out() -> None:
    wanted = [keys.record(ACCOUNT, "TASK", Id(number)) for number in (21, 4, 1)]
    found = reads.items(wanted)
    assert [(pk, int(sk), int(item["id"]["N"])) for (pk, sk), item in sorted(found.items())] == [
        (keys.records(ACCOUNT, "TASK"), 1, 1),
        (keys.records(ACCOUNT, "TASK"), 21, 21),
    ]


@pytest.mark.parametrize(("amount", "batches"), [(100, [100]), (101, [100, 1]), (250, [100, 100, 50])])
def test_many_items_are_read_a_hundred_at_a_time(table: str, amount: int, batches: list[int]) -> None:
    put_tasks(ACCOUNT, [task(number) for number in range(1, amount + 1)])
    with recorded() as calls:
        found = reads.items([keys.record(ACCOUNT, "TASK", Id(number)) for number in range(1, amount + 1)])
    assert sorted(_ids(list(found.values()))) == list(range(1, amount + 1))
    requests = [call.request["RequestItems"][table] for call in calls]
    assert [len(request["Keys"]) for request in requests] == batches
    assert all(request["ConsistentRead"] for request in requests)


@pytest.mark.usefixtures("seven")
def test_keys_that_were_left_unprocessed_are_asked_for_again(pauses: list[float]) -> None:
    with leaving_unprocessed(keep=3):
        found = reads.items([keys.record(ACCOUNT, "TASK", Id(number)) for number in IDS])
    assert sorted(_ids(list(found.values()))) == IDS
    assert len(pauses) == 2


@pytest.mark.usefixtures("seven")
def test_a_table_that_leaves_all_keys_unprocessed_is_busy(pauses: list[float]) -> None:
    with leaving_unprocessed(keep=0), recorded() as calls, pytest.raises(BusyError):
        reads.items([keys.record(ACCOUNT, "TASK", Id(1))])
    assert len(calls) == len(pauses) + 1
    assert 6 < sum(pauses) < SECONDS


# ------------------------------------------------------------ a stretch


@pytest.mark.usefixtures("seven")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.lists(st.sampled_from([0, *IDS, 22, ID_LIMIT]), min_size=2, max_size=2).map(sorted),
    st.booleans(),
    st.none() | st.integers(0, 9),
    st.none() | st.integers(1, 9),
    st.sampled_from([1, 2, 3, 7, 100]),
)
def test_a_stretch_is_what_lies_between_its_ends_however_early_pages_end(
    ends: list[int], newest_first: bool, limit: int | None, at_once: int | None, page_size: int
) -> None:
    low, high = ends
    wanted = _everything(low=keys.sortable(low), high=keys.sortable(high), newest_first=newest_first)
    with small_pages(page_size):
        found = _ids(list(islice(reads.items_in(wanted, at_once), limit)))
    assert found == sorted((number for number in IDS if low <= number <= high), reverse=newest_first)[:limit]


@pytest.mark.usefixtures("seven")
def test_the_last_page_may_be_empty() -> None:
    with small_pages(1), recorded() as calls:
        assert len(list(reads.items_in(_everything()))) == len(IDS)
    assert len(calls) == len(IDS) + 1
    assert "ExclusiveStartKey" in calls[-1].request


@pytest.mark.usefixtures("seven")
@pytest.mark.parametrize("wanted", range(1, 8))
@pytest.mark.parametrize("at_once", [1, 3, 7, 8])
def test_no_more_is_read_than_is_taken(wanted: int, at_once: int) -> None:
    with recorded() as calls:
        assert len(list(islice(reads.items_in(_everything(), at_once), wanted))) == wanted
    assert [call.request["Limit"] for call in calls] == [at_once] * -(-wanted // at_once)


@pytest.mark.usefixtures("seven")
def test_nothing_is_read_before_the_first_item_is_asked_for() -> None:
    with recorded() as calls:
        reads.items_in(_everything())
        reads.ordered([(keys.records(ACCOUNT, "TASK"), keys.sortable(1))], 1)
    assert calls == []


@pytest.mark.usefixtures("seven")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.permutations([*IDS, 4, 22]), st.integers(1, 10))
def test_items_come_in_the_order_of_their_places_without_the_missing_ones(wanted: list[int], at_once: int) -> None:
    places = [(keys.records(ACCOUNT, "TASK"), keys.sortable(number)) for number in wanted]
    assert _ids(list(reads.ordered(places, at_once))) == [number for number in wanted if number in IDS]


@pytest.mark.usefixtures("seven")
def test_an_attribute_is_counted_where_there_is_an_item(table: str) -> None:
    key = keys.record(ACCOUNT, "TASK", Id(5))
    assert reads.counts(key, "version", "nothing") == [1, 0]
    assert reads.counts(keys.record(ACCOUNT, "TASK", Id(4)), "version") == [0]


@pytest.mark.usefixtures("seven")
@pytest.mark.parametrize(("is_active", "expected"), [(True, [21, 13, 5, 3, 1]), (False, [8, 2])])
def test_an_index_is_read_in_its_own_order_and_strongly_consistently(is_active: bool, expected: list[int]) -> None:
    prefix = keys.state_prefix(is_active)
    wanted = _everything(
        low=prefix + keys.sortable(0),
        high=prefix + keys.sortable(ID_LIMIT),
        index=keys.BY_STATE,
        sort_attribute="state_sk",
    )
    with small_pages(2), recorded() as calls:
        assert _ids(list(reads.items_in(wanted))) == expected
    assert all(call.request["ConsistentRead"] for call in calls)


@pytest.mark.usefixtures("seven")
def test_only_the_wanted_attributes_are_read() -> None:
    found = list(reads.items_in(_everything(high=keys.sortable(2)), attributes="sk, is_active"))
    assert found == [
        {"sk": {"S": keys.sortable(2)}, "is_active": {"BOOL": False}},
        {"sk": {"S": keys.sortable(1)}, "is_active": {"BOOL": True}},
    ]
