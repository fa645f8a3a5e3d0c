"""GET /v2/projects."""

import pytest

from tests.functions import api_records
from tests.functions.examples import MARKETING_WEBSITE, NOT_AUTHORIZED, ONLINE_STORE, invalid, unreadable
from tests.functions.pages import ids, last_page, only_page, start_of_cursor_walk, walk
from tests.support.api import Api

PATH = "/v2/projects"
ALL = [MARKETING_WEBSITE, ONLINE_STORE]

EXPECTED = {
    "all": only_page(PATH, ALL),
    "active": only_page(PATH, ALL, "is_active=true"),
    "archived": only_page(PATH, [], "is_active=false"),
    "of_a_name": only_page(PATH, [MARKETING_WEBSITE], "client_id=1&name=marketing+WEBSITE"),
    "of_a_name_alone": invalid("name needs client_id: two clients may each have a project of that name"),
    "by_a_manager_of_a_name": only_page(PATH, [], "client_id=1&name=Marketing+Website"),
    "of_a_client": only_page(PATH, ALL, "client_id=1"),
    "of_a_client_active": only_page(PATH, ALL, "client_id=1&is_active=1"),
    "of_an_unknown_client": only_page(PATH, [], "client_id=99"),
    "unreadable_client_id": unreadable("client_id must be a positive integer below 2^53"),
    "updated_since": only_page(PATH, ALL, "updated_since=2017-06-26T21%3A20%3A07Z"),
    "updated_since_a_day_to_come": only_page(PATH, [], "updated_since=2999-12-31"),
    "start_of_a_cursor_walk": start_of_cursor_walk(PATH, ALL[:1], (1, 2)),
    "last_page": last_page(PATH, ALL[1:], (1, 2)),
    "by_a_manager": only_page(PATH, [ONLINE_STORE]),
    "by_a_manager_archived": only_page(PATH, [], "is_active=false"),
    "by_a_member": NOT_AUTHORIZED,
}


def test_a_name_is_found_with_its_client_and_among_what_the_caller_manages(api: Api) -> None:
    clients = [api_records.client(api, name)["id"] for name in ("One", "Other")]
    made = [api_records.project(api, "Straße", client_id=client_id)["id"] for client_id in clients]
    manager = api_records.manager(api, made[1])

    def found(reader: Api, client_id: int) -> list[int]:
        return ids(reader.get(f"{PATH}?name=%20STRASSE&client_id={client_id}"))

    assert [found(api, client_id) for client_id in clients] == [[made[0]], [made[1]]]
    assert [found(manager, client_id) for client_id in clients] == [[], [made[1]]]


@pytest.fixture
def six(api: Api) -> Api:
    """Six projects of two clients in turn, every third archived."""
    clients = [api_records.client(api, name)["id"] for name in ("Odd", "Even")]
    for number in range(6):
        api_records.project(api, f"Project {number}", client_id=clients[number % 2], is_active=number % 3 != 0)
    return api


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", [6, 5, 4, 3, 2, 1]),
        ("is_active=true", [6, 5, 3, 2]),
        ("is_active=false", [4, 1]),
        ("client_id=1", [5, 3, 1]),
        ("client_id=2&is_active=false", [4]),
        ("client_id=1&is_active=true&updated_since=2017-01-01", [5, 3]),
        ("client_id=2&updated_since=2999-01-01", []),
    ],
)
@pytest.mark.parametrize("managed", [None, {2, 3, 4, 6, 99}])
def test_filters_narrow_the_list_and_managers_see_their_projects_of_it(
    query: str, wanted: list[int], managed: set[int] | None, six: Api
) -> None:
    reader = six if managed is None else api_records.manager(six, *managed)
    seen = [item for item in wanted if managed is None or item in managed]

    whole = reader.get(f"{PATH}?{query}")
    first = reader.get(f"{PATH}?per_page=2&{query}")

    assert ids(whole) == seen
    assert ids(first, *walk(reader, first, "next")) == seen
    assert (whole.body["total_entries"], first.body["total_entries"]) == (len(seen), len(seen))


def test_a_cursor_is_good_for_its_own_client_only(six: Api) -> None:
    following = six.get(f"{PATH}?client_id=1&per_page=1").body["links"]["next"]

    assert [six.follow(following.replace("client_id=1", f"client_id={literal}")).status for literal in (1, 2)] == [
        200,
        422,
    ]


def test_a_manager_of_no_project_sees_an_empty_list(six: Api) -> None:
    assert api_records.manager(six).get(PATH).body["projects"] == []


def test_a_project_moves_from_client_to_client_with_its_counts(six: Api) -> None:
    moved = six.patch(f"{PATH}/5", {"client_id": 2}).body

    lists = [six.get(f"{PATH}?client_id={literal}&is_active=true&per_page=1").body for literal in (1, 2)]

    assert moved["client"]["id"] == 2
    assert [item["total_entries"] for item in lists] == [1, 3]
