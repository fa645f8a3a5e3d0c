"""Lists made of other lists are what plain Python makes of them: merged, with some hidden, or of chosen records."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheaf.domain.identity import AccountId
from sheaf.domain.paging import Cursor, Filter, Page, PageRequest
from sheaf.domain.task import Task
from sheaf.domain.values import Id
from sheaf.store import keys
from sheaf.store.items import Item
from sheaf.store.lists import (
    Chosen,
    Listing,
    Merged,
    Source,
    Visible,
    beyond,
    by_ids,
    key_range,
    page_of,
    position_of,
    with_records,
)
from sheaf.store.transactions import StaleError
from tests.domain.strategies import ids, task
from tests.store.faults import recorded, small_pages
from tests.store.plain_paging import plain_page
from tests.support.table import put_tasks

_fresh_accounts = map(AccountId, count(1000))
_engine = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60)
_numbers = st.integers(1, 30).map(Id)
_requests = st.builds(
    PageRequest,
    st.integers(1, 6) | st.just(2000),
    st.none() | st.builds(Cursor, st.sampled_from(["after", "before"]), st.integers(0, 31).map(Id)),
) | st.builds(PageRequest, st.integers(1, 6), page=st.integers(1, 8))


class Given:
    """A source that is a plain list of ids, and knows how it was read."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self._positions = [keys.sortable(number) for number in sorted(numbers, reverse=True)]
        self.at_once: list[int] = []

    def items(self, cursor: Cursor | None, at_once: int) -> Iterator[Item]:
        self.at_once.append(at_once)
        return ({"sk": {"S": item}} for item in beyond(self._positions, cursor))

    def count(self) -> int:
        return len(self._positions)


def _page(source: Source, request: PageRequest) -> Page[int]:
    return page_of(source, request).map(lambda item: int(item["sk"]["S"]))


def _plain(numbers: Sequence[int], request: PageRequest) -> Page[int]:
    return plain_page(sorted(numbers, reverse=True), request, lambda number: ("", number))


@given(st.lists(_numbers, unique=True), st.integers(1, 5), _requests)
def test_merged_lists_are_one_list(numbers: list[int], parts: int, request: PageRequest) -> None:
    sources = [Given(numbers[part::parts]) for part in range(parts)]
    assert _page(Merged(sources), request) == _plain(numbers, request)


@given(_requests)
def test_no_lists_merged_are_an_empty_list(request: PageRequest) -> None:
    assert _page(Merged([]), request) == _plain([], request)


@given(st.lists(_numbers, unique=True), st.sets(_numbers), _requests, st.booleans())
def test_what_is_hidden_is_neither_shown_nor_counted(
    numbers: list[int], hidden: set[int], request: PageRequest, is_counted_elsewhere: bool
) -> None:
    left = [number for number in numbers if number not in hidden]
    counted: Callable[[], int] | None = (lambda: len(left)) if is_counted_elsewhere else None
    source = Visible(Given(numbers), lambda item: int(item["sk"]["S"]) in hidden, counted)
    assert _page(source, request) == _plain(left, request)


@given(st.lists(_numbers, unique=True, min_size=2), _requests)
def test_hidden_lists_can_be_merged_and_merged_lists_hidden(numbers: list[int], request: PageRequest) -> None:
    def is_odd(item: Item) -> bool:
        return int(item["sk"]["S"]) % 2 == 1

    even = [number for number in numbers if number % 2 == 0]
    halves = [Given(numbers[::2]), Given(numbers[1::2])]
    assert _page(Merged([Visible(halve, is_odd) for halve in halves]), request) == _plain(even, request)
    assert _page(Visible(Merged(halves), is_odd), request) == _plain(even, request)


def test_what_is_hidden_among_is_read_in_large_parts() -> None:
    source = Given([1, 2, 3])
    _page(Visible(source, lambda _: False), PageRequest(1))
    _page(Visible(source, lambda _: False), PageRequest(2000))
    assert source.at_once == [keys.PAGE, keys.PAGE, 2001]


def test_a_count_that_is_kept_elsewhere_is_not_read_from_the_list() -> None:
    source = Given([1, 2, 3])
    assert _page(Visible(source, lambda _: False, lambda: 7), PageRequest(1)).total_entries == 7
    assert len(source.at_once) == 1


@pytest.mark.parametrize("page", [2, 3, 10**15])
def test_a_page_number_beyond_the_end_reads_nothing(page: int) -> None:
    source = Given([1, 2, 3])
    assert _page(source, PageRequest(3, page=page)) == Page([], 3, has_newer=True, has_older=False)
    assert source.at_once == []


# ------------------------------------------------------------ places


@given(st.lists(ids, unique=True), ids, st.sampled_from(["after", "before"]), st.sampled_from(["", "2026-01-31"]))
def test_what_lies_beyond_a_cursor_is_strictly_beyond_it_and_nearest_first(
    numbers: list[Id], number: Id, direction: str, day: str
) -> None:
    cursor = Cursor(direction, number, day)  # type: ignore[arg-type]
    falling = sorted(numbers, reverse=True)
    positions = [position_of(Cursor("after", item, day)) for item in falling]
    expected = (
        [item for item in falling if item < number]
        if direction == "after"
        else [item for item in falling[::-1] if item > number]
    )
    assert [int(item.rpartition("#")[2]) for item in beyond(positions, cursor)] == expected


@given(st.lists(ids, unique=True), ids, st.sampled_from(["after", "before"]))
def test_a_span_holds_what_lies_beyond_its_cursor(numbers: list[Id], number: Id, direction: str) -> None:
    cursor = Cursor(direction, number)  # type: ignore[arg-type]
    low, high = key_range(cursor, "0" * keys.ID_WIDTH, "9" * keys.ID_WIDTH)
    inside = {number for number in numbers if low <= keys.sortable(number) <= high}
    assert inside == {item for item in numbers if (item < number if direction == "after" else item > number)}


def test_without_a_cursor_everything_lies_beyond() -> None:
    assert beyond(["3", "1"], None) == ["3", "1"]
    assert key_range(None, "low", "high") == ("low", "high")


# ------------------------------------------------------------ chosen records and partitions in the table

MOMENTS = ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"]
_records = st.lists(
    st.builds(task, _numbers, is_active=st.booleans(), updated_at=st.sampled_from(MOMENTS)),
    unique_by=lambda build: build.id,
    max_size=10,
)
_filters = st.builds(
    Filter, is_active=st.none() | st.booleans(), updated_since=st.none() | st.sampled_from([*MOMENTS, "2027"])
)


def _left(records: Sequence[Task], wanted: Filter) -> list[Task]:
    return [
        record
        for record in records
        if wanted.is_active in (None, record.is_active) and record.updated_at >= (wanted.updated_since or "")
    ]


@_engine
@given(_records, st.lists(_numbers, unique=True), _filters, _requests)
def test_chosen_records_are_those_that_are_there_and_fit(
    table: str, records: list[Task], chosen: list[Id], wanted: Filter, request: PageRequest
) -> None:
    account_id = next(_fresh_accounts)
    put_tasks(account_id, records)
    left = [item.id for item in _left(records, wanted) if item.id in chosen]
    assert _page(Chosen(by_ids(keys.records(account_id, "TASK"), chosen), wanted), request) == _plain(left, request)


@_engine
@given(_records, _filters, _requests, st.sampled_from([1, 2, 100]))
def test_two_partitions_merged_are_one_list(
    table: str, records: list[Task], wanted: Filter, request: PageRequest, dynamodb_page: int
) -> None:
    first, second = next(_fresh_accounts), next(_fresh_accounts)
    put_tasks(first, records[::2])
    put_tasks(second, records[1::2])
    sources = [
        Listing(keys.records(item, "TASK"), keys.totals(item, "TASK")).source(wanted) for item in (first, second)
    ]
    with small_pages(dynamodb_page):
        page = _page(Merged(sources), request)
    assert page == _plain([item.id for item in _left(records, wanted)], request)


def test_choosing_nothing_reads_nothing(table: str) -> None:
    with recorded() as calls:
        nothing = Chosen(by_ids(keys.records(AccountId(1), "TASK"), []), Filter())
        assert _page(nothing, PageRequest()) == _plain([], PageRequest())
    assert calls == []


# ------------------------------------------------------------ joined


def test_a_joined_page_keeps_its_place() -> None:
    page: Page[Item] = Page([{"sk": {"S": "1"}}], 9, has_newer=True, has_older=False)
    assert with_records(page, ["record"]) == Page(["record"], 9, has_newer=True, has_older=False)


def test_a_page_that_lost_a_record_on_the_way_is_read_again() -> None:
    page: Page[Item] = Page([{"sk": {"S": "2"}}, {"sk": {"S": "1"}}], 2, has_newer=False, has_older=False)
    with pytest.raises(StaleError):
        with_records(page, ["record"])
