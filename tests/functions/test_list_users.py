"""GET /v2/users."""

from sheaf.domain.identity import Role
from tests.functions import api_records
from tests.functions.examples import ADMIN_ADA, MANAGER_MAX, MEMBER_MIA, NEWCOMER_OTTO, NOT_AUTHORIZED
from tests.functions.pages import only_page, page
from tests.support.api import Api

PATH = "/v2/users"
ALL = [NEWCOMER_OTTO, MEMBER_MIA, MANAGER_MAX, ADMIN_ADA]

EXPECTED = {
    "all": only_page(PATH, ALL),
    "active": only_page(PATH, ALL, "is_active=true"),
    "archived": only_page(PATH, [], "is_active=false"),
    "updated_since": only_page(PATH, ALL, "updated_since=2017-06-26T21%3A20%3A07Z"),
    "updated_since_a_day_to_come": only_page(PATH, [], "updated_since=2999-12-31"),
    "page_beyond_the_end": page(
        PATH,
        [],
        ("page=1&per_page=4&ref=first", None, "page=1&per_page=4&ref=previous", "page=1&per_page=4&ref=last"),
        (4, 4),
        (None, 1, 2),
    ),
    "by_a_manager": NOT_AUTHORIZED,
}


def test_who_is_archived_moves_from_list_to_list_at_once(api: Api) -> None:
    _, gone = api_records.person(api, Role.MEMBER)
    api.patch(f"{PATH}/{gone}", {"is_active": False})

    lists = [api.get(f"{PATH}{query}").body["users"] for query in ("?is_active=true", "?is_active=false")]

    assert [[user["id"] for user in users] for users in lists] == [[1], [gone]]


def test_the_lists_of_two_accounts_have_nothing_in_common(api: Api, other_api: Api) -> None:
    api_records.person(api, Role.MEMBER)

    assert [len(item.get(PATH).body["users"]) for item in (api, other_api)] == [2, 1]
