"""GET /v2/imports."""

from sheaf.domain.identity import Account
from sheaf.domain.imports.job import ImportFields
from sheaf.store.imports import jobs
from tests.functions import api_records
from tests.functions.examples import ADAS_IMPORT, NOT_AUTHORIZED
from tests.functions.pages import only_page, page, walk
from tests.support.api import NOW, Api

PATH = "/v2/imports"

EXPECTED = {
    "all": only_page(PATH, [ADAS_IMPORT]),
    "page_beyond_the_end": page(
        PATH,
        [],
        ("page=1&per_page=1&ref=first", None, "page=1&per_page=1&ref=previous", "page=1&per_page=1&ref=last"),
        (1, 1),
        (None, 1, 2),
    ),
    "by_a_manager": NOT_AUTHORIZED,
    "by_a_member": NOT_AUTHORIZED,
}


def test_the_list_and_the_imports_one_by_one_are_the_same_but_for_the_report(account: Account, api: Api) -> None:
    for _ in range(3):
        api_records.new_import(api)
    api_records.run_import(api, 1, "created")
    api_records.run_import(api, 2)
    api_records.end_import(api, 2, "failed")
    jobs.create(account.id, ImportFields(), None, NOW)

    listed = api.get(PATH).body["imports"]

    alone = [api.get(f"{PATH}/{number}").body for number in (4, 3, 2, 1)]
    reports = [item.pop("report") is not None for item in alone]
    assert listed == alone
    assert reports == [False, False, True, False]
    assert [item["user"] and item["user"]["name"] for item in listed] == [None, *["Ada Admin"] * 3]


def test_a_walk_meets_every_import_once_the_newest_first(api: Api) -> None:
    for _ in range(5):
        api_records.new_import(api)

    first = api.get(f"{PATH}?per_page=2")
    pages = [first, *walk(api, first, "next")]

    assert [[item["id"] for item in each.body["imports"]] for each in pages] == [[5, 4], [3, 2], [1]]
    assert {each.body["total_entries"] for each in pages} == {5}


def test_the_imports_of_two_accounts_have_nothing_in_common(api: Api, other_api: Api) -> None:
    mine, theirs = (
        api_records.new_import(item, file_name=name) for item, name in ((api, "mine"), (other_api, "theirs"))
    )

    shown = [[item["file_name"] for item in each.get(PATH).body["imports"]] for each in (api, other_api)]

    assert (mine["id"], theirs["id"], shown) == (1, 1, [["mine"], ["theirs"]])
