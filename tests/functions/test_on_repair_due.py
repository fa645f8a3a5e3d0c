"""What a request could not finish is resumed every minute."""

import json

import pytest

from functions.on_repair_due.handler import handler
from sheaf.store.resumable import resume
from tests.functions import api_records
from tests.support.api import Api
from tests.support.example_requests import load_event, names_of
from tests.support.table import rows

OPERATION = "on_repair_due"
EXPECTED = {"due": {"done": 0}}


def woken(scenario: str = "due") -> dict[str, int]:
    """What the function returns to an example event."""
    return handler(load_event(OPERATION, scenario))


@pytest.mark.usefixtures("started")
@pytest.mark.parametrize("scenario", names_of(OPERATION))
def test_an_example_gets_the_whole_expected_answer(scenario: str) -> None:
    assert woken(scenario) == EXPECTED[scenario]


def test_every_expectation_has_its_example() -> None:
    assert sorted(EXPECTED) == names_of(OPERATION)


def under_way() -> list[tuple[str, str]]:
    """The places of all operations that have not come to their end."""
    return [place for place in rows() if "OPERATION" in place[0] and "SEQUENCE" not in place[0]]


def many_default_tasks(api: Api) -> None:
    for number in range(25):
        api_records.task(api, f"Task {number:02}", is_default=True)


def test_a_project_that_was_left_half_made_appears_whole(api: Api) -> None:
    many_default_tasks(api)
    client = api_records.client(api)
    with api_records.interrupted():
        answer = api.post("/v2/projects", {"client_id": client["id"], "name": "Web"})
        assert (answer.status, api.get("/v2/projects").body["projects"]) == (202, [])
        assert api.get("/v2/task_assignments").body["task_assignments"] == []

    assert woken() == {"done": 1}

    assert [item["name"] for item in api.get("/v2/projects").body["projects"]] == ["Web"]
    assert api.get("/v2/projects/1/task_assignments?per_page=1").body["total_entries"] == 25
    assert api.get("/v2/task_assignments?per_page=1").body["total_entries"] == 25
    assert under_way() == []


def test_what_remains_of_a_deleted_project_is_deleted(api: Api) -> None:
    task = api_records.task(api)
    api_records.assignment(api, api_records.project(api)["id"], task["id"])
    for _ in range(25):
        api_records.time_entry(api, 1, task["id"])
    with api_records.interrupted():
        assert api.delete("/v2/projects/1").status == 200
        assert api.get("/v2/time_entries").body["total_entries"] == 0
    assert len(under_way()) == 2

    assert woken() == {"done": 1}

    assert under_way() == []
    assert [place for place in rows() if "#PROJECT#1#" in place[0] or "#MONTH#" in place[0]] == []
    assert api.delete(f"/v2/tasks/{task['id']}").status == 200


def test_what_remains_of_a_deleted_task_is_deleted(api: Api) -> None:
    task, client = api_records.task(api, is_default=True), api_records.client(api)
    for number in range(25):
        api_records.project(api, f"Project {number}", client_id=client["id"])
    with api_records.interrupted():
        assert api.delete(f"/v2/tasks/{task['id']}").status == 200
        assert api.get("/v2/task_assignments").body["total_entries"] == 0

    assert woken() == {"done": 1}

    assert under_way() == []
    assert [place for place in rows() if "#PAIR" in place[0] or place[0].endswith("TASK_ASSIGNMENT")] == []


def test_the_pending_operations_of_all_accounts_are_resumed(api: Api, other_api: Api) -> None:
    for item in (api, other_api):
        many_default_tasks(item)
        client = api_records.client(item)
        with api_records.interrupted():
            item.post("/v2/projects", {"client_id": client["id"], "name": "Web"})

    assert woken() == {"done": 2}
    assert [item.get("/v2/projects").body["total_entries"] for item in (api, other_api)] == [1, 1]


def test_a_fault_is_logged_and_raised_again(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def fail(seconds: float) -> int:
        raise RuntimeError("broken")

    monkeypatch.setattr(resume, "resume_all", fail)

    with pytest.raises(RuntimeError, match="broken"):
        woken()

    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [("ERROR", "unexpected error")]


def test_a_fault_is_counted(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delattr(resume, "resume_all")

    with pytest.raises(AttributeError):
        woken()

    (counted,) = [line for line in capsys.readouterr().out.splitlines() if "ServerErrors" in line]
    assert json.loads(counted)["ServerErrors"] == [1.0]
