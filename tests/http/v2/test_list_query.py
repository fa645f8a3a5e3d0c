"""The query of a list, and the envelope that answers it (Harvest v2, "Pagination")."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheaf.domain.errors import InvalidError, MalformedError, SheafError
from sheaf.domain.identity import Account, AccountId, Caller, Role, User
from sheaf.domain.paging import Cursor, Filter, Page, PageRequest
from sheaf.domain.values import ID_LIMIT, Id, Timestamp
from sheaf.http.error_responses import error_response
from sheaf.http.request import Request
from sheaf.http.v2.list_query import ListQuery, read_list_query
from sheaf.http.v2.page_token import read_cursor, write_cursor

NOW = Timestamp("2026-03-01T08:00:00Z")
ACCOUNT = Account(AccountId(1), "Demo", bytes(32), NOW)
USER = User(Id(1), "A", "B", "a@b", Role.ADMINISTRATOR, frozenset(), frozenset(), True, NOW, NOW)
SCOPE = "list_tasks /v2/tasks?is_active=None&since=None"


@dataclass(frozen=True)
class Record:
    id: Id


def _call(query: str = "", account: Account = ACCOUNT) -> Request:
    return Request(path="/v2/tasks", raw_query=query, base_url="https://sheaf.test", caller=Caller(account, USER))


def _read(query: str = "") -> ListQuery:
    return read_list_query(_call(query), "list_tasks")


def _cursor(direction: str, number: int, scope: str = SCOPE) -> str:
    return write_cursor(Cursor(direction, Id(number)), ACCOUNT.paging_key, scope)  # type: ignore[arg-type]


def _page(*ids: int, total: int, newer: bool, older: bool) -> Page[Record]:
    return Page([Record(Id(number)) for number in ids], total, has_newer=newer, has_older=older)


def _reply(query: str, page: Page[Record]) -> dict[str, Any]:
    response = _read(query).response("tasks", page, lambda record: {"id": record.id})
    assert (response.status, response.headers) == (200, {})
    return dict(response.body)


def _numbers(body: dict[str, Any]) -> tuple[object, object, object]:
    return body["page"], body["next_page"], body["previous_page"]


# ------------------------------------------------------------ what is read


@pytest.mark.parametrize(
    ("query", "wanted", "paging"),
    [
        ("", Filter(), PageRequest()),
        ("is_active=true", Filter(is_active=True), PageRequest()),
        ("is_active=TRUE", Filter(is_active=True), PageRequest()),
        ("is_active=1", Filter(is_active=True), PageRequest()),
        ("is_active=false", Filter(is_active=False), PageRequest()),
        ("is_active=0", Filter(is_active=False), PageRequest()),
        ("is_active=+false+", Filter(is_active=False), PageRequest()),
        ("is_active=true&is_active=false", Filter(is_active=False), PageRequest()),
        ("updated_since=2017-06-26T21:20:07Z", Filter(updated_since=Timestamp("2017-06-26T21:20:07Z")), PageRequest()),
        (
            "updated_since=2017-06-26T21:20:07+02:00",
            Filter(updated_since=Timestamp("2017-06-26T19:20:07Z")),
            PageRequest(),
        ),
        ("updated_since=2010-09-25+18:30", Filter(updated_since=Timestamp("2010-09-25T18:30:00Z")), PageRequest()),
        ("page=1", Filter(), PageRequest(page=1)),
        ("page=007", Filter(), PageRequest(page=7)),
        (f"page={ID_LIMIT - 1}", Filter(), PageRequest(page=ID_LIMIT - 1)),
        ("per_page=1", Filter(), PageRequest(per_page=1)),
        ("per_page=2000", Filter(), PageRequest(per_page=2000)),
        ("page=2&per_page=50", Filter(), PageRequest(per_page=50, page=2)),
        ("is_active=&updated_since=&page=&per_page=&cursor=", Filter(), PageRequest()),
        ("is_active=+&page=%09&cursor=%20", Filter(), PageRequest()),
        ("ref=first&project_id=5&unknown=%F0%9F%98%80", Filter(), PageRequest()),
        ("IS_ACTIVE=true&Page=2", Filter(), PageRequest()),
    ],
)
def test_a_query_is_read(query: str, wanted: Filter, paging: PageRequest) -> None:
    read = _read(query)
    assert (read.filter, read.paging) == (wanted, paging)


@pytest.mark.parametrize("direction", ["after", "before"])
def test_a_cursor_is_read_and_wins_over_a_page_number(direction: str) -> None:
    cursor = Cursor(direction, Id(5))  # type: ignore[arg-type]
    text = _cursor(direction, 5)
    assert _read(f"cursor={text}").paging == PageRequest(cursor=cursor)
    assert _read(f"cursor={text}&page=3&per_page=10").paging == PageRequest(per_page=10, cursor=cursor)
    assert _read(f"cursor={text}&page=rubbish").paging == PageRequest(cursor=cursor)


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("is_active=yes", 400, "Invalid is_active provided: 'yes'; it must be true or false"),
        ("is_active=2", 400, "Invalid is_active provided: '2'; it must be true or false"),
        ("is_active=null", 400, "Invalid is_active provided: 'null'; it must be true or false"),
        ("is_active=true&is_active=x", 400, "Invalid is_active provided: 'x'; it must be true or false"),
        ("is_active=" + "x" * 99, 400, f"Invalid is_active provided: '{'x' * 50}'; it must be true or false"),
        ("is_active=%0A%22", 400, "Invalid is_active provided: '\"'; it must be true or false"),
        ("updated_since=yesterday", 400, 'Invalid updated_since datetime provided: "yesterday"'),
        (
            "updated_since=2020-05-03T14:43:13B02:00",
            400,
            'Invalid updated_since datetime provided: "2020-05-03T14:43:13B02:00"',
        ),
        ("page=0", 400, "Invalid page provided: '0'; it must be a whole number from 1 on"),
        ("page=-1", 400, "Invalid page provided: '-1'; it must be a whole number from 1 on"),
        ("page=1.5", 400, "Invalid page provided: '1.5'; it must be a whole number from 1 on"),
        ("page=one", 400, "Invalid page provided: 'one'; it must be a whole number from 1 on"),
        ("page=%EF%BC%91", 400, "Invalid page provided: '\uff11'; it must be a whole number from 1 on"),
        (f"page={ID_LIMIT}", 400, f"Invalid page provided: '{ID_LIMIT}'; it must be a whole number from 1 on"),
        ("page=" + "9" * 9999, 400, f"Invalid page provided: '{'9' * 50}'; it must be a whole number from 1 on"),
        ("per_page=0", 422, "per_page must be between 1 and 2000"),
        ("per_page=2001", 422, "per_page must be between 1 and 2000"),
        ("per_page=-1", 422, "per_page must be between 1 and 2000"),
        ("per_page=1e3", 422, "per_page must be between 1 and 2000"),
        ("per_page=all", 422, "per_page must be between 1 and 2000"),
        ("per_page=" + "9" * 9999, 422, "per_page must be between 1 and 2000"),
        ("cursor=x", 422, "cursor is not valid for this list and filter; begin again without it"),
        (
            "cursor=eyJhZnRlciI6eyJpZCI6MzAwN319",
            422,
            "cursor is not valid for this list and filter; begin again without it",
        ),
        ("cursor=x&page=1", 422, "cursor is not valid for this list and filter; begin again without it"),
        ("a=%ff", 400, "The query string is not UTF-8 once its percent signs are decoded"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_query_that_cannot_be_meant_is_refused_and_named(query: str, status: int, message: str) -> None:
    with pytest.raises((MalformedError, InvalidError)) as refusal:
        _read(query)
    response = error_response(refusal.value)
    assert (response.status, response.body) == (status, {"message": message})


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["is_active", "updated_since", "page", "per_page", "cursor", "ref"]),
            st.text(max_size=8) | st.sampled_from(["true", "1", "2026-01-01", "", "2000"]),
        ),
        max_size=5,
    )
)
def test_any_query_is_read_or_refused_with_a_status_of_the_callers_fault(parameters: list[tuple[str, str]]) -> None:
    try:
        read = _read(urlencode(parameters))
    except SheafError as refusal:
        assert error_response(refusal).status in (400, 422)  # noqa: PT017 - both ends are right
        return
    assert 1 <= read.paging.per_page <= 2000


# ------------------------------------------------------------ whose cursor


@pytest.mark.parametrize(
    ("made_for", "used_with"),
    [
        ("", "is_active=true"),
        ("is_active=true", ""),
        ("is_active=true", "is_active=false"),
        ("", "updated_since=2026-01-01"),
        ("updated_since=2026-01-01", "updated_since=2026-01-02"),
        ("is_active=true&updated_since=2026-01-01", "updated_since=2026-01-01"),
    ],
)
def test_a_cursor_is_good_for_the_filter_it_was_made_for_alone(made_for: str, used_with: str) -> None:
    cursor = _cursor("after", 5, _read(made_for).scope)
    assert _read(f"{made_for}&cursor={cursor}").paging.cursor == Cursor("after", Id(5))
    with pytest.raises(InvalidError):
        _read(f"{used_with}&cursor={cursor}")


def test_a_filter_may_be_spelled_in_another_way_on_the_next_page() -> None:
    cursor = _cursor("after", 5, _read("is_active=true&updated_since=2026-01-01").scope)
    other = f"updated_since=2026-01-01T01:00:00%2B01:00&is_active=1&per_page=7&cursor={cursor}"
    assert _read(other).paging.cursor == Cursor("after", Id(5))


def test_a_cursor_is_good_for_its_list_and_its_account_alone() -> None:
    cursor = _cursor("after", 5)
    with pytest.raises(InvalidError):
        read_list_query(_call(f"cursor={cursor}"), "list_projects")
    with pytest.raises(InvalidError):
        read_list_query(_call(f"cursor={cursor}", Account(AccountId(2), "Other", bytes(31) + b"1", NOW)), "list_tasks")


@pytest.mark.parametrize(
    ("made_for", "used_with"),
    [
        ("", "client_id=7"),
        ("client_id=7", ""),
        ("client_id=7", "client_id=8"),
        ("client_id=7&is_active=true", "client_id=7"),
        ("client_id=7", "project_id=7"),
    ],
)
def test_a_cursor_is_good_for_the_lists_own_filter_alone(made_for: str, used_with: str) -> None:
    def read(query: str) -> ListQuery:
        return read_list_query(_call(query), "list_projects", "client_id")

    cursor = _cursor("after", 5, read(made_for).scope)
    assert read(f"{made_for}&unknown=1&cursor={cursor}").paging.cursor == Cursor("after", Id(5))
    with pytest.raises(InvalidError):
        read(f"{used_with}&cursor={cursor}")


def test_a_cursor_of_one_projects_list_is_refused_for_anothers() -> None:
    def read(project_id: int, query: str = "") -> ListQuery:
        request = replace(_call(query), path=f"/v2/projects/{project_id}/task_assignments")
        return read_list_query(request, "list_project_task_assignments")

    cursor = _cursor("after", 5, read(1).scope)
    assert read(1, f"cursor={cursor}").paging.cursor == Cursor("after", Id(5))
    for other in (2, 11):
        with pytest.raises(InvalidError):
            read(other, f"cursor={cursor}")


@given(st.lists(st.tuples(st.text(), st.text()), min_size=2, max_size=2, unique=True))
def test_no_two_filters_have_the_same_scope(values: list[tuple[str, str]]) -> None:
    def scope(one: str, other: str) -> str:
        query = urlencode({"one": one, "other": other}, errors="replace")
        return read_list_query(_call(query), "list", "one", "other").scope

    first, second = values
    stripped = [tuple(text.encode(errors="replace").decode().strip() for text in each) for each in values]
    assert (stripped[0] == stripped[1]) == (scope(*first) == scope(*second))


# ------------------------------------------------------------ the envelope


@dataclass(frozen=True)
class Dated:
    id: Id
    day: str


@pytest.mark.parametrize("query", ["", "page=2"])
def test_in_a_list_that_runs_by_days_a_cursor_names_the_day(query: str) -> None:
    records = [Dated(Id(3), "2026-02-01"), Dated(Id(9), "2026-01-31")]
    read = _read(f"{query}&per_page=2")
    links = read.response(
        "entries",
        Page(records, 9, has_newer=True, has_older=True),
        lambda dated: {"id": dated.id},
        lambda dated: dated.day,
    ).body["links"]
    found = [parse_qs(urlsplit(links[name]).query).get("cursor") for name in ("next", "previous")]
    cursors = [read_cursor(item[0], ACCOUNT.paging_key, SCOPE) for item in found if item]
    expected = [Cursor("after", Id(9), "2026-01-31"), Cursor("before", Id(3), "2026-02-01")]
    assert cursors == ([] if query else expected)


@pytest.mark.parametrize(
    ("cursor", "link", "leads_to"),
    [
        (Cursor("after", Id(3), "2026-01-31"), "previous", Cursor("before", Id(2), "2026-01-31")),
        (Cursor("before", Id(3), "2026-01-31"), "next", Cursor("after", Id(4), "2026-01-31")),
    ],
)
def test_from_an_empty_page_the_way_back_stays_on_its_day(cursor: Cursor, link: str, leads_to: Cursor) -> None:
    text = write_cursor(cursor, ACCOUNT.paging_key, SCOPE)
    page: Page[Dated] = Page([], 9, has_newer=cursor.direction == "after", has_older=cursor.direction == "before")
    links = (
        _read(f"cursor={text}")
        .response("entries", page, lambda dated: {"id": dated.id}, lambda dated: dated.day)
        .body["links"]
    )
    followed = parse_qs(urlsplit(links[link]).query)["cursor"][0]
    assert read_cursor(followed, ACCOUNT.paging_key, SCOPE) == leads_to


def test_a_list_of_one_page_is_answered_as_in_the_example_of_harvest() -> None:
    body = _reply("", _page(3, 2, 1, total=3, newer=False, older=False))
    assert body == {
        "tasks": [{"id": 3}, {"id": 2}, {"id": 1}],
        "per_page": 2000,
        "total_pages": 1,
        "total_entries": 3,
        "next_page": None,
        "previous_page": None,
        "page": 1,
        "links": {
            "first": "https://sheaf.test/v2/tasks?page=1&per_page=2000",
            "next": None,
            "previous": None,
            "last": "https://sheaf.test/v2/tasks?page=1&per_page=2000",
        },
    }
    assert list(body) == [
        "tasks", "per_page", "total_pages", "total_entries", "next_page", "previous_page", "page", "links",
    ]  # fmt: skip
    assert list(body["links"]) == ["first", "next", "previous", "last"]


@pytest.mark.parametrize("query", ["", "page=1", "is_active=true"])
def test_an_empty_list_has_one_page(query: str) -> None:
    body = _reply(query, _page(total=0, newer=False, older=False))
    assert (body["tasks"], body["total_pages"], body["total_entries"]) == ([], 1, 0)
    assert _numbers(body) == (1, None, None)
    assert (body["links"]["next"], body["links"]["previous"]) == (None, None)
    assert body["links"]["first"] == body["links"]["last"]
    assert "page=1&per_page=2000" in body["links"]["first"]


# The list has ids 10 to 1, four to a page: 10-7, 6-3, 2-1.
FIRST = _page(10, 9, 8, 7, total=10, newer=False, older=True)
MIDDLE = _page(6, 5, 4, 3, total=10, newer=True, older=True)
LAST = _page(2, 1, total=10, newer=True, older=False)
PAST = _page(total=10, newer=True, older=False)
AFTER, BEFORE = ("after", "next_cursor"), ("before", "previous_cursor")


def _by_cursor(kind: tuple[str, str], number: int) -> str:
    direction, ref = kind
    return f"https://sheaf.test/v2/tasks?cursor={_cursor(direction, number)}&per_page=4&ref={ref}"


def _by_page(number: int, ref: str) -> str:
    return f"https://sheaf.test/v2/tasks?page={number}&per_page=4&ref={ref}"


@pytest.mark.parametrize(
    ("query", "page", "numbers", "following", "previous"),
    [
        ("", FIRST, (1, 2, None), _by_cursor(AFTER, 7), None),
        (f"cursor={_cursor('after', 7)}", MIDDLE, (None, None, None), _by_cursor(AFTER, 3), _by_cursor(BEFORE, 6)),
        (f"cursor={_cursor('after', 3)}", LAST, (3, None, 2), None, _by_cursor(BEFORE, 2)),
        (f"cursor={_cursor('before', 2)}", MIDDLE, (None, None, None), _by_cursor(AFTER, 3), _by_cursor(BEFORE, 6)),
        (f"cursor={_cursor('before', 6)}", FIRST, (1, 2, None), _by_cursor(AFTER, 7), None),
        ("page=1", FIRST, (1, 2, None), _by_page(2, "next"), None),
        ("page=2", MIDDLE, (2, 3, 1), _by_page(3, "next"), _by_page(1, "previous")),
        ("page=3", LAST, (3, None, 2), None, _by_page(2, "previous")),
        ("page=4", PAST, (4, None, 3), None, _by_page(3, "previous")),
        ("page=9", PAST, (9, None, 8), None, _by_page(8, "previous")),
        (
            f"page=9&cursor={_cursor('after', 7)}",
            MIDDLE,
            (None, None, None),
            _by_cursor(AFTER, 3),
            _by_cursor(BEFORE, 6),
        ),
    ],
    ids=[
        "first", "middle", "last", "back to the middle", "back to the first",
        "page 1", "page 2", "page 3", "a page past the end", "a page far past the end", "a cursor beside a page",
    ],
)  # fmt: skip
def test_a_page_has_numbers_and_links_as_harvest_gives_them(
    query: str, page: Page[Record], numbers: tuple[object, ...], following: str | None, previous: str | None
) -> None:
    body = _reply(f"{query}&per_page=4", page)
    assert (body["per_page"], body["total_pages"], body["total_entries"]) == (4, 3, 10)
    assert _numbers(body) == numbers
    assert body["links"] == {
        "first": _by_page(1, "first"),
        "next": following,
        "previous": previous,
        "last": _by_page(3, "last"),
    }


@pytest.mark.parametrize(
    ("direction", "place", "page", "link", "leads_to"),
    [
        ("after", 3, _page(total=9, newer=True, older=False), "previous", Cursor("before", Id(2))),
        ("before", 6, _page(total=9, newer=False, older=True), "next", Cursor("after", Id(7))),
        ("after", 1, _page(total=9, newer=True, older=False), "previous", Cursor("before", Id(0))),
        ("before", ID_LIMIT - 1, _page(total=9, newer=False, older=True), "next", Cursor("after", Id(ID_LIMIT))),
    ],
)
def test_from_a_page_that_became_empty_the_way_back_includes_the_record_that_led_there(
    direction: str, place: int, page: Page[Record], link: str, leads_to: Cursor
) -> None:
    body = _reply(f"cursor={_cursor(direction, place)}", page)
    query = parse_qs(urlsplit(body["links"][link]).query)
    assert read_cursor(query["cursor"][0], ACCOUNT.paging_key, SCOPE) == leads_to


@pytest.mark.parametrize(
    ("total", "per_page", "pages"), [(0, 5, 1), (1, 5, 1), (5, 5, 1), (6, 5, 2), (10, 5, 2), (11, 5, 3), (3, 1, 3)]
)
def test_the_number_of_pages_is_rounded_up_and_never_0(total: int, per_page: int, pages: int) -> None:
    body = _reply(f"per_page={per_page}&page=1", _page(total=total, newer=False, older=False))
    assert body["total_pages"] == pages
    assert f"page={pages}&" in body["links"]["last"]


def test_links_repeat_the_callers_other_parameters_in_alphabetical_order() -> None:
    query = (
        "zeta=1&is_active=true&updated_since=2026-01-01T00:00:00%2B00:00&caf%C3%A9=%26&alpha=&per_page=4&ref=x&page=1"
    )
    body = _reply(query, FIRST)
    assert body["links"]["next"] == (
        "https://sheaf.test/v2/tasks?alpha=&caf%C3%A9=%26&is_active=true&page=2&per_page=4&ref=next"
        "&updated_since=2026-01-01T00%3A00%3A00%2B00%3A00&zeta=1"
    )


def test_a_link_that_was_followed_gives_the_same_filter() -> None:
    query = "updated_since=2026-01-01T02:00:00+02:00&is_active=0&per_page=4"
    following = urlsplit(_reply(query, FIRST)["links"]["next"]).query
    read = _read(following)
    assert read.filter == _read(query).filter
    assert read.paging == PageRequest(per_page=4, cursor=Cursor("after", Id(7)))


@pytest.mark.parametrize("query", ["", "page=2&"])
def test_links_never_carry_the_callers_token(query: str) -> None:
    body = _reply(f"{query}access_token=secret&account_id=1&per_page=4", MIDDLE)
    assert "secret" not in str(body)
    assert all("account_id=1" in link for link in body["links"].values())


@pytest.mark.parametrize("value", ["a b", "a&page=9", "#x", "é", "\r\nSet-Cookie: a=b", '"><script>'])
def test_links_cannot_be_broken_by_what_they_repeat(value: str) -> None:
    body = _reply(f"other={quote(value)}&per_page=4", FIRST)
    for link in (body["links"]["first"], body["links"]["next"], body["links"]["last"]):
        assert dict(parse_qsl(urlsplit(link).query))["other"] == value
        assert set(link) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~:/?=&%+")
