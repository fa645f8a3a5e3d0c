"""GET /v2/user_assignments."""

from sheaf.domain.identity import Role
from tests.functions import api_records
from tests.functions.examples import (
    ADA,
    MARKETING_WEBSITE,
    MAX,
    MIA,
    NOT_AUTHORIZED,
    ONLINE_STORE,
    unreadable,
    user_assigned,
)
from tests.functions.pages import only_page, page
from tests.support.api import Api

PATH = "/v2/user_assignments"
MAXS = user_assigned(2, ONLINE_STORE, MAX, is_project_manager=True)
OF_STORE = [user_assigned(3, ONLINE_STORE, MIA), MAXS, user_assigned(1, ONLINE_STORE, ADA)]
OF_WEBSITE = [user_assigned(number, MARKETING_WEBSITE, who) for number, who in ((6, MIA), (5, MAX), (4, ADA))]
ALL = [*OF_WEBSITE, *OF_STORE]
EXPECTED = {
    "all": only_page(PATH, ALL),
    "by_a_manager": only_page(PATH, OF_STORE),
    "by_a_member": NOT_AUTHORIZED,
    "active": only_page(PATH, ALL, "is_active=true"),
    "archived": only_page(PATH, [], "is_active=false"),
    "of_a_user": only_page(PATH, [OF_WEBSITE[1], MAXS], "user_id=2"),
    "of_a_user_without_projects": only_page(PATH, [], "user_id=4"),
    "updated_since": only_page(PATH, ALL, "updated_since=2017-06-26T21%3A20%3A07Z"),
    "page_beyond_the_end": page(
        PATH,
        [],
        ("page=1&per_page=6&ref=first", None, "page=1&per_page=6&ref=previous", "page=1&per_page=6&ref=last"),
        (6, 6),
        (None, 1, 2),
    ),
    "unreadable_user_id": unreadable("user_id must be a positive integer below 2^53"),
}


def test_lists_are_the_newest_first_whatever_they_are_narrowed_to(api: Api) -> None:
    projects = [api_records.project(api, name)["id"] for name in ("Shop", "Website")]
    _, user_id = api_records.person(api, Role.MEMBER)  # the projects have the first two of whoever made them
    made = [api_records.user_assignment(api, project, user_id) for project in projects]
    api.patch(f"/v2/projects/{projects[0]}/user_assignments/{made[0]['id']}", {"is_active": False})

    def found(query: str) -> list[int]:
        return [item["id"] for item in api.get(f"{PATH}?{query}").body["user_assignments"]]

    assert found("") == [4, 3, 2, 1]
    assert found(f"user_id={user_id}") == [4, 3]
    assert found("is_active=false") == found(f"user_id={user_id}&is_active=false") == [3]
    assert found("user_id=1&per_page=1&page=2") == [1]


def test_a_manager_sees_the_assignments_of_the_projects_that_they_manage(api: Api) -> None:
    projects = [api_records.project(api, name)["id"] for name in ("Shop", "Website")]
    manager = api_records.manager(api, projects[1])

    for query in ("", "?user_id=1"):
        shown = manager.get(f"{PATH}{query}").body["user_assignments"]
        assert [item["project"]["id"] for item in shown if item["user"]["id"] == 1] == [projects[1]]
