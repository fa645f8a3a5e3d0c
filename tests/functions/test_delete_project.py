"""DELETE /v2/projects/{project_id}."""

from collections.abc import Iterable
from typing import Any

import pytest

from tests.functions import api_records
from tests.functions.examples import (
    MARKETING_WEBSITE,
    NOT_AUTHORIZED,
    NOT_FOUND,
    ONLINE_STORE,
    expected,
    moved,
    not_an_id,
)
from tests.support.api import Api
from tests.support.table import Rows, rows, summed

EXPECTED = {
    "with_time": expected(200, {**ONLINE_STORE, "is_active": False}),
    "without_time": expected(200, {**MARKETING_WEBSITE, "is_active": False}),
    "by_its_manager": expected(200, {**ONLINE_STORE, "is_active": False}),
    "by_the_manager_of_another_project": NOT_AUTHORIZED,
    "by_a_member": NOT_AUTHORIZED,
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("project_id"),
    "json_suffix": moved("/v2/projects/1"),
}


@pytest.mark.parametrize(("assignments", "entries"), [(0, 0), (1, 0), (2, 3), (25, 21)])
@pytest.mark.parametrize("is_active", [True, False])
def test_a_deleted_project_leaves_nothing_behind_but_counts(
    is_active: bool, assignments: int, entries: int, api: Api
) -> None:
    client = api_records.client(api)
    tasks = [api_records.task(api, f"Task {number}") for number in range(assignments)]
    before = summed(rows())
    project = api_records.project(api, client_id=client["id"])
    for task in tasks:
        api_records.assignment(api, project["id"], task["id"])
    for number in range(entries):
        api_records.time_entry(api, project["id"], tasks[number % assignments]["id"])
    api.patch(f"/v2/projects/{project['id']}", {"is_active": is_active})

    assert api.delete(f"/v2/projects/{project['id']}").status == 200

    counts = ("SEQUENCE", "#TOTALS", "MONTH_TOTALS", "USER_GUARD")
    assert kept(summed(rows()), counts) == kept(before, counts)
    assert [api.get(path).body["total_entries"] for path in LISTS] == [0, 0, 0]
    assert [api.delete(f"/v2/tasks/{task['id']}").status for task in tasks] == [200] * assignments


LISTS = ("/v2/projects", "/v2/task_assignments", "/v2/time_entries")


def kept(table: Rows, counts: Iterable[str]) -> dict[tuple[str, str], dict[str, Any]]:
    """What a table holds beside totals, and counts of no time, which stay where they were once counted."""
    return {
        place: {
            name: value for name, value in item.items() if name not in ("version", "changed")
        }  # of who managed the project
        for place, item in table.items()
        if not any(count in place[0] for count in counts) and item.get("time_entry_count") != {"N": "0"}
    }


def test_the_time_of_other_projects_stays(api: Api) -> None:
    task = api_records.task(api)
    going, staying = (api_records.project(api, name) for name in ("Going", "Staying"))
    for project in (going, staying):
        api_records.assignment(api, project["id"], task["id"])
    entries = [api_records.time_entry(api, project["id"], task["id"]) for project in (going, staying)]

    api.delete(f"/v2/projects/{going['id']}")

    assert [api.get(f"/v2/time_entries/{entry['id']}").status for entry in entries] == [404, 200]
    assert api.get("/v2/time_entries").body["time_entries"] == entries[1:]
    assert api.delete(f"/v2/tasks/{task['id']}").status == 422


def test_deleting_a_project_twice_finds_nothing_the_second_time(api: Api) -> None:
    address = f"/v2/projects/{api_records.project(api)['id']}"

    assert [api.delete(address).status, api.delete(address).status] == [200, 404]


def test_a_deleted_name_is_free_at_once(api: Api) -> None:
    project = api_records.project(api, "Web")
    api.delete(f"/v2/projects/{project['id']}")

    assert api_records.project(api, "web", client_id=project["client"]["id"])["id"] > project["id"]
