"""User assignments: a project has a user once, and they go with their project and their user."""

import pytest

from sheaf.domain.errors import NotFoundError
from sheaf.domain.paging import WHOLE, Filter, PageRequest
from sheaf.domain.record import with_changes
from sheaf.domain.user_assignment import (
    AssignedUser,
    NoSuchAssigneeError,
    UserAssignmentFields,
    UserTakenError,
)
from sheaf.domain.values import Id
from sheaf.store import projects, user_assignments, users
from sheaf.store.resumable import operations, resume
from tests.functions.api_records import interrupted
from tests.store.audit import assert_sound
from tests.store.stored_records import ACCOUNT, NOW, client, populate, project, user

ALL = Filter()
MANY = 23  # more than one transaction removes with their user


@pytest.fixture(autouse=True)
def _records(table: str) -> None:
    populate(client(1), *(project(number) for number in range(1, MANY + 1)))


def assign(project_id: int, user_id: int, *, is_active: bool = True) -> AssignedUser:
    fields = UserAssignmentFields(is_project_manager=False, is_active=is_active)
    return user_assignments.create(ACCOUNT, Id(project_id), Id(user_id), lambda _: fields, NOW)


def listed(wanted: Filter = ALL, **narrowed: Id) -> list[int]:
    """The ids of all assignments, of which a page must be exact too."""
    whole = user_assignments.page(ACCOUNT, wanted, WHOLE, **narrowed)  # type: ignore[arg-type]
    part = user_assignments.page(ACCOUNT, wanted, PageRequest(per_page=1), **narrowed)  # type: ignore[arg-type]
    assert part.total_entries == len(whole.records)
    return [record.id for record in whole.records]


def test_a_project_has_a_user_once_and_knows_both() -> None:
    made = assign(1, 2)
    with pytest.raises(UserTakenError):
        assign(1, 2)
    with pytest.raises(NoSuchAssigneeError):
        assign(1, 99)
    with pytest.raises(NotFoundError):
        assign(99, 2)
    assert user_assignments.get(ACCOUNT, Id(1), made.id) == made
    assert [pair.id for pair in user_assignments.of_user(ACCOUNT, Id(2))] == [made.id]
    assert_sound(ACCOUNT)


def test_an_assignment_is_archived_everywhere_at_once() -> None:
    made, other = assign(1, 2), assign(2, 2, is_active=False)
    user_assignments.update(
        ACCOUNT,
        Id(1),
        made.id,
        lambda before: with_changes(before, UserAssignmentFields(is_project_manager=True, is_active=False), NOW),
    )
    assert_sound(ACCOUNT)
    assert (listed(Filter(is_active=True)), listed(Filter(is_active=False))) == ([], [other.id, made.id])
    assert listed(Filter(is_active=False), user_id=Id(2)) == [other.id, made.id]
    assert user_assignments.of_user(ACCOUNT, Id(2))[0].is_project_manager


def test_assignments_go_with_their_project() -> None:
    for user_id in (1, 2, 3):
        assign(1, user_id, is_active=user_id != 3)
    left = assign(2, 1)
    with interrupted():
        projects.delete(ACCOUNT, Id(1), NOW)
    assert (listed(), listed(user_id=Id(1))) == ([left.id], [left.id])
    resume.resume_all(10)
    assert listed() == [left.id]
    assert_sound(ACCOUNT)


@pytest.mark.parametrize("number", [1, MANY])
def test_assignments_go_with_their_user(number: int) -> None:
    gone = users.create(ACCOUNT, user(100)).id
    for project_id in range(1, number + 1):
        assign(project_id, gone, is_active=project_id % 2 == 1)
    left = assign(1, 2)
    with interrupted():
        users.delete(ACCOUNT, gone, NOW)
    assert bool(operations.of_account(ACCOUNT)) == (number == MANY)
    assert listed() == [left.id]
    of_project = user_assignments.page_of_project(ACCOUNT, Id(1), ALL, WHOLE)
    assert [record.id for record in of_project.records] == [left.id]
    resume.resume_all(10)
    assert operations.of_account(ACCOUNT) == []
    assert_sound(ACCOUNT)


def test_a_user_and_their_project_may_go_one_after_the_other() -> None:
    gone = users.create(ACCOUNT, user(100)).id
    for project_id in range(1, MANY + 1):
        assign(project_id, gone)
    with interrupted():
        projects.delete(ACCOUNT, Id(1), NOW)
    users.delete(ACCOUNT, gone, NOW)
    assert listed() == []
    resume.resume_all(10)
    assert_sound(ACCOUNT)
