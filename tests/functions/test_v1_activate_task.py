"""POST and GET /tasks/{task_id}/activate."""

import pytest

from tests.functions import api_records
from tests.functions.v1_examples import MEMBERS_REFUSED_ALIKE, NOT_FOUND, done, not_an_id
from tests.support.api import Api
from tests.support.table import rows
from tests.support.v1 import JSON, XML, v1

EXPECTED = {
    **MEMBERS_REFUSED_ALIKE,
    "by_post": done(200, Location="/tasks/5"),
    "by_get": done(200, JSON, Location="/tasks/5"),
    "by_get_in_xml": done(200, Location="/tasks/5"),
    "null_body": done(200, JSON, Location="/tasks/5"),
    "by_a_manager": done(200, Location="/tasks/5"),
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("task_id", JSON),
}


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("kind", [XML, JSON])
def test_an_archived_task_takes_time_again(kind: str, method: str, api: Api) -> None:
    project, task = api_records.project(api), api_records.task(api)
    api_records.assignment(api, project["id"], task["id"])
    assert api.patch(f"/v2/tasks/{task['id']}", {"is_active": False}).status == 200

    answer = v1(api, kind).send(method, f"/tasks/{task['id']}/activate")

    assert (answer.status, answer.raw, answer.headers["Location"]) == (200, " ", f"/tasks/{task['id']}")
    assert api.get(f"/v2/tasks/{task['id']}").body["is_active"] is True
    assert api_records.time_entry(api, project["id"], task["id"])["task"]["id"] == task["id"]


def test_an_active_task_stays_as_it_is(api: Api) -> None:
    task = api_records.task(api)
    before = rows()

    assert v1(api).post(f"/tasks/{task['id']}/activate").status == 200
    assert rows() == before


def test_another_accounts_task_cannot_be_activated(api: Api, other_api: Api) -> None:
    api_records.task(other_api, is_active=False)

    assert v1(api).post("/tasks/1/activate") == v1(api).post("/tasks/99/activate")
    assert other_api.get("/v2/tasks/1").body["is_active"] is False
