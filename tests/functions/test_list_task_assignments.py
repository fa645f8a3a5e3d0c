"""GET /v2/task_assignments."""

import pytest

from tests.functions import api_records
from tests.functions.examples import CURSOR, NOT_AUTHORIZED, OF_MARKETING_WEBSITE, OF_ONLINE_STORE
from tests.functions.pages import ids, last_page, only_page, page, start_of_cursor_walk, walk
from tests.support.api import Api

PATH = "/v2/task_assignments"
OF_FIRST = OF_ONLINE_STORE[::-1]
ALL = [*OF_MARKETING_WEBSITE[::-1], *OF_FIRST]

EXPECTED = {
    "all": only_page(PATH, ALL),
    "active": only_page(PATH, ALL, "is_active=true"),
    "archived": only_page(PATH, [], "is_active=false"),
    "updated_since": only_page(PATH, ALL, "updated_since=2017-06-26T21%3A20%3A07Z"),
    "updated_since_a_day_to_come": only_page(PATH, [], "updated_since=2999-12-31"),
    "start_of_a_cursor_walk": start_of_cursor_walk(PATH, ALL[:3], (3, 8)),
    "last_page": last_page(PATH, ALL[6:], (3, 8)),
    "by_a_manager": only_page(PATH, OF_FIRST),
    "by_a_manager_updated_since": page(
        PATH,
        OF_FIRST[:1],
        (
            "page=1&per_page=1&ref=first&updated_since=2017-06-26",
            f"cursor={CURSOR}&per_page=1&ref=next_cursor&updated_since=2017-06-26",
            None,
            "page=4&per_page=1&ref=last&updated_since=2017-06-26",
        ),
        (1, 4),
        (2, None, 1),
    ),
    "by_a_member": NOT_AUTHORIZED,
}


@pytest.fixture
def ten(api: Api) -> Api:
    """Five tasks on each of two projects in turn, every third assignment archived."""
    projects = [api_records.project(api, name)["id"] for name in ("One", "Two")]
    for number in range(10):
        project_id = projects[number % 2]
        task_id = api_records.task(api, f"Task {number}")["id"]
        item = api_records.assignment(api, project_id, task_id)
        if number % 3 == 0:
            api.patch(f"/v2/projects/{project_id}/task_assignments/{item['id']}", {"is_active": False})
    return api


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", {10, 9, 8, 7, 6, 5, 4, 3, 2, 1}),
        ("is_active=true", {9, 8, 6, 5, 3, 2}),
        ("is_active=false", {10, 7, 4, 1}),
        ("is_active=false&updated_since=2017-01-01", {10, 7, 4, 1}),
    ],
)
@pytest.mark.parametrize("managed", [{1, 2}, {1}, {2, 99}, set()])
def test_filters_narrow_the_list_and_managers_see_their_projects_of_it(
    query: str, wanted: set[int], managed: set[int], ten: Api
) -> None:
    reader = api_records.manager(ten, *managed)
    seen = sorted((item for item in wanted if 2 - item % 2 in managed), reverse=True)

    whole = reader.get(f"{PATH}?{query}")
    first = reader.get(f"{PATH}?per_page=2&{query}")

    assert ids(whole) == seen
    assert ids(first, *walk(reader, first, "next")) == seen
    assert (whole.body["total_entries"], first.body["total_entries"]) == (len(seen), len(seen))


def test_the_assignments_of_archived_projects_and_tasks_are_listed_too(ten: Api) -> None:
    ten.patch("/v2/projects/1", {"is_active": False})
    ten.patch("/v2/tasks/2", {"is_active": False})

    assert ids(ten.get(PATH)) == list(range(10, 0, -1))


def test_the_lists_of_two_accounts_have_nothing_in_common(api: Api, other_api: Api) -> None:
    mine, theirs = (
        api_records.assignment(item, api_records.project(item)["id"], api_records.task(item)["id"])
        for item in (api, other_api)
    )

    assert [item.get(PATH).body["task_assignments"] for item in (api, other_api)] == [[mine], [theirs]]
