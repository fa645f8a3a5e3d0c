"""PUT /tasks/{task_id}."""

import pytest

from tests.functions import api_records
from tests.functions.conftest import Replay
from tests.functions.examples import RECENT
from tests.functions.v1_examples import (
    BUSINESS_DEVELOPMENT,
    MEMBERS_REFUSED_ALIKE,
    NOT_FOUND,
    TASK_EXAMPLE,
    Record,
    bodies_refused_alike,
    done,
    not_an_id,
    refused,
)
from tests.support.api import Api
from tests.support.v1 import JSON, texts, v1

EXPECTED = {
    **MEMBERS_REFUSED_ALIKE,
    **bodies_refused_alike(TASK_EXAMPLE),
    "in_xml": done(200, Location="/tasks/5"),
    "in_json": done(200, JSON, Location="/tasks/5"),
    "archive": done(200, Location="/tasks/5"),
    "without_a_rate": done(200, Location="/tasks/5"),
    "whole_record_sent_back": done(200, JSON, Location="/tasks/5"),
    "nothing_given": done(200, JSON, Location="/tasks/5"),
    "by_a_manager": done(200, Location="/tasks/5"),
    "duplicate_name": refused(400, "Name has already been taken"),
    "blank_name": refused(400, "Name can't be blank"),
    "unreadable_rate": refused(400, "default_hourly_rate must be a number", JSON),
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("task_id"),
}


@pytest.mark.parametrize(
    ("scenario", "changes"),
    [
        ("in_xml", {"name": "Server Administration", "default_hourly_rate": 100}),
        ("in_json", {"name": "Server Administration", "default_hourly_rate": 100}),
        ("archive", {"deactivated": True}),
        ("without_a_rate", {"default_hourly_rate": None}),
        ("whole_record_sent_back", {"is_default": True}),
        ("nothing_given", {}),
        ("duplicate_name", {}),
        ("with_an_entity", {}),
    ],
)
def test_a_task_is_changed_in_what_was_given_and_in_nothing_else(
    scenario: str, changes: Record, replay_v1: Replay
) -> None:
    replay_v1("v1_update_task", scenario)

    changed = v1(Api("local-admin-token"), JSON).get("/tasks/5").body["task"]
    assert {**changed, "created_at": RECENT, "updated_at": RECENT} == {**BUSINESS_DEVELOPMENT, **changes}


def test_what_is_changed_in_one_version_is_read_through_the_other_at_once(api: Api) -> None:
    path = f"/tasks/{api_records.task(api)['id']}"

    assert v1(api).put(path, b"<task><name>Print</name><deactivated>true</deactivated></task>").status == 200
    assert [api.get(f"/v2{path}").body[name] for name in ("name", "is_active")] == ["Print", False]
    assert api.patch(f"/v2{path}", {"name": "Press", "is_active": True}).status == 200
    changed = texts(v1(api).get(path).raw)
    assert (changed["name"], changed["deactivated"]) == ("Press", "false")


def test_another_accounts_task_cannot_be_changed(api: Api, other_api: Api) -> None:
    api_records.task(other_api)
    before = other_api.get("/v2/tasks/1").raw

    answers = [v1(api).put(path, b"<task><name>Print</name></task>") for path in ("/tasks/1", "/tasks/99")]

    assert (answers[0], answers[0].status) == (answers[1], 404)
    assert other_api.get("/v2/tasks/1").raw == before
