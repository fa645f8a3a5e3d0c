"""GET /v2/projects/{project_id}/task_assignments."""

from tests.functions import api_records
from tests.functions.examples import NOT_AUTHORIZED, NOT_FOUND, OF_ONLINE_STORE, not_an_id
from tests.functions.pages import last_page, only_page, start_of_cursor_walk
from tests.support.api import Api

PATH = "/v2/projects/1/task_assignments"
ALL = OF_ONLINE_STORE[::-1]

EXPECTED = {
    "all": only_page(PATH, ALL),
    "active": only_page(PATH, ALL, "is_active=true"),
    "archived": only_page(PATH, [], "is_active=false"),
    "updated_since": only_page(PATH, ALL, "updated_since=2017-06-26T21%3A20%3A07Z"),
    "updated_since_a_day_to_come": only_page(PATH, [], "updated_since=2999-12-31"),
    "start_of_a_cursor_walk": start_of_cursor_walk(PATH, ALL[:3], (3, 4)),
    "last_page": last_page(PATH, ALL[3:], (3, 4)),
    "by_its_manager": only_page(PATH, ALL),
    "by_the_manager_of_another_project": NOT_AUTHORIZED,
    "by_a_member": NOT_AUTHORIZED,
    "unknown_project": NOT_FOUND,
    "project_not_an_id": not_an_id("project_id"),
}


def test_a_list_holds_the_assignments_of_its_own_project_only(api: Api) -> None:
    task = api_records.task(api)
    one, other = (
        api_records.assignment(api, api_records.project(api, name)["id"], task["id"]) for name in ("One", "Two")
    )

    lists = [api.get(f"/v2/projects/{number}/task_assignments").body["task_assignments"] for number in (1, 2)]

    assert lists == [[one], [other]]


def test_a_cursor_is_good_for_its_own_project_only(api: Api) -> None:
    tasks = [api_records.task(api, name)["id"] for name in ("One", "Two")]
    for name in ("One", "Two"):
        project = api_records.project(api, name)
        for task_id in tasks:
            api_records.assignment(api, project["id"], task_id)
    following = api.get("/v2/projects/1/task_assignments?per_page=1").body["links"]["next"]

    statuses = [api.follow(following.replace("projects/1", f"projects/{literal}")).status for literal in (1, 2)]

    assert statuses == [200, 422]


def test_a_change_of_state_moves_an_assignment_from_list_to_list_at_once(api: Api) -> None:
    api_records.project(api)
    kept, archived = (
        api_records.assignment(api, 1, api_records.task(api, name)["id"]) for name in ("Kept", "Archived")
    )
    archived = api.patch(f"{PATH}/{archived['id']}", {"is_active": False}).body

    lists = [api.get(f"{PATH}{query}").body["task_assignments"] for query in ("", "?is_active=1", "?is_active=0")]

    assert lists == [[archived, kept], [kept], [archived]]
