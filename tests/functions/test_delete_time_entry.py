"""DELETE /v2/time_entries/{time_entry_id}."""

from typing import Any

import pytest

from tests.functions import api_records
from tests.functions.examples import MIAS_TIME, MIAS_TIME_WITH_RATE, NOT_FOUND, expected, moved, not_an_id
from tests.support.api import Api
from tests.support.table import rows

EXPECTED = {
    "by_an_administrator": expected(200, MIAS_TIME_WITH_RATE),
    "by_its_user": expected(200, MIAS_TIME),
    "by_the_manager_of_its_project": expected(200, MIAS_TIME),
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("time_entry_id"),
    "json_suffix": moved("/v2/time_entries/1"),
}


@pytest.fixture
def entry(api: Api) -> dict[str, Any]:
    """An entry of the administrator, on task 1 of project 1."""
    api_records.project(api)
    api_records.assignment(api, 1, api_records.task(api)["id"])
    api.delete(f"/v2/time_entries/{api_records.time_entry(api, 1, 1)['id']}")
    return api_records.time_entry(api, 1, 1)


def test_a_deleted_entry_leaves_nothing_behind_but_the_count_of_ids(api: Api, entry: dict[str, Any]) -> None:
    before = rows()
    another = api_records.time_entry(api, 1, 1)

    answer = api.delete(f"/v2/time_entries/{another['id']}")

    place = "ACCOUNT#1#SEQUENCE", "TIME_ENTRY"
    assert (answer.status, answer.body) == (200, another)
    assert rows() == {**before, place: {**before[place], "last_id": {"N": str(another["id"])}}}


def test_deleting_an_entry_twice_finds_nothing_the_second_time(api: Api, entry: dict[str, Any]) -> None:
    address = f"/v2/time_entries/{entry['id']}"

    assert [api.delete(address).status, api.delete(address).status] == [200, 404]


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/v2/projects/1", "Project is archived"),
        ("/v2/tasks/1", "Task is archived"),
        ("/v2/projects/1/task_assignments/1", "Task assignment is archived"),
    ],
)
def test_time_stays_where_work_has_ended(address: str, sentence: str, api: Api, entry: dict[str, Any]) -> None:
    api.patch(address, {"is_active": False})
    before = rows()

    answer = api.delete(f"/v2/time_entries/{entry['id']}")

    assert (answer.status, answer.body) == (422, {"message": sentence})
    assert rows() == before


def test_the_time_of_others_is_for_administrators_and_managers_of_its_project(api: Api, entry: dict[str, Any]) -> None:
    other = api_records.project(api, "Other")

    people = [api_records.member(api), api_records.manager(api, other["id"]), api_records.manager(api, 1)]
    answers = [person.delete(f"/v2/time_entries/{entry['id']}") for person in people]

    assert [answer.status for answer in answers] == [404, 404, 200]
    assert answers[0].raw == answers[1].raw == api.delete("/v2/time_entries/99").raw
