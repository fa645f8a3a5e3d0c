"""DELETE /v2/users/{user_id}."""

from sheaf.domain.identity import AccountId, Role
from sheaf.domain.imports.rows import Person
from sheaf.domain.values import Id
from sheaf.http import identity
from sheaf.store import users
from tests.functions import api_records
from tests.functions.examples import (
    MANAGER_MAX,
    NEWCOMER_OTTO,
    NOT_AUTHORIZED,
    NOT_FOUND,
    expected,
    moved,
    not_an_id,
    not_removable,
)
from tests.support.api import NOW, Api
from tests.support.table import rows, summed

EXPECTED = {
    "without_time": expected(200, MANAGER_MAX),
    "without_projects": expected(200, NEWCOMER_OTTO),
    "with_time": not_removable("This user is not removable. They have tracked time; archive them instead."),
    "last_administrator": not_removable("This user is not removable. They are the last active administrator."),
    "by_a_manager": NOT_AUTHORIZED,
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("user_id"),
    "json_suffix": moved("/v2/users/3"),
}


def test_a_deleted_user_leaves_nothing_but_the_count_of_ids_and_closed_shards(api: Api) -> None:
    user = api.post("/v2/users", {"first_name": "I", "last_name": "E", "email": "i@example.com"}).body
    assert api.delete(f"/v2/users/{user['id']}").body == user
    before = summed(rows())
    again = api.post("/v2/users", {"first_name": "I", "last_name": "E", "email": "i@example.com"}).body

    answer = api.delete(f"/v2/users/{again['id']}")

    left = {place for place, item in summed(rows()).items() if before.get(place) != item}
    assert (answer.status, again["id"]) == (200, user["id"] + 1)
    assert {place for place in left if not place[0].endswith("#GUARD") and f"#USER#{again['id']}" not in place[0]} == {
        ("ACCOUNT#1#SEQUENCE", "USER"),
        ("ACCOUNT#1#TOTALS", "ROLE_CHANGES"),
    }


def test_a_deleted_user_is_nobody(api: Api) -> None:
    them, user_id = api_records.person(api, Role.MEMBER)

    assert [api.delete(f"/v2/users/{user_id}").status for _ in range(2)] == [200, 404]
    identity._memory().clear()
    assert them.get("/v2/users/me").status == 401


def test_who_has_no_time_any_more_can_be_deleted(api: Api) -> None:
    project, task = api_records.project(api), api_records.task(api)
    _, user_id = api_records.person(api, Role.MEMBER, assigned=frozenset({project["id"]}))
    api_records.assignment(api, project["id"], task["id"])
    entry = api_records.time_entry(api, project["id"], task["id"], user_id=user_id)
    assert api.delete(f"/v2/users/{user_id}").status == 422

    api.delete(f"/v2/time_entries/{entry['id']}")

    assert api.delete(f"/v2/users/{user_id}").status == 200


def test_a_name_that_an_import_claimed_is_free_again(api: Api) -> None:
    person = users.create_imported(AccountId(1), Id(1), Person(None, "Ida", "Ömer"), NOW)

    assert api.delete(f"/v2/users/{person.id}").status == 200
    assert users.create_imported(AccountId(1), Id(1), Person(None, "Ida", "Ömer"), NOW).id == person.id + 1
