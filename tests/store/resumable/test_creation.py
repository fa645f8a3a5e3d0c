"""A project is created with an assignment for each default task: all or nothing, wherever it is interrupted."""

from dataclasses import replace
from decimal import Decimal

import pytest

from sheaf.domain.errors import InvalidError, NameTakenError
from sheaf.domain.identity import Role
from sheaf.domain.paging import Filter, PageRequest
from sheaf.domain.project import ClientProject, ProjectFields
from sheaf.domain.task_assignment import TaskAssignment
from sheaf.domain.values import Id
from sheaf.store import projects, task_assignments, user_assignments, users
from sheaf.store.resumable import creation
from sheaf.store.resumable.operations import of_all_accounts
from sheaf.store.transactions import commit
from tests.store.audit import assert_sound, contents
from tests.store.interruptions import Scenario, check_after_each_call, interrupt_after_each_call, run_undisturbed
from tests.store.stored_records import ACCOUNT, MANAGER, MEMBER, NOW, client, populate, project, task, user
from tests.support import people

FIELDS = ProjectFields(client_id=Id(1), name="Online Store")


def _create(manager_id: Id | None = None) -> ClientProject:
    return projects.create(ACCOUNT, FIELDS, NOW, manager_id)


def _assignments(project_id: int = 1) -> list[TaskAssignment]:
    page = task_assignments.page_of_project(ACCOUNT, Id(project_id), Filter(), PageRequest())
    return [record.assignment for record in page.records]


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch, timeless: None) -> None:
    """Three assignments are many already, and two a step."""
    monkeypatch.setattr(creation, "IN_ONE", 2)
    monkeypatch.setattr(creation, "CHUNK", 2)


@pytest.mark.parametrize("amount", [0, 1, 20, 21, 150])
def test_a_new_project_has_each_default_task_in_alphabetical_order(table: str, amount: int) -> None:
    others = [task(900, is_default=False), task(901, is_default=True, is_active=False)]
    populate(client(1), *others, *(task(amount + 1 - n, name=f"Task {n:04d}", is_default=True) for n in range(amount)))
    made = _create()
    assert (made.project.id, made.client.id) == (1, 1)
    found = _assignments()
    assert [task_assignment.id for task_assignment in found] == list(range(amount, 0, -1))
    assert [task_assignment.task_id for task_assignment in found] == list(range(2, amount + 2))
    assert {
        (task_assignment.created_at, task_assignment.updated_at, task_assignment.version) for task_assignment in found
    } <= {(NOW, NOW, 1)}
    assert_sound(ACCOUNT)


def test_the_order_of_names_does_not_depend_on_capitals(table: str) -> None:
    names = ["b", "A", "Ä", "C", "a2", "B2"]
    populate(client(1), *(task(n, name=name, is_default=True) for n, name in enumerate(names, 1)))
    _create()
    assert [names[assignment.task_id - 1] for assignment in reversed(_assignments())] == [
        "A",
        "a2",
        "b",
        "B2",
        "C",
        "Ä",
    ]


@pytest.mark.parametrize("is_billable", [True, False])
def test_default_assignments_follow_from_the_project_and_the_task(table: str, is_billable: bool) -> None:
    populate(
        client(1),
        task(1, is_default=True),
        task(2, is_default=True, billable_by_default=False, default_hourly_rate=None),
    )
    projects.create(ACCOUNT, ProjectFields(client_id=Id(1), name="P", is_billable=is_billable), NOW)
    shown = [
        (assignment.billable, assignment.hourly_rate, assignment.budget, assignment.is_active)
        for assignment in reversed(_assignments())
    ]
    assert shown == [(is_billable, Decimal(100), None, True), (False, None, None, True)]


def _assigned() -> dict[int, bool]:
    """Who is assigned to the first project, and whether they manage it."""
    page = user_assignments.page_of_project(ACCOUNT, Id(1), Filter(), PageRequest())
    return {record.user.id: record.assignment.is_project_manager for record in page.records}


@pytest.mark.parametrize("amount", [0, 3])
@pytest.mark.usefixtures("small_steps")
def test_whoever_makes_a_project_manages_it(table: str, amount: int) -> None:
    populate(client(1), *(task(n, is_default=True) for n in range(1, amount + 1)))
    _create(MANAGER)
    assert _assigned() == {MANAGER: True}
    assert users.get(ACCOUNT, MANAGER).managed_projects == {1}
    assert_sound(ACCOUNT)


@pytest.mark.parametrize("amount", [1, 20])
def test_users_who_get_every_new_project_are_assigned_to_it(table: str, amount: int) -> None:
    """Twenty are more than one transaction takes beside the project."""
    populate(client(1))
    made = [
        users.create(ACCOUNT, replace(user(100 + number, role), has_access_to_all_future_projects=True)).id
        for number, role in enumerate([Role.MANAGER, *[Role.MEMBER] * (amount - 1)])
    ]
    people.archive(ACCOUNT, users.create(ACCOUNT, replace(user(200), has_access_to_all_future_projects=True)).id, NOW)
    users.create(ACCOUNT, user(300))
    _create(MEMBER)
    assert _assigned() == {**{user_id: user_id == made[0] for user_id in made}, MEMBER: True}
    assert_sound(ACCOUNT)
    users.delete(ACCOUNT, made[0], NOW)
    assert made[0] not in {found.id for found in user_assignments.with_future_access(ACCOUNT)}
    assert_sound(ACCOUNT)


@pytest.mark.parametrize("amount", [0, 3])
@pytest.mark.usefixtures("small_steps")
def test_what_cannot_be_made_leaves_nothing_behind(table: str, amount: int) -> None:
    populate(client(1), *(task(n, is_default=True) for n in range(1, amount + 1)))
    _create()
    before = contents()
    with pytest.raises(NameTakenError):
        projects.create(ACCOUNT, ProjectFields(client_id=Id(1), name="ONLINE STORE"), NOW)
    with pytest.raises(InvalidError, match=r"^Client can't be blank$"):
        projects.create(ACCOUNT, ProjectFields(client_id=Id(7), name="Other"), NOW)
    assert contents() == before
    assert list(of_all_accounts()) == []


def test_more_default_tasks_than_one_creation_can_note_down_are_refused(
    table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(creation, "MOST", 3)
    populate(client(1), *(task(n, is_default=True) for n in range(1, 5)))
    before = contents()
    refusal = "A new project cannot be given 4 default tasks; at most 3 may be default"
    with pytest.raises(InvalidError, match=f"^{refusal}$"):
        _create()
    assert contents() == before


# ------------------------------------------------------------ nothing by halves


def _default_tasks(amount: int) -> Scenario:
    def prepare() -> None:
        populate(
            client(1),
            project(1),
            *(task(n, is_default=True, default_hourly_rate=None) for n in range(1, amount + 1)),
        )

    return Scenario(prepare, lambda: _create(MANAGER))


@pytest.mark.usefixtures("small_steps")
@pytest.mark.parametrize("amount", [0, 2, 3])
def test_a_project_and_its_assignments_are_seen_from_one_moment_on(endpoint_url: str, amount: int) -> None:
    scenario = _default_tasks(amount)
    check_after_each_call(endpoint_url, scenario, run_undisturbed(endpoint_url, scenario))


@pytest.mark.usefixtures("small_steps")
@pytest.mark.parametrize("amount", [1, 3])
def test_a_creation_that_was_cut_off_never_began_or_is_finished(endpoint_url: str, amount: int) -> None:
    scenario = _default_tasks(amount)
    took_place = interrupt_after_each_call(endpoint_url, scenario, run_undisturbed(endpoint_url, scenario))
    assert (took_place, took_place[0], took_place[-1]) == (sorted(took_place), False, True)


def test_a_bare_project_has_no_assignments_whatever_tasks_are_default(table: str) -> None:
    populate(client(1), task(1, is_default=True))
    commit(creation.without_tasks(ACCOUNT, project(1)))
    assert (projects.get(ACCOUNT, Id(1)).project, _assignments()) == (project(1), [])
    assert_sound(ACCOUNT)
    with pytest.raises(NameTakenError):
        commit(creation.without_tasks(ACCOUNT, project(2, name="PROJECT 1")))
    with pytest.raises(InvalidError, match=r"^Client can't be blank$"):
        commit(creation.without_tasks(ACCOUNT, project(2, client_id=2)))
