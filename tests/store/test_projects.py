"""Projects in the table: found, changed and listed; how they are made and removed is told elsewhere."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheaf.domain.errors import InvalidError, NameTakenError, NotFoundError
from sheaf.domain.identity import AccountId
from sheaf.domain.paging import Cursor, Filter, PageRequest
from sheaf.domain.project import BillBy, BudgetBy, ClientProject, NoSuchClientError, Project, ProjectFields
from sheaf.domain.record import fields_of, with_changes
from sheaf.domain.values import Day, Id
from sheaf.store import clients, projects
from tests.store.audit import assert_sound, contents
from tests.store.faults import BEFORE_CALL, hooked, small_pages
from tests.store.interruptions import fresh_table
from tests.store.plain_paging import plain_page
from tests.store.stored_records import ACCOUNT, LONG_AGO, NOW, Spent, assignment, client, populate, project, task

OTHER = AccountId(2)


def _change(number: int, **fields: Any) -> ClientProject:
    return projects.update(
        ACCOUNT,
        Id(number),
        lambda project: with_changes(project, replace(fields_of(ProjectFields, project), **fields), NOW),
    )


EVERYTHING: dict[str, Any] = {
    "code": "OS1",
    "is_active": False,
    "is_billable": False,
    "is_fixed_fee": True,
    "bill_by": BillBy.TASKS,
    "hourly_rate": Decimal("1.50"),
    "budget": Decimal("2.50"),
    "budget_by": BudgetBy.TASK_FEES,
    "budget_is_monthly": True,
    "notify_when_over_budget": True,
    "over_budget_notification_percentage": None,
    "show_budget_to_all": True,
    "cost_budget": Decimal("9999999999.99"),
    "cost_budget_include_expenses": True,
    "fee": Decimal(0),
    "notes": "a\nb",
    "starts_on": Day("2026-01-01"),
    "ends_on": Day("2026-12-31"),
}


def test_every_field_comes_back_as_it_went_in(table: str) -> None:
    populate(client(1))
    asked = ProjectFields(client_id=Id(1), name="Online Store", **EVERYTHING)
    made = projects.create(ACCOUNT, asked, NOW)
    assert made.client == client(1)
    assert projects.get(ACCOUNT, Id(1)) == made
    assert fields_of(ProjectFields, made.project) == asked
    assert_sound(ACCOUNT)


@pytest.mark.parametrize("fields", [{"name": "New"}, {"name": "PROJECT 1"}, {"client_id": Id(2)}, EVERYTHING], ids=str)
def test_a_change_is_stored_everywhere_and_returned(table: str, fields: dict[str, Any]) -> None:
    made = assignment(1, 1, 1)
    populate(client(1), client(2), project(1), task(1), made, Spent(id=1, assignment=made))
    after = _change(1, **fields)
    assert after.project == replace(project(1), updated_at=NOW, version=2, **fields)
    assert after.client.id == after.project.client_id
    assert projects.get(ACCOUNT, Id(1)) == after
    assert_sound(ACCOUNT)


def test_a_project_cannot_move_to_a_client_that_is_not_there_or_has_one_of_its_name(table: str) -> None:
    populate(client(1), client(2), project(1), project(2, 2, name="PROJECT 1"))
    before = contents()
    with pytest.raises(InvalidError, match=r"^Client can't be blank$"):
        _change(1, client_id=Id(9))
    with pytest.raises(NameTakenError):
        _change(1, client_id=Id(2))
    assert contents() == before


def test_a_project_that_is_not_there_is_not_found(table: str) -> None:
    populate(client(1), project(1))
    attempts: list[Callable[[], object]] = [
        lambda: projects.get(ACCOUNT, Id(2)),
        lambda: projects.get(OTHER, Id(1)),
        lambda: _change(2, name="x"),
        lambda: projects.delete(ACCOUNT, Id(2), NOW),
        lambda: projects.delete(OTHER, Id(1), NOW),
    ]
    for attempt in attempts:
        with pytest.raises(NotFoundError):
            attempt()


def test_a_project_that_moves_between_two_reads_is_read_again(table: str, pauses: list[float]) -> None:
    populate(client(1), client(2), project(1))
    rivals: list[Callable[[], object]] = [
        lambda: _change(1, client_id=Id(2)),
        lambda: clients.delete(ACCOUNT, Id(1)),
    ]

    def interfere(**_: object) -> None:
        if len(rivals) == 2:
            rivals.pop(0)()
            rivals.pop(0)()

    with hooked(BEFORE_CALL, interfere, "BatchGetItem"):
        assert projects.get(ACCOUNT, Id(1)).client == client(2)


def test_no_project_is_made_for_a_client_who_is_deleted_just_now(table: str, pauses: list[float]) -> None:
    populate(client(1))
    rivals: list[Callable[[], object]] = [lambda: clients.delete(ACCOUNT, Id(1))]

    def interfere(**_: object) -> None:
        if rivals:
            rivals.pop()()

    with hooked(BEFORE_CALL, interfere, "TransactWriteItems"), pytest.raises(NoSuchClientError):
        projects.create(ACCOUNT, ProjectFields(client_id=Id(1), name="Online Store"), NOW)
    assert projects.get_many(ACCOUNT, [Id(1)]) == {}
    assert_sound(ACCOUNT)


# ------------------------------------------------------------ lists

PROJECTS = [project(n, 1 + n % 2, is_active=n % 3 != 0, updated_at=[LONG_AGO, NOW][n % 5 == 0]) for n in range(1, 14)]


@pytest.fixture(scope="module")
def listed(endpoint_url: str) -> Any:
    """Thirteen projects of two clients."""
    with fresh_table(endpoint_url):
        populate(client(1), client(2), *PROJECTS)
        yield


def _whole(wanted: Filter, client_id: Id | None, among: list[Id] | None) -> list[Project]:
    left = [
        item
        for item in PROJECTS
        if wanted.is_active in (None, item.is_active)
        and item.updated_at >= (wanted.updated_since or "")
        and client_id in (None, item.client_id)
        and (among is None or item.id in among)
    ]
    return left[::-1]


_ids = st.integers(1, 14).map(Id)
_filters = st.builds(Filter, is_active=st.none() | st.booleans(), updated_since=st.none() | st.just(NOW))
_requests = st.builds(
    PageRequest,
    st.sampled_from([1, 2, 5, 2000]),
    st.none() | st.builds(Cursor, st.sampled_from(["after", "before"]), _ids),
) | st.builds(PageRequest, st.sampled_from([1, 2, 5, 2000]), page=st.integers(1, 5))


@pytest.mark.usefixtures("listed")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=120)
@given(
    st.tuples(_filters, st.none() | st.sampled_from([Id(1), Id(2), Id(9)]), st.none() | st.lists(_ids, unique=True)),
    _requests,
    st.sampled_from([1, 3, 100]),
)
def test_a_page_of_projects_is_what_plain_python_cuts_out(
    wanted: tuple[Filter, Id | None, list[Id] | None], request: PageRequest, dynamodb_page: int
) -> None:
    filter_, client_id, among = wanted
    with small_pages(dynamodb_page):
        page = projects.page(ACCOUNT, filter_, request, client_id=client_id, among=among)
    whole = _whole(filter_, client_id, among)
    assert page.map(lambda client_project: client_project.project) == plain_page(
        whole, request, lambda item: ("", item.id)
    )
    assert [record.client.id for record in page.records] == [record.project.client_id for record in page.records]


def test_every_project_of_the_account_is_walked_through_the_oldest_first(table: str) -> None:
    there = [project(1), project(2, is_active=False), project(3, 2)]
    populate(client(1), client(2), *there)
    with small_pages(2):
        assert list(projects.everything(ACCOUNT)) == there
    assert list(projects.everything(AccountId(2))) == []
