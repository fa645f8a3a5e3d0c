"""GET /v2/users/{user_id}/project_assignments."""

from tests.functions import api_records
from tests.functions.examples import (
    MAX,
    NOT_AUTHORIZED,
    NOT_FOUND,
    moved,
    not_an_id,
)
from tests.functions.pages import only_page
from tests.functions.test_list_my_project_assignments import both
from tests.support.api import Api

PATH = "/v2/users/2/project_assignments"
EXPECTED = {
    "all": only_page(PATH, both(MAX)),
    "updated_since": only_page(PATH, [], "updated_since=2999-12-31"),
    "by_a_manager": NOT_AUTHORIZED,
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("user_id"),
    "json_suffix": moved(PATH),
}


def test_time_and_what_may_be_logged_to_show_the_assignment_of_the_user(api: Api) -> None:
    project = api_records.project(api, bill_by="People")["id"]
    task = api_records.task(api)["id"]
    api_records.assignment(api, project, task, billable=True)
    (made,) = api.get(f"/v2/projects/{project}/user_assignments").body["user_assignments"]
    address = f"/v2/projects/{project}/user_assignments/{made['id']}"
    changed = api.patch(address, {"use_default_rates": False, "hourly_rate": 80.5}).body
    assigned = {name: value for name, value in changed.items() if name not in ("project", "user")}

    entry = api_records.time_entry(api, project, task)
    (listed,) = api.get("/v2/users/1/project_assignments").body["project_assignments"]

    assert (entry["user_assignment"], entry["billable_rate"]) == (assigned, 80.5)
    assert {name: listed[name] for name in assigned} == assigned
    assert api.get(f"/v2/time_entries/{entry['id']}").body == entry


def test_a_rate_is_hidden_in_time_from_those_who_may_not_see_rates(api: Api) -> None:
    project, task = api_records.project(api)["id"], api_records.task(api)["id"]
    api_records.assignment(api, project, task)
    (made,) = api.get(f"/v2/projects/{project}/user_assignments").body["user_assignments"]
    api.patch(f"/v2/projects/{project}/user_assignments/{made['id']}", {"hourly_rate": 80.5})
    entry = api_records.time_entry(api, project, task)

    shown = api_records.manager(api, project).get(f"/v2/time_entries/{entry['id']}").body
    assert (entry["user_assignment"]["hourly_rate"], shown["user_assignment"]["hourly_rate"]) == (80.5, None)
