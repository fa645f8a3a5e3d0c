"""A page of a list is what plain Python would cut out of the whole list, however it is asked for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sheaf.domain.errors import InvalidError
from sheaf.domain.identity import AccountId
from sheaf.domain.paging import Cursor, Filter, Page, PageRequest
from sheaf.domain.record import with_changes
from sheaf.domain.task import Task, TaskFields
from sheaf.domain.values import ID_LIMIT, Id, Timestamp
from sheaf.store import keys, lists, tasks
from sheaf.store.keys import Key
from sheaf.store.records import Counter, count_write
from sheaf.store.transactions import commit
from tests.domain.strategies import ids, task
from tests.store.faults import BEFORE_CALL, hooked, leaving_unprocessed, recorded, small_pages
from tests.store.plain_paging import plain_page
from tests.support.table import put_tasks, rows

ACCOUNT = AccountId(1)
MOMENTS = [Timestamp(f"2026-01-0{day}T00:00:00Z") for day in range(1, 6)]

_fresh_accounts = map(AccountId, count(1000))
_engine = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=80)

_records = st.lists(
    st.builds(task, ids, is_active=st.booleans(), updated_at=st.sampled_from(MOMENTS)),
    unique_by=lambda build: build.id,
    max_size=12,
)
_filters = st.builds(
    Filter, is_active=st.none() | st.booleans(), updated_since=st.none() | st.sampled_from([*MOMENTS, "2026-01-06"])
)


@dataclass(frozen=True)
class Whole:
    """The whole filtered list in plain Python, newest first."""

    tasks: Sequence[Task]

    @classmethod
    def of(cls, records: Sequence[Task], wanted: Filter) -> "Whole":
        matching = [
            record
            for record in records
            if wanted.is_active in (None, record.is_active) and record.updated_at >= (wanted.updated_since or "")
        ]
        return cls(sorted(matching, key=lambda task: task.id, reverse=True))

    def page(self, request: PageRequest) -> Page[Task]:
        """One page of it."""
        return plain_page(self.tasks, request, lambda task: ("", task.id))


def _requests(records: Sequence[Task]) -> st.SearchStrategy[PageRequest]:
    places = (
        st.sampled_from([record.id for record in records] or [Id(1)]) | st.sampled_from([Id(1), Id(ID_LIMIT - 1)]) | ids
    )
    cursors = st.builds(Cursor, st.sampled_from(["after", "before"]), places)
    return st.one_of(
        st.builds(PageRequest, per_page=st.integers(1, 6) | st.just(2000), cursor=st.none() | cursors),
        st.builds(PageRequest, per_page=st.integers(1, 6) | st.just(2000), page=st.integers(1, 8)),
    )


@_engine
@given(st.data(), _records, _filters, st.sampled_from([1, 3, 100]))
def test_a_page_is_what_plain_python_cuts_out_of_the_whole_list(
    table: str, data: st.DataObject, records: list[Task], wanted: Filter, dynamodb_page: int
) -> None:
    account_id = next(_fresh_accounts)
    put_tasks(account_id, records)
    put_tasks(AccountId(10 * account_id), [task(3), task(7)])
    request = data.draw(_requests(records))
    with small_pages(dynamodb_page):
        page = tasks.page(account_id, wanted, request)
    assert page == Whole.of(records, wanted).page(request)


def _walk(account_id: AccountId, wanted: Filter, request: PageRequest) -> Iterator[Page[Task]]:
    while True:
        page = tasks.page(account_id, wanted, request)
        yield page
        if not page.has_older:
            return
        request = PageRequest(request.per_page, Cursor("after", page.records[-1].id))


@_engine
@given(_records, _filters, st.integers(1, 5))
def test_a_walk_forward_meets_every_record_once_and_the_walk_back_the_same_pages(
    table: str, records: list[Task], wanted: Filter, per_page: int
) -> None:
    account_id = next(_fresh_accounts)
    put_tasks(account_id, records)
    pages = list(_walk(account_id, wanted, PageRequest(per_page)))
    assert [record for page in pages for record in page.records] == Whole.of(records, wanted).tasks
    back = pages[-1]
    for page in reversed(pages[:-1]):
        back = tasks.page(account_id, wanted, PageRequest(per_page, Cursor("before", back.records[0].id)))
        assert back.records == page.records
    assert not back.has_newer


@_engine
@given(_records, _records, _filters, st.integers(1, 4))
def test_records_that_come_and_go_during_a_walk_hide_none_that_stayed(
    table: str, records: list[Task], newcomers: list[Task], wanted: Filter, per_page: int
) -> None:
    known = {record.id for record in records}
    newcomers = [newcomer for newcomer in newcomers if newcomer.id not in known]
    assume(records)
    account_id = next(_fresh_accounts)
    put_tasks(account_id, records)
    met = list(tasks.page(account_id, wanted, PageRequest(per_page)).records)
    page = tasks.page(account_id, wanted, PageRequest(per_page))
    gone = {records[0].id}
    tasks.delete(account_id, records[0].id, MOMENTS[0])
    put_tasks(account_id, newcomers)
    if page.has_older:
        for following in _walk(account_id, wanted, PageRequest(per_page, Cursor("after", met[-1].id))):
            met += following.records
        stayed = {task.id for task in Whole.of(records, wanted).tasks} - gone
        assert stayed <= {task.id for task in met}
        assert len({task.id for task in met}) == len(met)


# ------------------------------------------------------------ what a page costs


def _twenty(table: str) -> None:
    put_tasks(ACCOUNT, [task(number, is_active=number % 2 == 0) for number in range(1, 21)])


@pytest.mark.parametrize("wanted", [Filter(), Filter(is_active=True), Filter(is_active=False)], ids=str)
def test_a_page_asks_for_one_record_more_than_it_shows_and_for_the_total(table: str, wanted: Filter) -> None:
    _twenty(table)
    with recorded() as calls:
        tasks.page(ACCOUNT, wanted, PageRequest(per_page=4))
    assert [(call.operation, call.request.get("Limit")) for call in calls] == [("Query", 5), ("Query", None)]


@pytest.mark.parametrize("wanted", [Filter(), Filter(is_active=True), Filter(is_active=False)], ids=str)
def test_a_list_that_fits_on_its_page_is_read_with_one_call(table: str, wanted: Filter) -> None:
    _twenty(table)
    with recorded() as calls:
        page = tasks.page(ACCOUNT, wanted, PageRequest())
    assert page.total_entries == (20 if wanted.is_active is None else 10)
    assert [(call.operation, call.request["Limit"]) for call in calls] == [("Query", 2001)]


def test_a_numbered_page_costs_its_offset_once(table: str) -> None:
    _twenty(table)
    with recorded() as calls:
        page = tasks.page(ACCOUNT, Filter(), PageRequest(per_page=4, page=3))
    assert [record.id for record in page.records] == [12, 11, 10, 9]
    assert [(call.operation, call.request.get("Limit")) for call in calls] == [("Query", None), ("Query", 13)]


@pytest.mark.parametrize("page", [6, 7, 2**53 - 1])
def test_a_page_beyond_the_end_costs_a_look_at_the_total(table: str, page: int) -> None:
    _twenty(table)
    with recorded() as calls:
        answer = tasks.page(ACCOUNT, Filter(), PageRequest(per_page=4, page=page))
    assert answer == Page([], 20, has_newer=True, has_older=False)
    assert [call.operation for call in calls] == ["Query"]


def test_updated_since_reads_the_keys_of_the_matches_and_the_records_of_the_page(table: str) -> None:
    put_tasks(ACCOUNT, [task(number, updated_at=MOMENTS[number % 5]) for number in range(1, 21)])
    with recorded() as calls:
        page = tasks.page(ACCOUNT, Filter(updated_since=MOMENTS[3]), PageRequest(per_page=3))
    assert [record.id for record in page.records] == [19, 18, 14]
    assert page.total_entries == 8
    query, batch = calls
    assert query.request["IndexName"] == "by_update"
    assert query.request["ProjectionExpression"] == "sk, is_active"
    assert len(batch.request["RequestItems"][table]["Keys"]) == 4


def test_every_read_of_a_list_is_strongly_consistent(table: str) -> None:
    _twenty(table)
    requests = [PageRequest(3), PageRequest(3, page=2), PageRequest(3, Cursor("before", Id(5)))]
    with recorded() as calls:
        for wanted in (Filter(), Filter(is_active=True), Filter(updated_since=MOMENTS[0])):
            for request in requests:
                tasks.page(ACCOUNT, wanted, request)
    reads = [
        task
        for call in calls
        for task in (call.request["RequestItems"].values() if "RequestItems" in call.request else [call.request])
    ]
    assert len(reads) > len(requests) * 3
    assert all(read["ConsistentRead"] is True for read in reads)


# ------------------------------------------------------------ how long a list is

COUNTER = keys.totals(ACCOUNT, "TASK")


def _count(active: int, archived: int, counter: Key = COUNTER) -> None:
    commit([count_write(Counter(counter, is_spread=True), active=active, archived=archived)])


@pytest.mark.parametrize("is_active", [None, True, False])
def test_a_list_begins_with_nothing(table: str, is_active: bool | None) -> None:
    assert lists.count(COUNTER, is_active) == 0


def test_active_and_archived_records_are_counted_apart_and_together(table: str) -> None:
    _count(5, 2)
    _count(-1, 1)
    assert [lists.count(COUNTER, is_active) for is_active in (None, True, False)] == [7, 4, 3]


def test_accounts_and_kinds_are_counted_apart(table: str) -> None:
    _count(5, 2)
    assert lists.count(keys.totals(AccountId(2), "TASK")) == 0
    assert lists.count(keys.totals(AccountId(11), "TASK")) == 0
    assert lists.count(keys.totals(ACCOUNT, "USER")) == 0


def test_a_count_costs_one_read_whatever_it_counts(table: str) -> None:
    _count(10**6, 10**6)
    with recorded() as calls:
        assert lists.count(COUNTER) == 2 * 10**6
    assert [(call.operation, call.request["ConsistentRead"]) for call in calls] == [("Query", True)]


@_engine
@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), max_size=6))
def test_a_count_is_the_sum_of_all_changes(table: str, changes: list[tuple[int, int]]) -> None:
    counter = keys.totals(next(_fresh_accounts), "TASK")
    for active, archived in changes:
        _count(active, archived, counter)
    assert lists.count(counter, is_active=True) == sum(active for active, _ in changes)
    assert lists.count(counter, is_active=False) == sum(archived for _, archived in changes)


def test_a_counter_that_must_be_there_refuses_where_it_is_not(table: str) -> None:
    with pytest.raises(InvalidError, match=r"^Client can't be blank$"):
        commit([count_write(Counter(COUNTER, InvalidError("Client can't be blank")), active=1)])
    assert rows() == {}


# ------------------------------------------------------------ while others write


def _once(step: Callable[[], object]) -> Callable[..., None]:
    left = [step]

    def run(**_: object) -> None:
        if left:
            left.pop()()

    return run


def test_a_page_of_updates_does_not_lose_its_place_when_its_records_go_meanwhile(
    table: str, pauses: list[float]
) -> None:
    put_tasks(ACCOUNT, [task(number) for number in range(1, 5)])
    with hooked(BEFORE_CALL, _once(lambda: tasks.delete(ACCOUNT, Id(4), MOMENTS[0])), "BatchGetItem"):
        page = tasks.page(ACCOUNT, Filter(updated_since=MOMENTS[0]), PageRequest(per_page=1))
    assert page == Page([task(3)], 4, has_newer=False, has_older=True)


def test_a_page_of_active_updates_holds_no_record_that_was_archived_meanwhile(table: str, pauses: list[float]) -> None:
    put_tasks(ACCOUNT, [task(number) for number in range(1, 4)])

    def archive() -> None:
        fields = TaskFields(name="Task 3", default_hourly_rate=Decimal(100), is_active=False)
        tasks.update(ACCOUNT, Id(3), lambda task: with_changes(task, fields, MOMENTS[4]))

    with hooked(BEFORE_CALL, _once(archive), "BatchGetItem"):
        page = tasks.page(ACCOUNT, Filter(is_active=True, updated_since=MOMENTS[0]), PageRequest(per_page=2))
    assert page == Page([task(2), task(1)], 2, has_newer=False, has_older=False)


def test_a_page_of_updates_holds_what_is_left_when_records_keep_going(table: str, pauses: list[float]) -> None:
    put_tasks(ACCOUNT, [task(number) for number in range(1, 40)])
    newest = iter(range(39, 0, -1))

    def delete_newest(**_: object) -> None:
        tasks.delete(ACCOUNT, Id(next(newest)), MOMENTS[0])

    with hooked(BEFORE_CALL, delete_newest, "BatchGetItem"):
        page = tasks.page(ACCOUNT, Filter(updated_since=MOMENTS[0]), PageRequest(per_page=1))
    assert page == Page([task(38)], 39, has_newer=False, has_older=True)


def test_a_page_of_updates_survives_a_busy_table(table: str, pauses: list[float]) -> None:
    records = put_tasks(ACCOUNT, [task(number) for number in range(1, 8)])
    with leaving_unprocessed(keep=2):
        page = tasks.page(ACCOUNT, Filter(updated_since=MOMENTS[0]), PageRequest())
    assert page == Page(records[::-1], 7, has_newer=False, has_older=False)
