"""GET /v2/clients."""

from tests.functions import api_records
from tests.functions.examples import INDUSTRIES, NOT_AUTHORIZED
from tests.functions.pages import only_page, page
from tests.support.api import Api

PATH = "/v2/clients"
ALL = [INDUSTRIES]

EXPECTED = {
    "all": only_page(PATH, ALL),
    "active": only_page(PATH, ALL, "is_active=true"),
    "archived": only_page(PATH, [], "is_active=false"),
    "of_a_name": only_page(PATH, ALL, "name=123+INDUSTRIES"),
    "updated_since": only_page(PATH, ALL, "updated_since=2017-06-26T21%3A20%3A07Z"),
    "updated_since_a_day_to_come": only_page(PATH, [], "updated_since=2999-12-31"),
    "page_beyond_the_end": page(
        PATH,
        [],
        ("page=1&per_page=1&ref=first", None, "page=1&per_page=1&ref=previous", "page=1&per_page=1&ref=last"),
        (1, 1),
        (None, 1, 2),
    ),
    "by_a_manager": only_page(PATH, ALL),
    "by_a_member": NOT_AUTHORIZED,
}


def test_a_change_of_state_moves_a_client_from_list_to_list_at_once(api: Api) -> None:
    kept, archived = api_records.client(api, "Kept"), api_records.client(api, "Archived")
    archived = api.patch(f"{PATH}/{archived['id']}", {"is_active": False}).body

    lists = [api.get(f"{PATH}{query}").body["clients"] for query in ("", "?is_active=true", "?is_active=false")]

    assert lists == [[archived, kept], [kept], [archived]]


def test_the_lists_of_two_accounts_have_nothing_in_common(api: Api, other_api: Api) -> None:
    mine, theirs = (api_records.client(item, "ACME") for item in (api, other_api))

    assert [item.get(PATH).body["clients"] for item in (api, other_api)] == [[mine], [theirs]]
