"""PATCH and PUT /v2/users/{user_id}."""

import pytest

from sheaf.domain.identity import AccountId, Role
from sheaf.domain.imports.rows import Person
from sheaf.domain.values import Id
from sheaf.http import identity
from sheaf.store import users
from tests.functions import api_records
from tests.functions.examples import (
    MANAGER_MAX,
    MEMBER_MIA,
    NOT_AUTHORIZED,
    NOT_FOUND,
    XML_IS_NOT_READ,
    Whole,
    expected,
    invalid,
    moved,
    not_an_id,
    unreadable,
    user,
)
from tests.support.api import NOW, Api
from tests.support.table import rows

LAST = invalid("The last active administrator can't be archived or given another role")


def mia(**fields: object) -> Whole:
    return expected(200, {**MEMBER_MIA, **fields})


EXPECTED = {
    "roles": expected(200, {**MANAGER_MAX, "roles": ["Designer"]}),
    "archive": mia(is_active=False),
    "every_field": expected(
        200,
        user(
            2,
            "Maxine",
            "Leader",
            "administrator",
            timezone="Europe/Berlin",
            has_access_to_all_future_projects=True,
            is_contractor=True,
            weekly_capacity=108000,
        ),
    ),
    "form": mia(is_contractor=True),
    "put": mia(is_contractor=True),
    "nothing": mia(),
    "fields_that_cannot_change": mia(),
    "last_administrator": LAST,
    "archived_last_administrator": LAST,
    "email_taken": invalid("Email has already been taken"),
    "blank_name": invalid("Last name can't be blank"),
    "unknown_time_zone": invalid(
        'timezone must be a time zone such as "Eastern Time (US & Canada)" or "Europe/Berlin", not "Berlin/Mitte"'
    ),
    "by_a_manager": NOT_AUTHORIZED,
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("user_id"),
    "json_suffix": moved("/v2/users/3"),
    "broken_json": unreadable("The body is not valid JSON: Expecting ':' delimiter at line 1 column 13"),
    "wrong_content_type": XML_IS_NOT_READ,
}


def test_a_patch_that_changes_nothing_writes_nothing(api: Api) -> None:
    _, user_id = api_records.person(api, Role.MEMBER)
    before, shown = rows(), api.get(f"/v2/users/{user_id}").body

    same = {"first_name": " Pat ", "is_active": True, "access_roles": ["member"], "weekly_capacity": "126000"}

    assert api.patch(f"/v2/users/{user_id}", same).body == shown
    assert rows() == before


def test_a_change_moves_updated_at_and_leaves_every_other_field(api: Api) -> None:
    _, user_id = api_records.person(api, Role.MEMBER)
    before = api.get(f"/v2/users/{user_id}").body

    after = api.patch(f"/v2/users/{user_id}", {"timezone": "Tokyo"}).body

    assert after["updated_at"] > before["updated_at"] == NOW
    assert after == {**before, "timezone": "Tokyo", "updated_at": after["updated_at"]}


def test_archiving_ends_all_tokens_for_ever(api: Api) -> None:
    them, user_id = api_records.person(api, Role.MEMBER)
    assert them.get("/v2/users/me").status == 200

    answers = []
    for is_active in (False, True):
        api.patch(f"/v2/users/{user_id}", {"is_active": is_active})
        identity._memory().clear()
        answers.append(them.get("/v2/users/me").status)

    assert answers == [401, 401]


@pytest.mark.parametrize("field", ["first_name", "last_name", "email"])
def test_the_name_and_address_of_an_archived_user_stay(field: str, api: Api) -> None:
    _, user_id = api_records.person(api, Role.MEMBER)
    api.patch(f"/v2/users/{user_id}", {"is_active": False})

    refused = api.patch(f"/v2/users/{user_id}", {field: "new@example.com"})
    other = api.patch(f"/v2/users/{user_id}", {"is_contractor": True})
    revived = api.patch(f"/v2/users/{user_id}", {field: "new@example.com", "is_active": True})

    assert refused.body == {"message": "first_name, last_name and email can't be changed while the user is archived"}
    assert [answer.status for answer in (refused, other, revived)] == [422, 200, 200]


def test_a_manager_who_becomes_a_member_manages_no_project_until_they_are_a_manager_again(api: Api) -> None:
    project = api_records.project(api)
    them, user_id = api_records.person(api, Role.MANAGER, managed=frozenset({project["id"]}))
    assert them.get(f"/v2/projects/{project['id']}").status == 200

    seen = []
    for role in ("member", "manager"):
        assert api.patch(f"/v2/users/{user_id}", {"access_roles": [role]}).status == 200
        identity._memory().clear()  # as after its minute
        seen.append(them.get(f"/v2/projects/{project['id']}").status)

    assert seen == [403, 200]


def test_an_administrator_may_leave_while_another_one_stays(api: Api) -> None:
    _, user_id = api_records.person(api, Role.ADMINISTRATOR)

    answers = []
    for changed, body in ((1, {"access_roles": ["manager"]}), (user_id, {"is_active": False})):
        answers.append(api.patch(f"/v2/users/{changed}", body).status)
        identity._memory().clear()

    assert answers == [200, 403]


def test_an_archived_administrator_counts_for_nothing(api: Api) -> None:
    _, user_id = api_records.person(api, Role.ADMINISTRATOR)
    api.patch(f"/v2/users/{user_id}", {"is_active": False})

    assert api.patch("/v2/users/1", {"is_active": False}).status == 422


def test_somebody_whose_time_was_imported_may_lack_what_others_have(api: Api) -> None:
    person = users.create_imported(AccountId(1), Id(1), Person(None, "Ida", ""), NOW)

    archived = api.patch(f"/v2/users/{person.id}", {"is_active": False})
    active = api.patch(f"/v2/users/{person.id}", {"is_active": True, "last_name": "Ömer", "email": "ida@example.com"})

    assert [answer.status for answer in (archived, active)] == [200, 200]
    assert (active.body["last_name"], active.body["email"]) == ("Ömer", "ida@example.com")


def test_the_claim_of_an_import_ends_when_the_person_is_renamed(api: Api) -> None:
    person = users.create_imported(AccountId(1), Id(1), Person(None, "Ida", "Ömer"), NOW)
    api.patch(f"/v2/users/{person.id}", {"first_name": "Maria"})

    another = users.create_imported(AccountId(1), Id(1), Person(None, "Ida", "Ömer"), NOW)

    assert another.id != person.id
