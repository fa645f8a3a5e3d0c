"""POST /v2/tasks/{task_id}/assign."""

from contextlib import nullcontext
from typing import Any

import pytest

from sheaf.store.resumable import resume
from tests.functions import api_records
from tests.functions.examples import (
    BROKEN_BRACE,
    BUSINESS_DEVELOPMENT,
    MARKETING_WEBSITE,
    NOT_AUTHORIZED,
    NOT_FOUND,
    ONLINE_STORE,
    Whole,
    assignment,
    expected,
    invalid,
    not_an_id,
)
from tests.store.faults import recorded
from tests.support.api import Api

PROJECTS = invalid("project_ids must be a list of 1 to 1000 ids, or all_active")
TAKEN = {"status": 422, "message": "Task has already been taken"}


def made(assignment_id: int, of: dict[str, Any], **fields: object) -> dict[str, Any]:
    shown = assignment(assignment_id, of, BUSINESS_DEVELOPMENT, **{"billable": False, "hourly_rate": 0.0, **fields})
    return {"project_id": of["id"], "status": 201, "task_assignment": shown}


def results(*found: dict[str, Any]) -> Whole:
    return expected(200, {"results": list(found)})


EXPECTED = {
    "all_active": results(made(9, ONLINE_STORE, budget=40.0), made(10, MARKETING_WEBSITE, budget=40.0)),
    "some_projects": results(made(9, MARKETING_WEBSITE), {"project_id": 99, "status": 404, "message": "Not Found"}),
    "assigned_already": results({"project_id": 1, **TAKEN}),
    "by_a_manager": results({"project_id": 2, "status": 403, "message": "Not authorized!"}, made(9, ONLINE_STORE)),
    "all_active_of_a_manager": results(made(9, ONLINE_STORE)),
    "form": results(made(9, ONLINE_STORE), made(10, MARKETING_WEBSITE)),
    "with_a_key": results(made(9, ONLINE_STORE)),
    "unknown_task": NOT_FOUND,
    "not_an_id": not_an_id("task_id"),
    "a_project_twice": invalid("project_ids must name each project once"),
    "no_ids": PROJECTS,
    "no_projects": PROJECTS,
    "without_projects": PROJECTS,
    "negative_rate": invalid("hourly_rate must be a number between 0 and 9999999999.99"),
    "by_a_member": NOT_AUTHORIZED,
    "broken_json": BROKEN_BRACE,
}


def many_projects(api: Api, number: int) -> list[int]:
    client_id = api_records.client(api)["id"]
    return [api_records.project(api, f"Project {each}", client_id=client_id)["id"] for each in range(number)]


def test_many_projects_take_a_read_and_a_transaction_for_two_dozen(api: Api) -> None:
    ids = many_projects(api, 2 * 24 + 1)
    task = api_records.task(api)
    api.get("/v2/users/me")
    with recorded() as calls:
        answer = api.post(f"/v2/tasks/{task['id']}/assign", {"project_ids": "all_active", "hourly_rate": 7})
    operations = [call.operation for call in calls]
    assert [operations.count(name) for name in ("TransactWriteItems", "UpdateItem")] == [3, 3]
    assert [result["status"] for result in answer.body["results"]] == [201] * len(ids)
    listed = api.get("/v2/task_assignments").body["task_assignments"]
    shown = [result["task_assignment"] for result in answer.body["results"]]
    assert sorted(shown, key=lambda each: -each["id"]) == listed
    assert {each["hourly_rate"] for each in listed} == {7.0}
    assert api.get("/v2/task_assignments?per_page=1").body["total_entries"] == len(ids)
    assert api.delete(f"/v2/tasks/{task['id']}").status == 200
    assert api.get("/v2/task_assignments").body["total_entries"] == 0


def test_archived_projects_are_left_out_of_all_and_taken_by_name(api: Api) -> None:
    active, archived = many_projects(api, 2)
    api.patch(f"/v2/projects/{archived}", {"is_active": False})
    address = f"/v2/tasks/{api_records.task(api)['id']}/assign"
    whole = api.post(address, {"project_ids": "all_active"}).body["results"]
    named = api.post(address, {"project_ids": [active, archived]}).body["results"]
    assert [(each["project_id"], each["status"]) for each in whole + named] == [
        (active, 201),
        (active, 422),
        (archived, 201),
    ]


@pytest.mark.parametrize("is_cut_off", [False, True])
def test_more_projects_than_one_request_assigns_are_assigned_after_the_answer(
    api: Api, monkeypatch: pytest.MonkeyPatch, is_cut_off: bool
) -> None:
    monkeypatch.setattr("sheaf.http.v2.bodies.assign.MOST", 40)
    ids = many_projects(api, 50)
    api.patch(f"/v2/projects/{ids[0]}", {"is_active": False})
    task = api_records.task(api)
    address = f"/v2/tasks/{task['id']}/assign"
    api.post(address, {"project_ids": ids[1:3], "hourly_rate": 5})
    body = {"project_ids": "all_active", "hourly_rate": None, "budget": "7.5", "billable": False}
    with api_records.interrupted() if is_cut_off else nullcontext():
        answers = [api.post(address, body, **{"idempotency-key": "one"}) for _ in range(2)]
    assert [answer.status for answer in answers] == [202, 202]
    assert answers[0].raw == answers[1].raw
    status = api.get(answers[0].headers["Location"]).body
    assert (status["kind"], status["record"]) == ("assign_task", {"kind": "task", "id": task["id"]})
    resume.resume_all(seconds=20)
    assert api.get(answers[0].headers["Location"]).body["status"] == "completed"
    made = api.get("/v2/task_assignments").body["task_assignments"]
    assert sorted(each["project"]["id"] for each in made) == ids[1:]
    terms = [(each["hourly_rate"], each["budget"], each["billable"]) for each in made if each["hourly_rate"] != 5]
    assert terms == [(None, 7.5, False)] * 47
    assert api.get("/v2/task_assignments?per_page=1").body["total_entries"] == 49


def test_nobody_waits_for_a_task_that_is_being_assigned_and_its_deletion_ends_that(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sheaf.http.v2.bodies.assign.MOST", 4)
    many_projects(api, 5)
    task = api_records.task(api)
    with api_records.interrupted():
        location = api.post(f"/v2/tasks/{task['id']}/assign", {"project_ids": "all_active"}).headers["Location"]
        assert api.delete(f"/v2/tasks/{task['id']}").status == 200
    resume.resume_all(seconds=20)
    assert api.get(location).body["status"] == "completed"
    assert api.get("/v2/task_assignments").body["total_entries"] == 0


def test_a_manager_assigns_only_to_what_they_manage_however_much_that_is(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sheaf.http.v2.bodies.assign.MOST", 1)
    ids = many_projects(api, 3)
    task = api_records.task(api)
    manager = api_records.manager(api, *ids[:2])
    assert manager.post(f"/v2/tasks/{task['id']}/assign", {"project_ids": "all_active"}).status == 202
    assert sorted(each["project"]["id"] for each in api.get("/v2/task_assignments").body["task_assignments"]) == ids[:2]
