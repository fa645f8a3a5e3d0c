"""GET /v2/time_entries."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.functions import api_records
from tests.functions.examples import MIAS_TIME, MIAS_TIME_WITH_RATE, Whole, unreadable
from tests.functions.pages import ids, only_page, page, walk
from tests.support.api import Api

PATH = "/v2/time_entries"
FULL = [MIAS_TIME_WITH_RATE]


def full(query: str = "") -> Whole:
    return only_page(PATH, FULL, query)


def empty(query: str) -> Whole:
    return only_page(PATH, [], query)


EXPECTED = {
    "all": full(),
    "by_a_member": only_page(PATH, [MIAS_TIME]),
    "by_a_manager": only_page(PATH, [MIAS_TIME]),
    "by_a_member_of_another_user": empty("user_id=1"),
    "of_a_user": full("user_id=3"),
    "of_a_user_without_time": empty("user_id=1"),
    "of_a_client": full("client_id=1"),
    "of_an_unknown_client": empty("client_id=99"),
    "of_a_project": full("project_id=1"),
    "of_a_project_without_time": empty("project_id=2"),
    "of_a_task": full("task_id=2"),
    "of_a_task_without_time": empty("task_id=1"),
    "of_an_external_reference": empty("external_reference_id=7"),
    "billed": empty("is_billed=true"),
    "not_billed": full("is_billed=false"),
    "running": empty("is_running=true"),
    "not_running": full("is_running=0"),
    "unsubmitted": full("approval_status=unsubmitted"),
    "approved": empty("approval_status=approved"),
    "from_a_day": full("from=2026-11-20"),
    "to_a_day": empty("to=20261119"),
    "from_and_to": full("from=2026-11-01&to=2026-11-30"),
    "updated_since": full("updated_since=2017-06-26T21%3A20%3A07Z"),
    "updated_since_a_day_to_come": empty("updated_since=2999-12-31"),
    "everything_at_once": full(
        "client_id=1&from=2026-11-20&is_billed=false&project_id=1&task_id=2&to=2026-11-20&user_id=3"
    ),
    "page_beyond_the_end": page(
        PATH,
        [],
        ("page=1&per_page=1&ref=first", None, "page=1&per_page=1&ref=previous", "page=1&per_page=1&ref=last"),
        (1, 1),
        (None, 1, 2),
    ),
    "unreadable_user_id": unreadable("user_id must be a positive integer below 2^53"),
    "unreadable_from": unreadable("Invalid from provided: 'tomorrow'; it must be a date such as 2026-11-21"),
    "unreadable_is_running": unreadable("Invalid is_running provided: 'maybe'; it must be true or false"),
    "unreadable_approval_status": unreadable(
        "Invalid approval_status provided: 'perhaps'; it must be unsubmitted, submitted or approved"
    ),
}


@dataclass(frozen=True)
class Crew:
    """An administrator (user 1), a member (2), a manager of project 1 (3), and all their time as the first sees it."""

    admin: Api
    member: Api
    manager: Api
    entries: list[dict[str, Any]]


@pytest.fixture
def crew(api: Api) -> Crew:
    """Two clients with two projects each and two tasks on all of them; 24 entries on nine days of three months."""
    tasks = [api_records.task(api, name)["id"] for name in ("Design", "Print")]
    for number in range(4):
        client_id = api_records.client(api, f"Client {number}")["id"] if number < 2 else number - 1
        project = api_records.project(api, f"Project {number}", client_id=client_id)
        for task_id in tasks:
            api_records.assignment(api, project["id"], task_id)
    member, manager = api_records.member(api, 1, 2, 3, 4), api_records.manager(api, 1, assigned=frozenset({2, 3, 4}))
    for number in range(24):
        api_records.time_entry(
            (api, member, manager)[number % 3],
            1 + number // 3 % 4,
            1 + number % 2,
            spent_date=f"2026-{9 + number % 3:02}-{10 + number * 7 % 9:02}",
            external_reference={"id": number % 5} if number % 4 == 0 else None,
        )
    entries = api.get(PATH).body["time_entries"]
    assert len(entries) == 24
    return Crew(api, member, manager, entries)


def fits(entry: dict[str, Any], query: str) -> bool:
    """What the filter means, said once more without the store."""
    wanted = dict(pair.split("=") for pair in query.split("&") if pair)
    client_of = entry["client"]["id"]
    reference_of = (entry["external_reference"] or {}).get("id")
    given = {
        "user_id": entry["user"]["id"],
        "client_id": client_of,
        "project_id": entry["project"]["id"],
        "task_id": entry["task"]["id"],
        "external_reference_id": reference_of,
    }
    return (
        all(str(given[name]) == value for name, value in wanted.items() if name in given)
        and wanted.get("from", "") <= entry["spent_date"] <= wanted.get("to", "9999")
        and wanted.get("updated_since", "") <= entry["updated_at"]
    )


QUERIES = [
    "",
    "user_id=1",
    "user_id=2",
    "client_id=1",
    "project_id=1",
    "project_id=2",
    "task_id=2",
    "external_reference_id=0",
    "from=2026-10-12",
    "to=2026-10-12",
    "from=2026-09-15&to=2026-10-15",
    "updated_since=2017-01-01",
    "updated_since=2017-01-01&from=2026-10-01",
    "user_id=1&project_id=1",
    "user_id=3&client_id=1&from=2026-09-11",
    "project_id=1&client_id=2",
    "task_id=1&project_id=3&to=2026-11-01",
]


@pytest.mark.parametrize("query", QUERIES)
def test_a_filter_leaves_what_fits_of_what_its_reader_may_see(query: str, crew: Crew) -> None:
    wanted = [entry for entry in crew.entries if fits(entry, query)]
    readers = [
        (crew.admin, wanted),
        (crew.member, [item for item in wanted if item["user"]["id"] == 2]),
        (crew.manager, [item for item in wanted if item["user"]["id"] == 3 or item["project"]["id"] == 1]),
    ]
    for reader, seen in readers:
        whole = reader.get(f"{PATH}?{query}")
        first = reader.get(f"{PATH}?per_page=5&{query}")

        assert ids(whole) == [item["id"] for item in seen]
        assert ids(first, *walk(reader, first, "next")) == ids(whole)
        assert (whole.body["total_entries"], first.body["total_entries"]) == (len(seen), len(seen))


def test_the_newest_day_comes_first_and_within_a_day_the_newest_entry(crew: Crew) -> None:
    order = [(entry["spent_date"], entry["id"]) for entry in crew.entries]

    assert order == sorted(order, reverse=True)


def test_a_change_is_listed_at_once_at_its_new_place(crew: Crew) -> None:
    entry = crew.entries[10]

    moved = crew.admin.patch(f"{PATH}/{entry['id']}", {"spent_date": "2027-01-01", "project_id": 4}).body

    rest = [item for item in crew.entries if item != entry]
    assert crew.admin.get(PATH).body["time_entries"] == [moved, *rest]
    for query in ("project_id=4", "from=2027-01-01", f"user_id={entry['user']['id']}"):
        listed = crew.admin.get(f"{PATH}?{query}&per_page=1").body
        assert listed["time_entries"] == [moved]
        assert listed["total_entries"] == sum(fits(item, query) for item in [moved, *rest])


@pytest.mark.parametrize("query", ["", "project_id=1", "user_id=2", "from=2026-10-01", "updated_since=2017-01-01"])
def test_a_cursor_is_good_for_its_own_filter_only(query: str, crew: Crew) -> None:
    following = crew.admin.get(f"{PATH}?{query}&per_page=1").body["links"]["next"]

    assert crew.admin.follow(following).status == 200
    assert crew.admin.follow(f"{following}&task_id=1").status == 422
