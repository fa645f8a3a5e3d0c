"""GET /v2/time_entries/{time_entry_id}."""

from tests.functions import api_records
from tests.functions.examples import MIAS_TIME, MIAS_TIME_WITH_RATE, NOT_FOUND, expected, moved, not_an_id
from tests.support.api import Api

EXPECTED = {
    "found": expected(200, MIAS_TIME_WITH_RATE),
    "by_its_user": expected(200, MIAS_TIME),
    "by_the_manager_of_its_project": expected(200, MIAS_TIME),
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("time_entry_id"),
    "json_suffix": moved("/v2/time_entries/1"),
}


def test_the_time_of_others_is_for_administrators_and_managers_of_its_project(api: Api) -> None:
    project, other, task = api_records.project(api), api_records.project(api, "Other"), api_records.task(api)
    api_records.assignment(api, project["id"], task["id"])
    entry = api_records.time_entry(api_records.member(api, project["id"]), project["id"], task["id"])

    readers = [
        api,
        api_records.manager(api, project["id"]),
        api_records.manager(api, other["id"]),
        api_records.member(api),
    ]
    answers = [reader.get(f"/v2/time_entries/{entry['id']}") for reader in readers]

    assert [answer.status for answer in answers] == [200, 200, 404, 404]
    assert answers[2].raw == answers[3].raw == api.get("/v2/time_entries/99").raw
