"""Business roles: who has them, and that nobody does who is gone."""

import pytest

from sheaf.domain.business_role import BusinessRole, BusinessRoleFields, NoSuchUserError
from sheaf.domain.identity import AccountId
from sheaf.domain.record import with_changes
from sheaf.domain.values import Id
from sheaf.store import roles, users
from tests.store.audit import assert_sound
from tests.store.stored_records import NOW, user
from tests.support.api import make_account

ACCOUNT = AccountId(1)


@pytest.fixture(autouse=True)
def _people(table: str) -> None:
    make_account()
    for number in (1, 2):
        users.create(ACCOUNT, user(number))


def role(name: str = "Designer", *user_ids: int) -> BusinessRole:
    return roles.create(ACCOUNT, BusinessRoleFields(name=name, user_ids=frozenset(map(Id, user_ids))), NOW)


def held() -> dict[str, list[int]]:
    assert_sound(ACCOUNT)
    return {found.name: sorted(found.user_ids) for found in roles.everything(ACCOUNT)}


def test_a_role_is_held_by_users_who_are_there() -> None:
    role("Designer", 1, 2)
    with pytest.raises(NoSuchUserError):
        role("Writer", 2, 3)
    assert held() == {"Designer": [1, 2]}
    assert roles.names_of(ACCOUNT, [Id(1), Id(3)]) == {1: ["Designer"], 3: []}


def test_a_role_may_keep_everybody_and_lose_everybody() -> None:
    made = role("Designer", 1)
    for user_ids in ([2], [], [1, 2]):
        fields = BusinessRoleFields(name="Writer", user_ids=frozenset(map(Id, user_ids)))
        roles.update(ACCOUNT, made.id, lambda before, fields=fields: with_changes(before, fields, NOW))  # type: ignore[misc]
        assert held() == {"Writer": user_ids}
    roles.delete(ACCOUNT, made.id)
    assert held() == {}


def test_whoever_is_removed_leaves_all_their_roles_in_the_same_transaction() -> None:
    for name in ("Designer", "Writer", "Editor"):
        role(name, *([1, 2] if name != "Editor" else []))
    users.delete(ACCOUNT, Id(2), NOW)
    assert held() == {"Designer": [1], "Writer": [1], "Editor": []}
