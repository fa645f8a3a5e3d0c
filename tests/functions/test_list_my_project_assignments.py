"""GET /v2/users/me/project_assignments."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from sheaf.domain.identity import Role
from tests.functions import api_records
from tests.functions.examples import (
    ADA,
    MARKETING_WEBSITE,
    MAX,
    MIA,
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
    user: Mapping[str, Any], of: Mapping[str, Any], assigned: Sequence[Mapping[str, Any]], *, rates: bool = True
) -> dict[str, Any]:
    """What a user may log time to on a project of the demo account, who is shown `rates` or is not."""
    hidden: dict[str, object] = {} if rates else {"hourly_rate": None}
    return {
        **user_assignment(user["id"], of["id"]),
        "project": only(of, "id", "name", "code", "is_billable"),
        "client": of["client"],
        "task_assignments": [{**without(item, "project", "task"), **hidden, "task": item["task"]} for item in assigned],
    }


def both(user: Mapping[str, Any], *, rates: bool = True) -> list[dict[str, Any]]:
    """The demo account's projects as `mine` says."""
    return [
        mine(user, MARKETING_WEBSITE, OF_MARKETING_WEBSITE, rates=rates),
        mine(user, ONLINE_STORE, OF_ONLINE_STORE, rates=rates),
    ]


ALL = both(ADA)

EXPECTED = {
    "all": only_page(PATH, ALL),
    "by_a_manager": only_page(PATH, both(MAX, rates=False)),
    "by_a_member": only_page(PATH, both(MIA, rates=False)),
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
    assert shown(api) == wanted


def test_a_new_project_and_a_new_name_are_shown_at_once(api: Api) -> None:
    project, task = api_records.project(api, "Web"), api_records.task(api, "Design")
    api_records.assignment(api, project["id"], task["id"])
    assert shown(api) == {"Web": ["Design"]}

    api.patch(f"/v2/projects/{project['id']}", {"name": "Site"})
    api.patch(f"/v2/tasks/{task['id']}", {"name": "Print"})
    assert shown(api) == {"Site": ["Print"]}

    api.delete(f"/v2/tasks/{task['id']}")
    assert shown(api) == {"Site": []}

    api.delete(f"/v2/projects/{project['id']}")
    assert shown(api) == {}


def test_only_those_projects_are_shown_to_which_the_caller_is_assigned(api: Api) -> None:
    project = api_records.project(api, "Web")["id"]
    member, user_id = api_records.person(api, Role.MEMBER)
    before = shown(member)

    made = api_records.user_assignment(api, project, user_id)
    assigned = shown(member)
    api.patch(f"/v2/projects/{project}/user_assignments/{made['id']}", {"is_active": False})

    assert (before, assigned, shown(member)) == ({}, {"Web": []}, {})
