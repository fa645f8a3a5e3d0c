"""POST /tasks."""

import pytest

from tests.functions.conftest import Replay
from tests.functions.examples import RECENT
from tests.functions.v1_examples import (
    MEMBERS_REFUSED_ALIKE,
    TASK_EXAMPLE,
    Record,
    bodies_refused_alike,
    done,
    refused,
    task,
)
from tests.support.api import Api
from tests.support.v1 import JSON, v1

EXPECTED = {
    **MEMBERS_REFUSED_ALIKE,
    **bodies_refused_alike(TASK_EXAMPLE),
    "in_xml": done(201, Location="/tasks/8"),
    "in_json": done(201, JSON, Location="/tasks/8"),
    "name_only": done(201, Location="/tasks/8"),
    "archived": done(201, JSON, Location="/tasks/8"),
    "by_a_manager": done(201, Location="/tasks/8"),
    "duplicate_name": refused(400, "Name has already been taken"),
    "blank_name": refused(400, "Name can't be blank", JSON),
    "empty_body": refused(400, "Name can't be blank"),
    "several_mistakes": refused(
        400, "Name can't be blank, default_hourly_rate must be a number between 0 and 9999999999.99"
    ),
}


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [
        ("in_xml", task(8, "Server Administration", billable_by_default=False, default_hourly_rate=100)),
        ("in_json", task(8, "Server Administration", billable_by_default=False, default_hourly_rate=100)),
        ("name_only", task(8, "Print")),
        ("archived", task(8, "Print", deactivated=True)),
    ],
)
def test_a_new_task_is_there_at_once(scenario: str, expected: Record, replay_v1: Replay) -> None:
    replay_v1("v1_create_task", scenario)

    created = v1(Api("local-admin-token"), JSON).get("/tasks/8").body["task"]
    assert {**created, "created_at": RECENT, "updated_at": RECENT} == expected


def test_what_is_created_here_is_read_through_v2_at_once(api: Api) -> None:
    location = (
        v1(api)
        .post("/tasks", b"<task><name>A &amp; B</name><deactivated>true</deactivated></task>")
        .headers["Location"]
    )

    there = api.get(f"/v2{location}").body
    assert (there["name"], there["is_active"], api.get("/v2/tasks?is_active=false").body["tasks"]) == (
        "A & B",
        False,
        [there],
    )


@pytest.mark.usefixtures("started")
@pytest.mark.parametrize("scenario", ["duplicate_name", "blank_name", "broken_xml", "with_an_entity", "form"])
def test_a_refused_task_leaves_nothing_behind(scenario: str, replay_v1: Replay) -> None:
    before = Api("local-admin-token").get("/v2/tasks").raw

    replay_v1("v1_create_task", scenario)

    assert Api("local-admin-token").get("/v2/tasks").raw == before
