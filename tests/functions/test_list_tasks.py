"""GET /v2/tasks."""

import json
import re
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sheaf.domain.identity import AccountId
from sheaf.domain.task import TaskFields
from sheaf.domain.values import Timestamp
from sheaf.store import tasks
from tests.functions import pages
from tests.functions.examples import (
    BUSINESS_DEVELOPMENT,
    CURSOR,
    GRAPHIC_DESIGN,
    NOT_AUTHENTICATED,
    NOT_AUTHORIZED,
    NOT_FOUND,
    PROGRAMMING,
    PROJECT_MANAGEMENT,
    RECENT,
    RESEARCH,
    answer_to,
    task,
    unreadable,
)
from tests.functions.pages import ids, walk
from tests.support.accounts import DemoToRead
from tests.support.api import NOW, Api
from tests.support.example_requests import example_event
from tools.template import PROJECT

ALL = [BUSINESS_DEVELOPMENT, RESEARCH, PROJECT_MANAGEMENT, PROGRAMMING, GRAPHIC_DESIGN]


DELETED = task(6, "Photography", deleted_at=RECENT)
TASKS = "/v2/tasks"
page = partial(pages.page, TASKS)
only_page = partial(pages.only_page, TASKS)

FIRST, LAST = "page=1&per_page=2&ref=first", "page=3&per_page=2&ref=last"

EXPECTED = {
    "all": only_page(ALL),
    "active": only_page(ALL, "is_active=true"),
    "archived": only_page([], "is_active=false"),
    "of_a_name": only_page([GRAPHIC_DESIGN], "name=graphic+DESIGN"),
    "deleted": only_page([DELETED], "is_deleted=true"),
    "deleted_of_a_name": only_page([DELETED], "is_deleted=true&name=PHOTOGRAPHY"),
    "deleted_and_archived": only_page([], "is_active=false&is_deleted=true"),
    "not_deleted": only_page(ALL, "is_deleted=false"),
    "unreadable_is_deleted": unreadable("Invalid is_deleted provided: 'perhaps'; it must be true or false"),
    "of_a_free_name": only_page([], "name=Graphic"),
    "of_a_name_archived": only_page([], "is_active=false&name=Graphic+Design"),
    "updated_since": only_page(ALL, "updated_since=2017-06-26T21%3A20%3A07Z"),
    "updated_since_a_day_to_come": only_page([], "updated_since=2999-12-31"),
    "updated_since_and_active": page(
        ALL[:3],
        (
            "is_active=1&page=1&per_page=3&ref=first&updated_since=2017-06-26+21%3A20",
            f"cursor={CURSOR}&is_active=1&per_page=3&ref=next_cursor&updated_since=2017-06-26+21%3A20",
            None,
            "is_active=1&page=2&per_page=3&ref=last&updated_since=2017-06-26+21%3A20",
        ),
        cut=(3, 5),
        numbers=(2, None, 1),
    ),
    "first_page": page(ALL[:2], (FIRST, "page=2&per_page=2&ref=next", None, LAST), cut=(2, 5), numbers=(2, None, 1)),
    "second_page": page(
        ALL[2:4],
        (FIRST, "page=3&per_page=2&ref=next", "page=1&per_page=2&ref=previous", LAST),
        cut=(2, 5),
        numbers=(3, 1, 2),
    ),
    "last_page": page(ALL[4:], (FIRST, None, "page=2&per_page=2&ref=previous", LAST), cut=(2, 5), numbers=(None, 2, 3)),
    "page_beyond_the_end": page(
        [], (FIRST, None, "page=8&per_page=2&ref=previous", LAST), cut=(2, 5), numbers=(None, 8, 9)
    ),
    "start_of_a_cursor_walk": page(
        ALL[:2],
        (FIRST, f"cursor={CURSOR}&per_page=2&ref=next_cursor", None, LAST),
        cut=(2, 5),
        numbers=(2, None, 1),
    ),
    "parameters_of_the_callers_own": only_page(ALL, "is_active=&sort=name", 5),
    "token_in_the_query": only_page(ALL, "account_id=1"),
    "by_a_manager": page(
        ALL[:1],
        ("page=1&per_page=1&ref=first", "page=2&per_page=1&ref=next", None, "page=5&per_page=1&ref=last"),
        cut=(1, 5),
        numbers=(2, None, 1),
    ),
    "by_a_member": NOT_AUTHORIZED,
    "with_a_wrong_token": NOT_AUTHENTICATED,
    "without_an_account": NOT_FOUND,
}


FILTERS = [
    "",
    "is_active=true",
    "is_active=false",
    "updated_since=2017-03-01T08:00:04Z",
    "is_active=1&updated_since=2000-01-01",
]


@pytest.fixture
def eleven(api: Api) -> Api:
    """Eleven tasks, every third archived, the n-th last changed n seconds after 2017-03-01T08:00:00Z."""
    for number in range(1, 12):
        fields = TaskFields(name=f"Task {number}", is_active=number % 3 != 0)
        tasks.create(AccountId(1), fields, Timestamp(f"2017-03-01T08:00:{number:02d}Z"))
    return api


def matches(task: dict[str, Any], query: str) -> bool:
    """What the filter means, said once more without the store."""
    wanted = dict(pair.split("=") for pair in query.split("&") if pair)
    state = {"true": True, "1": True, "false": False}.get(wanted.get("is_active", ""))
    return state in (None, task["is_active"]) and task["updated_at"] >= wanted.get("updated_since", "")


@pytest.mark.parametrize("query", FILTERS)
@pytest.mark.parametrize("per_page", [1, 2, 3, 4, 11, 12])
def test_a_walk_by_cursor_meets_each_task_once_there_and_back(per_page: int, query: str, eleven: Api) -> None:
    everything = eleven.get("/v2/tasks").body["tasks"]
    wanted = [task["id"] for task in everything if matches(task, query)]

    first = eleven.get(f"/v2/tasks?per_page={per_page}&{query}")
    there = [first, *walk(eleven, first, "next")]
    back = [*walk(eleven, there[-1], "previous")]

    assert ids(*there) == wanted
    assert [ids(answer) for answer in back] == [ids(answer) for answer in there[-2::-1]]
    assert {len(ids(answer)) for answer in there[:-1]} <= {per_page}


@pytest.mark.parametrize("query", FILTERS)
@pytest.mark.parametrize("per_page", [1, 3, 4, 11])
def test_a_walk_by_page_number_is_the_walk_by_cursor(per_page: int, query: str, eleven: Api) -> None:
    first = eleven.get(f"/v2/tasks?per_page={per_page}&{query}")
    by_cursor = [first, *walk(eleven, first, "next")]

    first = eleven.get(f"/v2/tasks?per_page={per_page}&page=1&{query}")
    by_number = [first, *walk(eleven, first, "next")]

    assert [answer.body["tasks"] for answer in by_number] == [answer.body["tasks"] for answer in by_cursor]
    assert [answer.body["page"] for answer in by_number] == list(range(1, len(by_number) + 1))


@pytest.mark.parametrize("query", FILTERS)
def test_every_page_knows_the_exact_length_of_the_list(query: str, eleven: Api) -> None:
    everything = eleven.get("/v2/tasks").body["tasks"]
    total = sum(matches(task, query) for task in everything)

    first = eleven.get(f"/v2/tasks?per_page=2&{query}")
    pages = [first, *walk(eleven, first, "next"), eleven.get(f"/v2/tasks?per_page=2&page=3&{query}")]

    assert {(answer.body["total_entries"], answer.body["total_pages"]) for answer in pages} == {(total, -(-total // 2))}


def test_a_walk_by_cursor_has_page_numbers_at_its_two_ends_only(eleven: Api) -> None:
    first = eleven.get("/v2/tasks?per_page=3")
    pages = [first, *walk(eleven, first, "next")]

    numbers = [[answer.body[name] for name in ("previous_page", "page", "next_page")] for answer in pages]
    assert numbers == [[None, 1, 2], [None, None, None], [None, None, None], [3, 4, None]]


@pytest.mark.parametrize("start", ["page=1&", ""])
def test_a_client_that_counts_with_next_page_sees_the_whole_list(start: str, eleven: Api) -> None:
    answer = eleven.get(f"/v2/tasks?{start}per_page=3")
    seen = ids(answer)
    while answer.body["next_page"]:
        answer = eleven.get(f"/v2/tasks?per_page=3&page={answer.body['next_page']}")
        seen += ids(answer)

    assert seen == list(range(11, 0, -1))


def test_a_client_that_counts_up_to_total_pages_sees_the_whole_list(eleven: Api) -> None:
    total_pages = eleven.get("/v2/tasks?per_page=3").body["total_pages"]

    pages = [eleven.get(f"/v2/tasks?per_page=3&page={number}") for number in range(1, total_pages + 1)]

    assert ids(*pages) == list(range(11, 0, -1))


@pytest.mark.parametrize("link", ["first", "last"])
@pytest.mark.parametrize("query", FILTERS)
def test_first_and_last_lead_to_the_two_ends(query: str, link: str, eleven: Api) -> None:
    first = eleven.get(f"/v2/tasks?per_page=3&{query}")
    pages = [first, *walk(eleven, first, "next")]

    end = eleven.follow(pages[1 % len(pages)].body["links"][link])

    assert end.body["tasks"] == pages[{"first": 0, "last": -1}[link]].body["tasks"]


def test_a_cursor_wins_over_a_page_number(eleven: Api) -> None:
    following = eleven.get("/v2/tasks?per_page=3").body["links"]["next"]

    assert ids(eleven.follow(f"{following}&page=1")) == [8, 7, 6]


@pytest.mark.parametrize("query", ["is_active=true", "is_active=false", "updated_since=2017-03-01"])
def test_a_cursor_is_good_for_its_own_filter_only(query: str, eleven: Api) -> None:
    following = eleven.get("/v2/tasks?per_page=3").body["links"]["next"]

    answer = eleven.follow(f"{following}&{query}")

    sentence = "cursor is not valid for this list and filter; begin again without it"
    assert (answer.status, answer.body) == (422, {"message": sentence})


def test_a_cursor_is_good_for_its_own_account_only(eleven: Api, other_api: Api) -> None:
    following = eleven.get("/v2/tasks?per_page=3").body["links"]["next"]

    assert other_api.follow(following).status == 422


def test_the_size_of_the_page_may_change_along_the_way(eleven: Api) -> None:
    following = eleven.get("/v2/tasks?per_page=3").body["links"]["next"]

    assert ids(eleven.follow(following.replace("per_page=3", "per_page=5"))) == [8, 7, 6, 5, 4]


@pytest.mark.parametrize("since", ["2017-03-01T08:00:05Z", "2017-03-01T08:00:05.999Z", "2017-03-01T10:00:05%2B02:00"])
@pytest.mark.parametrize("state", ["", "&is_active=true", "&is_active=false"])
def test_updated_since_includes_its_own_second(since: str, state: str, eleven: Api) -> None:
    answer = eleven.get(f"/v2/tasks?updated_since={since}{state}")

    wanted = {"": range(11, 4, -1), "&is_active=true": (11, 10, 8, 7, 5), "&is_active=false": (9, 6)}[state]
    assert ids(answer) == list(wanted)


def test_a_changed_task_is_in_the_list_of_changes_at_its_old_place(eleven: Api) -> None:
    eleven.patch("/v2/tasks/2", {"name": "Changed"})
    eleven.patch("/v2/tasks/9", {"is_active": True})

    assert ids(eleven.get("/v2/tasks?updated_since=2017-03-02")) == [9, 2]


def states(api: Api) -> dict[str, list[dict[str, Any]]]:
    """The list, its active and its archived half."""
    queries = {"all": "", "active": "?is_active=true", "archived": "?is_active=false"}
    return {name: api.get(f"/v2/tasks{query}").body["tasks"] for name, query in queries.items()}


@pytest.mark.parametrize("is_active", [True, False])
def test_a_new_task_is_listed_at_once(is_active: bool, api: Api) -> None:
    task = api.post("/v2/tasks", {"name": "Design", "is_active": is_active}).body

    assert states(api) == {"all": [task], "active": [task] * is_active, "archived": [task] * (not is_active)}


@pytest.mark.parametrize("is_active", [True, False])
def test_a_change_is_listed_at_once(is_active: bool, api: Api) -> None:
    task_id = api.post("/v2/tasks", {"name": "Design", "is_active": not is_active}).body["id"]

    task = api.patch(f"/v2/tasks/{task_id}", {"name": "Drawing", "is_active": is_active}).body

    assert states(api) == {"all": [task], "active": [task] * is_active, "archived": [task] * (not is_active)}


@pytest.mark.parametrize("is_active", [True, False])
def test_a_deleted_task_is_listed_no_more_at_once(is_active: bool, api: Api) -> None:
    task_id = api.post("/v2/tasks", {"name": "Design", "is_active": is_active}).body["id"]

    api.delete(f"/v2/tasks/{task_id}")

    assert states(api) == {"all": [], "active": [], "archived": []}


@pytest.mark.parametrize("start", ["", "&page=2"])
@pytest.mark.parametrize("authorization", ["", None])
def test_links_carry_the_account_but_never_the_token(start: str, authorization: str | None, eleven: Api) -> None:
    credentials = f"access_token={eleven.token}&account_id=1"
    left_out = {} if authorization is None else {"authorization": authorization, "harvest_account_id": ""}
    first = eleven.get(f"/v2/tasks?per_page=3{start}&{credentials}", **left_out)
    second = eleven.get(first.body["links"]["next"].removeprefix("https://sheaf.test") + f"&{credentials}", **left_out)

    links = [link for answer in (first, second) for link in answer.body["links"].values() if link]
    parameters = [parse_qs(urlsplit(link).query) for link in links]
    assert len(ids(first, second)) == 6
    assert eleven.token not in first.raw + second.raw
    assert [(parameter.get("access_token"), parameter.get("account_id")) for parameter in parameters] == [
        (None, ["1"])
    ] * len(links)


def test_links_repeat_the_callers_parameters_in_alphabetical_order(eleven: Api) -> None:
    links = eleven.get("/v2/tasks?zone=eu%20west&per_page=4&page=2&app=me&ref=next&is_active=").body["links"]

    end = "&zone=eu+west"
    assert links == {
        "first": f"https://sheaf.test/v2/tasks?app=me&is_active=&page=1&per_page=4&ref=first{end}",
        "next": f"https://sheaf.test/v2/tasks?app=me&is_active=&page=3&per_page=4&ref=next{end}",
        "previous": f"https://sheaf.test/v2/tasks?app=me&is_active=&page=1&per_page=4&ref=previous{end}",
        "last": f"https://sheaf.test/v2/tasks?app=me&is_active=&page=3&per_page=4&ref=last{end}",
    }


def test_the_lists_of_two_accounts_have_nothing_in_common(api: Api, other_api: Api) -> None:
    mine, theirs = (item.post("/v2/tasks", {"name": "Design"}).body for item in (api, other_api))

    lists = [item.get("/v2/tasks").body["tasks"] for item in (api, other_api)]

    assert lists == [[mine], [theirs]]


def test_a_new_account_has_an_empty_list_of_one_page(api: Api) -> None:
    answer = api.get("/v2/tasks")

    only = "https://sheaf.test/v2/tasks?page=1&per_page=2000"
    assert answer.body == {
        "tasks": [],
        "per_page": 2000,
        "total_pages": 1,
        "total_entries": 0,
        "next_page": None,
        "previous_page": None,
        "page": 1,
        "links": {"first": only, "next": None, "previous": None, "last": only},
    }


@pytest.mark.parametrize("direction", ["next", "previous"])
def test_from_a_page_that_became_empty_the_way_leads_back(direction: str, eleven: Api) -> None:
    newest = eleven.get("/v2/tasks?per_page=6")
    oldest = eleven.follow(newest.body["links"]["next"])
    start, gone = (newest, oldest) if direction == "next" else (oldest, newest)
    for task_id in ids(gone):
        eleven.delete(f"/v2/tasks/{task_id}")

    empty = eleven.follow(start.body["links"][direction])
    back = eleven.follow(empty.body["links"]["previous" if direction == "next" else "next"])

    assert (ids(empty), ids(back), empty.body["total_entries"]) == ([], ids(start), len(ids(start)))


def test_times_of_creation_have_no_say_in_the_order(api: Api) -> None:
    for number, moment in enumerate((NOW, Timestamp("2001-01-01T00:00:00Z"), Timestamp("2038-01-19T03:14:08Z"))):
        tasks.create(AccountId(1), TaskFields(name=f"Task {number}"), moment)

    assert ids(api.get("/v2/tasks")) == [3, 2, 1]


def test_the_first_call_of_the_readme_gets_the_answer_that_it_shows(to_read: DemoToRead) -> None:
    readme = (PROJECT / "README.md").read_text()
    (address,) = re.findall(r'^curl "http://127.0.0.1:3000([^"]*)"', readme, re.MULTILINE)
    (shown,) = re.findall(r"^```json\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    shown = re.sub(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", RECENT, shown).replace("cursor=...&", f"cursor={CURSOR}&")
    with to_read.in_use():
        answer = answer_to("list_tasks", example_event("GET", address), to_read.started)
    assert (answer.status, json.loads(answer.body)) == (200, json.loads(shown))
