"""DELETE /projects/{project_id}/task_assignments/{task_assignment_id}."""

import pytest

from tests.functions import api_records
from tests.functions.conftest import Replay
from tests.functions.v1_examples import (
    MANAGED_REFUSED_ALIKE,
    NOT_FOUND,
    done,
    moved,
    not_an_id,
)
from tests.support.api import Api
from tests.support.v1 import JSON, XML, texts, v1

ARCHIVED = "The task has time entries on this project, so the assignment was archived instead of removed."

EXPECTED = {
    **MANAGED_REFUSED_ALIKE,
    "without_time": done(200),
    "null_body": done(200, JSON),
    "by_its_manager": done(200),
    "with_time": done(200, Hint=ARCHIVED),
    "with_time_in_json": done(200, JSON, Hint=ARCHIVED),
    "unknown_id": NOT_FOUND,
    "of_another_project": NOT_FOUND,
    "not_an_id": not_an_id("task_assignment_id"),
    "json_suffix": moved("/projects/1/task_assignments/1"),
}


LAST = "This task cannot be removed. A project needs at least one active task."


def assigned(api: Api, *names: str) -> tuple[str, list[int]]:
    """A project with tasks of these names: where its assignments are, and their ids."""
    project = api_records.project(api)
    ids = [api_records.assignment(api, project["id"], api_records.task(api, name)["id"])["id"] for name in names]
    return f"/projects/{project['id']}/task_assignments", ids


def test_a_removed_assignment_is_gone_from_both_versions_at_once(replay_v1: Replay) -> None:
    api = Api("local-admin-token")

    replay_v1("v1_delete_task_assignment", "without_time")

    path = "/projects/1/task_assignments/1"
    assert (v1(api).get(path).status, api.get(f"/v2{path}").status) == (404, 404)
    assert api.get("/v2/task_assignments").body["total_entries"] == 7
    assert api.get("/v2/tasks/1").status == 200


@pytest.mark.usefixtures("started")
def test_an_assignment_with_time_is_archived_and_keeps_its_time(replay_v1: Replay) -> None:
    api = Api("local-admin-token")
    entries = api.get("/v2/time_entries").body["time_entries"]

    replay_v1("v1_delete_task_assignment", "with_time")

    path = "/projects/1/task_assignments/2"
    assert texts(v1(api).get(path).raw)["deactivated"] == "true"
    assert api.get(f"/v2{path}").body["is_active"] is False
    assert [item["id"] for item in api.get("/v2/time_entries").body["time_entries"]] == [
        entry["id"] for entry in entries
    ]
    time = {"project_id": 1, "task_id": 2, "spent_date": "2026-11-20", "hours": 1}
    assert api.post("/v2/time_entries", time).status == 422


@pytest.mark.parametrize("with_time", [False, True])
@pytest.mark.parametrize("kind", [XML, JSON])
def test_the_only_active_assignment_of_a_project_stays(kind: str, with_time: bool, api: Api) -> None:
    path, (archived, last) = assigned(api, "Archived", "Last")
    assert api.patch(f"/v2{path}/{archived}", {"is_active": False}).status == 200
    if with_time:
        api_records.time_entry(api, int(path.split("/")[2]), api.get(f"/v2{path}/{last}").body["task"]["id"])
    before = api.get(f"/v2{path}").raw

    answer = v1(api, kind).delete(f"{path}/{last}")

    said = answer.body if kind == JSON else texts(answer.raw)
    assert (answer.status, answer.headers["Hint"], said) == (400, LAST, {"message": LAST})
    assert api.get(f"/v2{path}").raw == before


def test_an_archived_assignment_can_go_whatever_is_left(api: Api) -> None:
    path, (archived, last) = assigned(api, "Archived", "Last")
    for item in (archived, last):
        assert api.patch(f"/v2{path}/{item}", {"is_active": False}).status == 200

    assert [v1(api).delete(f"{path}/{item}").status for item in (archived, last)] == [200, 200]
    assert api.get(f"/v2{path}").body["total_entries"] == 0


def test_of_two_one_can_go_and_the_other_cannot(api: Api) -> None:
    path, ids = assigned(api, "One", "Two")

    assert [v1(api).delete(f"{path}/{item}").status for item in ids] == [200, 400]


def test_the_rule_is_v1s_alone(api: Api) -> None:
    path, (last,) = assigned(api, "Last")

    assert (v1(api).delete(f"{path}/{last}").status, api.delete(f"/v2{path}/{last}").status) == (400, 200)


def test_removing_twice_hints_again_or_finds_nothing(api: Api) -> None:
    path, (gone, with_time, _) = assigned(api, "Gone", "With time", "Other")
    api_records.time_entry(api, int(path.split("/")[2]), api.get(f"/v2{path}/{with_time}").body["task"]["id"])

    answers = [v1(api).delete(f"{path}/{item}") for item in (with_time, gone) for _ in range(2)]

    assert [(answer.status, answer.headers.get("Hint")) for answer in answers] == [
        (200, ARCHIVED),
        (200, ARCHIVED),
        (200, None),
        (404, None),
    ]


def test_a_removed_task_can_be_assigned_anew(api: Api) -> None:
    path, (gone, _) = assigned(api, "Gone", "Other")
    task_id = api.get(f"/v2{path}/{gone}").body["task"]["id"]
    v1(api).delete(f"{path}/{gone}")

    assert v1(api, JSON).post(path, {"task": {"id": task_id}}).status == 201


def test_another_accounts_assignment_cannot_be_removed(api: Api, other_api: Api) -> None:
    path, (item, _) = assigned(other_api, "One", "Two")

    assert v1(api).delete(f"{path}/{item}") == v1(api).delete("/projects/99/task_assignments/99")
    assert other_api.get(f"/v2{path}").body["total_entries"] == 2
