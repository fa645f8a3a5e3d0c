"""DELETE /tasks/{task_id}."""

import pytest

from tests.functions import api_records
from tests.functions.conftest import Replay
from tests.functions.v1_examples import (
    MEMBERS_REFUSED_ALIKE,
    NOT_FOUND,
    done,
    moved,
    not_an_id,
)
from tests.support.api import Api
from tests.support.v1 import JSON, texts, v1

ARCHIVED = "The task has time entries, so it was archived instead of deleted."

EXPECTED = {
    **MEMBERS_REFUSED_ALIKE,
    "without_time": done(200),
    "assigned_to_projects": done(200),
    "null_body": done(200, JSON),
    "by_a_manager": done(200),
    "with_time": done(200, Hint=ARCHIVED),
    "with_time_in_json": done(200, JSON, Hint=ARCHIVED),
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("task_id", JSON),
    "json_suffix": moved("/tasks/5"),
}


def test_a_task_without_time_is_gone_with_its_assignments_and_its_name_is_free(replay_v1: Replay) -> None:
    api = Api("local-admin-token")

    replay_v1("v1_delete_task", "assigned_to_projects")

    assert (v1(api).get("/tasks/1").status, api.get("/v2/tasks/1").status) == (404, 404)
    assert {item["task"]["name"] for item in api.get("/v2/task_assignments").body["task_assignments"]} == {
        "Programming",
        "Project Management",
        "Research",
    }
    assert api_records.task(api, "Graphic Design")["id"] > 5


@pytest.mark.usefixtures("started")
def test_a_task_with_time_is_archived_and_keeps_its_assignments_and_its_time(replay_v1: Replay) -> None:
    api = Api("local-admin-token")
    before = api.get("/v2/task_assignments").raw, api.get("/v2/time_entries").raw

    replay_v1("v1_delete_task", "with_time")

    assert texts(v1(api).get("/tasks/2").raw)["deactivated"] == "true"
    assert api.get("/v2/tasks/2").body["is_active"] is False
    assert (api.get("/v2/task_assignments").raw, api.get("/v2/time_entries").raw) == before
    time = {"project_id": 1, "task_id": 2, "spent_date": "2026-11-20", "hours": 1}
    assert api.post("/v2/time_entries", time).status == 422


def test_deleting_twice_hints_again_or_finds_nothing(api: Api) -> None:
    project, kept, gone = api_records.project(api), api_records.task(api, "Kept"), api_records.task(api, "Gone")
    api_records.assignment(api, project["id"], kept["id"])
    api_records.time_entry(api, project["id"], kept["id"])

    answers = [v1(api).delete(f"/tasks/{item['id']}") for item in (kept, gone) for _ in range(2)]

    assert [(answer.status, "Hint" in answer.headers) for answer in answers] == [
        (200, True),
        (200, True),
        (200, False),
        (404, False),
    ]


def test_a_task_that_has_lost_its_time_is_deleted(api: Api) -> None:
    project, task = api_records.project(api), api_records.task(api)
    api_records.assignment(api, project["id"], task["id"])
    entry = api_records.time_entry(api, project["id"], task["id"])
    path = f"/tasks/{task['id']}"
    assert "Hint" in v1(api).delete(path).headers
    assert v1(api).post(f"{path}/activate").status == 200
    assert api.delete(f"/v2/time_entries/{entry['id']}").status == 200

    assert ("Hint" in v1(api).delete(path).headers, v1(api).get(path).status) == (False, 404)


def test_another_accounts_task_cannot_be_deleted(api: Api, other_api: Api) -> None:
    api_records.task(other_api)

    assert v1(api).delete("/tasks/1") == v1(api).delete("/tasks/99")
    assert other_api.get("/v2/tasks/1").status == 200


def test_what_cannot_be_seen_cannot_be_deleted(api: Api) -> None:
    task = api_records.task(api)

    assert [
        v1(item).delete(f"/tasks/{task['id']}").status for item in (api_records.member(api), api_records.manager(api))
    ] == [404] * 2
    assert api.get(f"/v2/tasks/{task['id']}").status == 200
