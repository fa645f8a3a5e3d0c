"""GET /v2/roles."""

from tests.functions import api_records
from tests.functions.examples import DESIGNER, NOT_AUTHORIZED
from tests.functions.pages import only_page, page
from tests.support.api import Api

PATH = "/v2/roles"
EXPECTED = {
    "all": only_page(PATH, [DESIGNER]),
    "page_beyond_the_end": page(
        PATH,
        [],
        ("page=1&per_page=3&ref=first", None, "page=1&per_page=3&ref=previous", "page=1&per_page=3&ref=last"),
        (3, 1),
        (None, 1, 2),
    ),
    "by_a_manager": NOT_AUTHORIZED,
}


def test_roles_are_listed_the_newest_first(api: Api) -> None:
    made = [api_records.role(api, name) for name in ("Designer", "Writer")]

    assert api.get(PATH).body["roles"] == made[::-1]
