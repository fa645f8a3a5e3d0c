"""The examples of Harvest's own page (Harvest v2, "Tasks"), replayed. harvest_v2_tasks.json restates them.

Ids, and the times in which things happen, are the service's to choose; all else must be as on the page.
"""

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.api import Answer, Api

PAGE = json.loads(Path(__file__).with_name("harvest_v2_tasks.json").read_text())
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
TASK_FIELDS = ("name", "billable_by_default", "default_hourly_rate", "is_default", "is_active")


@pytest.fixture
def harvest(api: Api) -> Api:
    """The API by Harvest's own host name, so that links can be compared too."""
    return Api(api.token, headers={"host": "api.harvestapp.com", "user-agent": "MyApp (dev@example.com)"})


@pytest.fixture
def ids(harvest: Api) -> dict[int, int]:
    """The five tasks of the page's list, made in the order of their ids; the value maps the page's ids to ours."""
    ours = {}
    for task in reversed(PAGE["list"]["response"]["tasks"]):
        created = harvest.post("/v2/tasks", {field: task[field] for field in TASK_FIELDS})
        ours[task["id"]] = created.body["id"]
    return ours


def replay(harvest: Api, example: str, ids: dict[int, int]) -> Answer:
    request = PAGE[example]["request"]
    path = re.sub(r"\d{7,}", lambda number: str(ids[int(number[0])]), request["path"])
    return harvest.send(request["method"], path, request.get("body"))


@dataclass(frozen=True)
class Number:
    """A number of a body: 0 and 0.0 are the same, and neither is false."""

    value: Decimal

    @classmethod
    def of(cls, text: str) -> "Number":
        return cls(Decimal(text))


def told(raw: str) -> object:
    """A body as nested lists of its fields in order, with what the service chooses replaced."""

    def fields(pairs: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
        return [(name, chosen_by_the_service(name, value)) for name, value in pairs]

    def chosen_by_the_service(name: str, value: Any) -> Any:
        if name == "id" and isinstance(value, Number):
            return "an id"
        if name.endswith("_at") and isinstance(value, str) and TIME.fullmatch(value):
            return "a time"
        return value

    return json.loads(raw, object_pairs_hook=fields, parse_int=Number.of, parse_float=Number.of)


@pytest.mark.parametrize("example", ["list", "retrieve", "create"])
def test_an_example_of_the_page_is_answered_as_on_the_page(example: str, harvest: Api, ids: dict[int, int]) -> None:
    answer = replay(harvest, example, ids)

    wanted = PAGE[example]
    assert (answer.status, told(answer.raw)) == (wanted["status"], told(json.dumps(wanted["response"])))


def test_the_created_task_is_updated_and_deleted_as_on_the_page(harvest: Api, ids: dict[int, int]) -> None:
    created = replay(harvest, "create", ids)
    ids[PAGE["create"]["response"]["id"]] = created.body["id"]

    updated = replay(harvest, "update", ids)
    deleted = replay(harvest, "delete", ids)

    wanted = PAGE["update"]
    assert (updated.status, told(updated.raw)) == (wanted["status"], told(json.dumps(wanted["response"])))
    assert (deleted.status, deleted.body) == (PAGE["delete"]["status"], updated.body)
    assert harvest.get(f"/v2/tasks/{created.body['id']}").status == 404


def test_the_newest_task_comes_first_as_on_the_page(harvest: Api, ids: dict[int, int]) -> None:
    on_page = [task["id"] for task in PAGE["list"]["response"]["tasks"]]

    listed = [task["id"] for task in replay(harvest, "list", ids).body["tasks"]]

    assert on_page == sorted(on_page, reverse=True)
    assert listed == [ids[item] for item in on_page] == sorted(listed, reverse=True)


def test_the_comparison_sees_order_and_kind() -> None:
    assert told('{"a":0,"b":1}') == told('{"a":0.0,"b":1}')
    assert told('{"a":0,"b":1}') != told('{"b":1,"a":0}')
    assert told('{"a":false}') != told('{"a":0}')
    assert told('{"created_at":"2017-06-26"}') != told('{"created_at":"2017-06-26T22:04:31Z"}')
