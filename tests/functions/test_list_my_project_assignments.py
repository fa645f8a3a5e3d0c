"""GET /v2/users/me/project_assignments."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.functions import api_records
from tests.functions.examples import (
    MARKETING_WEBSITE,
    OF_MARKETING_WEBSITE,
    OF_ONLINE_STORE,
    ONLINE_STORE,
    only,
    user_assignment,
    without,
)
from tests.functions.pages import last_page, only_page, start_of_cursor_walk
from tests.support.api import Api

PATH = "/v2/users/me/project_assignments"


def mine(
    of: Mapping[str, Any], assigned: Sequence[Mapping[str, Any]], *, manages: bool = False, rates: bool = True
) -> dict[str, Any]:
    """What a user may log time to on a project of the demo account, who is shown `rates` or is not."""
    hidden: dict[str, object] = {} if rates else {"hourly_rate": None}
    return {
        **user_assignment(of["id"], manages=manages),
        "project": only(of, "id", "name", "code", "is_billable"),
        "client": of["client"],
        "task_assignments": [{**without(item, "project", "task"), **hidden, "task": item["task"]} for item in assigned],
    }


ALL = [mine(MARKETING_WEBSITE, OF_MARKETING_WEBSITE), mine(ONLINE_STORE, OF_ONLINE_STORE)]
WEBSITE = mine(MARKETING_WEBSITE, OF_MARKETING_WEBSITE, rates=False)

EXPECTED = {
    "all": only_page(PATH, ALL),
    "by_a_manager": only_page(PATH, [WEBSITE, mine(ONLINE_STORE, OF_ONLINE_STORE, manages=True, rates=False)]),
    "by_a_member": only_page(PATH, [WEBSITE, mine(ONLINE_STORE, OF_ONLINE_STORE, rates=False)]),
    "updated_since": only_page(PATH, ALL, "updated_since=2017-06-26T21%3A20%3A07Z"),
    "updated_since_a_day_to_come": only_page(PATH, [], "updated_since=2999-12-31"),
    "start_of_a_cursor_walk": start_of_cursor_walk(PATH, ALL[:1], (1, 2)),
    "last_page": last_page(PATH, ALL[1:], (1, 2)),
}


def shown(api: Api) -> dict[str, list[str]]:
    """The names of the tasks by the name of their project."""
    listed = api.get(PATH).body["project_assignments"]
    return {item["project"]["name"]: [each["task"]["name"] for each in item["task_assignments"]] for item in listed}


@pytest.mark.parametrize("projects", [2, 21])
@pytest.mark.parametrize("archived", ["nothing", "project", "task", "assignment"])
def test_only_what_is_active_is_shown(archived: str, projects: int, api: Api) -> None:
    for name in ("Print", "Design"):
        api_records.task(api, name, is_default=True)
    client = api_records.client(api)
    for number in range(1, projects + 1):
        api_records.project(api, f"Project {number}", client_id=client["id"])
    address = {
        "project": "/v2/projects/1",
        "task": "/v2/tasks/1",
        "assignment": "/v2/projects/1/task_assignments/1",
    }.get(archived)
    if address:
        api.patch(address, {"is_active": False})

    wanted = {f"Project {number}": ["Design", "Print"] for number in range(projects, 0, -1)}
    if archived == "project":
        del wanted["Project 1"]
    elif archived == "assignment":
        wanted["Project 1"] = ["Print"]
    elif archived == "task":
        wanted = {name: ["Design"] for name in wanted}
    assert shown(api_records.member(api)) == wanted


def test_a_new_project_and_a_new_name_are_shown_at_once(api: Api) -> None:
    member = api_records.member(api)
    project, task = api_records.project(api, "Web"), api_records.task(api, "Design")
    api_records.assignment(api, project["id"], task["id"])
    assert shown(member) == {"Web": ["Design"]}

    api.patch(f"/v2/projects/{project['id']}", {"name": "Site"})
    api.patch(f"/v2/tasks/{task['id']}", {"name": "Print"})
    assert shown(member) == {"Site": ["Print"]}

    api.delete(f"/v2/tasks/{task['id']}")
    assert shown(member) == {"Site": []}

    api.delete(f"/v2/projects/{project['id']}")
    assert shown(member) == {}
