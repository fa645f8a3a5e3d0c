"""GET /tasks/{task_id}."""

import pytest

from tests.functions import api_records
from tests.functions.v1_examples import (
    GRAPHIC_DESIGN,
    MEMBERS_REFUSED_ALIKE,
    NOT_FOUND,
    RESEARCH,
    moved,
    not_an_id,
    shown,
)
from tests.support.api import Api
from tests.support.v1 import JSON, XML, texts, v1

EXPECTED = {
    **MEMBERS_REFUSED_ALIKE,
    "in_xml": shown("task", GRAPHIC_DESIGN),
    "in_json": shown("task", GRAPHIC_DESIGN, JSON),
    "by_a_manager": shown("task", RESEARCH, JSON),
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("task_id", JSON),
    "json_suffix": moved("/tasks/1"),
}


def test_another_accounts_task_looks_like_one_that_never_was(api: Api, other_api: Api) -> None:
    api_records.task(other_api)

    assert v1(api).get("/tasks/1") == v1(api).get("/tasks/99")


@pytest.mark.parametrize("name", ["A & B", "<b>", '"', "é ß 😀", "a]]>b", "&amp;", "\u2028b"])
@pytest.mark.parametrize("kind", [XML, JSON])
def test_a_name_is_shown_as_it_was_given_through_the_other_version(name: str, kind: str, api: Api) -> None:
    task = api_records.task(api, name)

    answer = v1(api, kind).get(f"/tasks/{task['id']}")

    assert (answer.body["task"]["name"] if kind == JSON else texts(answer.raw)["name"]) == task["name"]


def test_a_rate_that_is_null_is_shown_so(api: Api) -> None:
    task = api_records.task(api, default_hourly_rate=None)

    assert texts(v1(api).get(f"/tasks/{task['id']}").raw)["default-hourly-rate"] is None
