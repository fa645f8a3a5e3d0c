"""A list of time is what plain Python would leave of all time, for every filter, every reader and every page."""

from collections.abc import Iterator, Sequence
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheaf.domain.paging import Cursor, PageRequest
from sheaf.domain.time_entry import LoggedTime, TimeEntry, TimeFilter, TimeReader
from sheaf.domain.values import Day, Id, Timestamp
from sheaf.store import keys, time_entries
from tests.store.faults import recorded, small_pages
from tests.store.interruptions import fresh_table
from tests.store.plain_paging import Place, plain_page
from tests.store.stored_records import (
    ACCOUNT,
    MANAGER,
    MEMBER,
    Spent,
    assignment,
    client,
    populate,
    project,
    task,
    walk,
)

DAYS = ["2025-12-31", "2026-01-01", "2026-01-31", "2026-02-01", "2026-02-28", "2026-03-01", "2026-03-31"]
MOMENTS = [f"2026-03-0{day}T00:00:00Z" for day in range(1, 5)]
CLIENT_OF = {1: 1, 2: 2, 3: 2}
ASSIGNMENTS = [assignment(10 * p + t, p, t) for p, t in product((1, 2, 3), (1, 2, 3)) if (p, t) != (3, 3)]
READERS = {
    "administrator": TimeReader(Id(1), None),
    "manager of 2 and 3": TimeReader(MANAGER, frozenset({Id(2), Id(3)})),
    "manager of one that is gone": TimeReader(MANAGER, frozenset({Id(1), Id(77)})),
    "manager of nothing": TimeReader(MANAGER, frozenset()),
    "member": TimeReader(MEMBER, frozenset()),
}


def _spent() -> Iterator[Spent]:
    """Days, users, assignments and moments in cycles of other lengths, so that all of them meet."""
    for number in range(1, 43):
        yield Spent(
            id=(number * 19) % 43,
            assignment=ASSIGNMENTS[number % len(ASSIGNMENTS)],
            day=DAYS[number // 2 * 3 % len(DAYS)],
            user=number % 3 + 1,
            updated_at=MOMENTS[number % len(MOMENTS)],
            reference=[None, "7", "other"][number // 2 % 3],
        )


ENTRIES = [spent.entry() for spent in _spent()]


@pytest.fixture(scope="module")
def logged(endpoint_url: str) -> Iterator[None]:
    """Forty-two entries on eight assignments of three projects of two clients."""
    with fresh_table(endpoint_url):
        populate(
            *(client(n) for n in (1, 2)),
            *(project(n, client_id) for n, client_id in CLIENT_OF.items()),
            *(task(n) for n in (1, 2, 3)),
            *ASSIGNMENTS,
            *_spent(),
        )
        yield


def _place(entry: TimeEntry) -> Place:
    return entry.spent_date, entry.id


def _whole(reader: TimeReader, wanted: TimeFilter) -> Sequence[TimeEntry]:
    projects = reader.managed_projects
    left = [
        time_entry
        for time_entry in ENTRIES
        if (projects is None or time_entry.user_id == reader.user_id or time_entry.project_id in projects)
        and wanted.user_id in (None, time_entry.user_id)
        and wanted.project_id in (None, time_entry.project_id)
        and wanted.task_id in (None, time_entry.task_id)
        and wanted.client_id in (None, CLIENT_OF[time_entry.project_id])
        and wanted.external_reference_id in (None, time_entry.external_reference and time_entry.external_reference.id)
        and wanted.since <= time_entry.spent_date <= wanted.until
        and (wanted.updated_since is None or time_entry.updated_at >= wanted.updated_since)
        and not wanted.is_empty
    ]
    return sorted(left, key=_place, reverse=True)


_days = st.sampled_from([*DAYS, "2026-01-15", "2026-02-29", "0001-01-01", "9999-12-31"]).map(Day)
_filters = st.fixed_dictionaries(
    {},
    optional={
        "user_id": st.sampled_from([1, 2, 3, 9]).map(Id),
        "client_id": st.sampled_from([1, 2, 9]).map(Id),
        "project_id": st.sampled_from([1, 2, 3, 9]).map(Id),
        "task_id": st.sampled_from([1, 3, 9]).map(Id),
        "external_reference_id": st.sampled_from(["7", "other", "nothing"]),
        "since": _days,
        "until": _days,
        "updated_since": st.sampled_from([*MOMENTS, "2026-03-09T00:00:00Z"]).map(Timestamp),
        "is_empty": st.booleans(),
    },
).map(lambda given_: TimeFilter(**given_))  # type: ignore[arg-type]
_places = st.sampled_from([(time_entry.spent_date, time_entry.id) for time_entry in ENTRIES]) | st.tuples(
    _days, st.sampled_from([0, 20, 99])
)
_cursors = st.builds(
    lambda direction, place: Cursor(direction, Id(place[1]), place[0]), st.sampled_from(["after", "before"]), _places
)
_per_page = st.sampled_from([1, 2, 5, 41, 42, 43, 2000])
_requests = st.builds(PageRequest, _per_page, st.none() | _cursors) | st.builds(
    PageRequest, _per_page, page=st.integers(1, 9)
)
_readers = st.sampled_from(sorted(READERS)).map(READERS.__getitem__)


@pytest.mark.usefixtures("logged")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=200)
@given(_readers, _filters, _requests, st.sampled_from([1, 3, 100]))
def test_a_page_of_time_is_what_plain_python_cuts_out(
    reader: TimeReader, wanted: TimeFilter, request: PageRequest, dynamodb_page: int
) -> None:
    with small_pages(dynamodb_page):
        page = time_entries.page(ACCOUNT, reader, wanted, request)
    assert page.map(lambda logged_time: logged_time.entry) == plain_page(_whole(reader, wanted), request, _place)


@pytest.mark.usefixtures("logged")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60)
@given(_readers, _filters, _per_page)
def test_a_walk_meets_all_time_once_in_its_order(reader: TimeReader, wanted: TimeFilter, per_page: int) -> None:
    whole = _whole(reader, wanted)
    ids, lengths = walk(
        lambda request: time_entries.page(ACCOUNT, reader, wanted, request), _spent_date, per_page=max(per_page, 5)
    )
    assert (ids, lengths) == (tuple(time_entry.id for time_entry in whole), frozenset({len(whole)}))


def _spent_date(logged_time: LoggedTime) -> str:
    return logged_time.entry.spent_date


@pytest.mark.usefixtures("logged")
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("direction", ["after", "before"])
def test_from_each_entry_a_page_goes_on_in_both_directions(reader: str, direction: str) -> None:
    whole = _whole(READERS[reader], TimeFilter())
    for edge in whole:
        request = PageRequest(3, Cursor(direction, edge.id, edge.spent_date))  # type: ignore[arg-type]
        page = time_entries.page(ACCOUNT, READERS[reader], TimeFilter(), request)
        assert page.map(lambda logged_time: logged_time.entry) == plain_page(whole, request, _place)


@pytest.mark.usefixtures("logged")
def test_entries_name_everything_they_belong_to() -> None:
    page = time_entries.page(ACCOUNT, READERS["administrator"], TimeFilter(), PageRequest(1))
    (found,) = page.records
    entry = _whole(READERS["administrator"], TimeFilter())[0]
    assert found.entry == entry
    assert (found.user.id, found.client.id) == (entry.user_id, CLIENT_OF[entry.project_id])
    assert (found.project.id, found.task.id) == (entry.project_id, entry.task_id)
    assert found.assignment.id == entry.assignment_id


# ------------------------------------------------------------ what a page costs


def _partitions(reader: str, wanted: TimeFilter, request: PageRequest) -> list[str]:
    """The partitions that are read for a page, before its records are joined."""
    with recorded() as calls:
        time_entries.page(ACCOUNT, READERS[reader], wanted, request)
    asked = [call.request for call in calls if call.operation in ("Query", "GetItem")]
    return [
        str((item.get("ExpressionAttributeValues") or {}).get(":pk", item.get("Key", {}).get("pk"))["S"])
        for item in asked
    ]


OPERATIONS = keys.records(ACCOUNT, "OPERATION")


@pytest.mark.usefixtures("logged")
def test_all_time_is_read_month_by_month_and_counted_by_the_months() -> None:
    march, totals = keys.time_month(ACCOUNT, "2026-03"), keys.month_totals(ACCOUNT)
    assert _partitions("administrator", TimeFilter(), PageRequest(3)) == [OPERATIONS, totals, march, totals]


@pytest.mark.usefixtures("logged")
@pytest.mark.parametrize(
    ("direction", "months"), [("after", ["2026-02", "2026-01"]), ("before", ["2026-02", "2026-03"])]
)
def test_a_cursor_leads_straight_to_its_month(direction: str, months: list[str]) -> None:
    edge = [
        time_entry
        for time_entry in _whole(READERS["administrator"], TimeFilter())
        if time_entry.spent_date[:7] == "2026-02"
    ]
    last = edge[-1] if direction == "after" else edge[0]
    cursor = Cursor(direction, last.id, last.spent_date)  # type: ignore[arg-type]
    read = _partitions("administrator", TimeFilter(), PageRequest(3, cursor))
    totals = keys.month_totals(ACCOUNT)
    assert read == [OPERATIONS, totals, *(keys.time_month(ACCOUNT, month) for month in months), totals]


@pytest.mark.usefixtures("logged")
@pytest.mark.parametrize(
    ("reader", "wanted", "partition", "counter"),
    [
        ("administrator", {"project_id": Id(1)}, keys.children(ACCOUNT, "PROJECT", Id(1), "TIME_ENTRY"), "PROJECT"),
        ("administrator", {"user_id": Id(1)}, keys.children(ACCOUNT, "USER", Id(1), "TIME_ENTRY"), "USER"),
        ("member", {}, keys.children(ACCOUNT, "USER", MEMBER, "TIME_ENTRY"), "USER"),
    ],
)
def test_time_of_one_project_or_user_is_read_and_counted_there_alone(
    reader: str, wanted: dict[str, Id], partition: str, counter: keys.Guarded
) -> None:
    number = next(iter(wanted.values()), MEMBER)
    guard = keys.guard(ACCOUNT, counter, number)["pk"]["S"]
    assert _partitions(reader, TimeFilter(**wanted), PageRequest(3)) == [OPERATIONS, partition, guard]  # type: ignore[arg-type]


@pytest.mark.usefixtures("logged")
def test_time_that_never_is_costs_nothing_to_look_for() -> None:
    assert _partitions("administrator", TimeFilter(is_empty=True), PageRequest(1)) == [OPERATIONS]


@pytest.mark.usefixtures("logged")
def test_a_rare_match_is_looked_for_in_large_parts() -> None:
    wanted = TimeFilter(external_reference_id="nothing", user_id=MEMBER)
    with recorded() as calls:
        time_entries.page(ACCOUNT, READERS["administrator"], wanted, PageRequest(1))
    assert [call.request["Limit"] for call in calls if "Limit" in call.request] == [keys.PAGE]
