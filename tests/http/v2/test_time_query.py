"""The filters of a list of time: what is read, and what is refused by its name."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheaf.domain.errors import InvalidError, SheafError
from sheaf.domain.identity import Account, AccountId, Caller, Role, User
from sheaf.domain.paging import Cursor, Filter, PageRequest
from sheaf.domain.time_entry import FIRST_DAY, LAST_DAY, TimeFilter
from sheaf.domain.values import Day, Id, Timestamp
from sheaf.http.error_responses import error_response
from sheaf.http.request import Request
from sheaf.http.v2.page_token import write_cursor
from sheaf.http.v2.time_query import read_time_query

NOW = Timestamp("2026-03-01T08:00:00Z")
ACCOUNT = Account(AccountId(1), "Demo", bytes(32), NOW)
USER = User(Id(1), "A", "B", "a@b", Role.ADMINISTRATOR, frozenset(), frozenset(), True, NOW, NOW)


def _call(query: str) -> Request:
    return Request(
        path="/v2/time_entries", raw_query=query, base_url="https://sheaf.test", caller=Caller(ACCOUNT, USER)
    )


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", TimeFilter()),
        ("user_id=7", TimeFilter(user_id=Id(7))),
        ("client_id=7&project_id=8&task_id=9", TimeFilter(client_id=Id(7), project_id=Id(8), task_id=Id(9))),
        ("project_id=+007+", TimeFilter(project_id=Id(7))),
        ("external_reference_id=a%20b", TimeFilter(external_reference_id="a b")),
        ("from=2026-01-31&to=2026-02-01", TimeFilter(since=Day("2026-01-31"), until=Day("2026-02-01"))),
        ("from=20260131&to=20260201", TimeFilter(since=Day("2026-01-31"), until=Day("2026-02-01"))),
        ("from=2026-01-31T23:59:59Z", TimeFilter(since=Day("2026-01-31"))),
        ("to=2026-01-31", TimeFilter(until=Day("2026-01-31"))),
        ("updated_since=2026-03-01T09:00:00%2B01:00", TimeFilter(updated_since=NOW)),
        ("is_billed=false&is_running=0&approval_status=unsubmitted", TimeFilter(is_running=False)),
        ("is_billed=true", TimeFilter(is_empty=True)),
        ("is_running=1", TimeFilter(is_running=True)),
        ("is_running=false&is_billed=TRUE", TimeFilter(is_running=False, is_empty=True)),
        ("approval_status=submitted", TimeFilter(is_empty=True)),
        ("approval_status=approved", TimeFilter(is_empty=True)),
        ("user_id=&client_id=+&from=&to=&is_billed=&approval_status=&external_reference_id=", TimeFilter()),
        ("unknown=1&User_Id=7", TimeFilter()),
    ],
)
def test_a_query_is_read(query: str, wanted: TimeFilter) -> None:
    assert read_time_query(_call(query))[1] == wanted


def test_without_limits_all_days_are_meant() -> None:
    wanted = read_time_query(_call(""))[1]
    assert (wanted.since, wanted.until) == (FIRST_DAY, LAST_DAY)


@pytest.mark.parametrize("name", ["user_id", "client_id", "project_id", "task_id"])
@pytest.mark.parametrize("value", ["0", "-1", "1.5", "one", "1,2", str(2**53), "9" * 9999, "\u0661", "1\x00"])
def test_what_is_no_id_is_refused_with_400_and_named(name: str, value: str) -> None:
    with pytest.raises(SheafError) as refusal:
        read_time_query(_call(urlencode({name: value})))
    response = error_response(refusal.value)
    assert (response.status, response.body) == (400, {"message": f"{name} must be a positive integer below 2^53"})


@pytest.mark.parametrize("name", ["from", "to"])
@pytest.mark.parametrize("value", ["yesterday", "2026-02-30", "20260230", "2026", "0000-01-01", "\uff12" * 8, "x" * 99])
def test_what_is_no_day_is_refused_with_400_and_named(name: str, value: str) -> None:
    with pytest.raises(SheafError) as refusal:
        read_time_query(_call(urlencode({name: value})))
    message = f"Invalid {name} provided: {value[:50]!r}; it must be a date such as 2026-11-21"
    response = error_response(refusal.value)
    assert (response.status, response.body) == (400, {"message": message})


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("is_billed=yes", 400, "Invalid is_billed provided: 'yes'; it must be true or false"),
        ("is_running=2", 400, "Invalid is_running provided: '2'; it must be true or false"),
        ("is_billed=true&is_running=x", 400, "Invalid is_running provided: 'x'; it must be true or false"),
        (
            "approval_status=open",
            400,
            "Invalid approval_status provided: 'open'; it must be unsubmitted, submitted or approved",
        ),
        ("updated_since=now", 400, 'Invalid updated_since datetime provided: "now"'),
        ("page=0", 400, "Invalid page provided: '0'; it must be a whole number from 1 on"),
        ("per_page=2001", 422, "per_page must be between 1 and 2000"),
        ("cursor=x", 422, "cursor is not valid for this list and filter; begin again without it"),
    ],
)
def test_what_cannot_be_read_is_refused_and_named(query: str, status: int, message: str) -> None:
    with pytest.raises(SheafError) as refusal:
        read_time_query(_call(query))
    response = error_response(refusal.value)
    assert (response.status, response.body) == (status, {"message": message})


FILTERS = [
    *("user_id=7", "client_id=7", "project_id=7", "task_id=7", "external_reference_id=7", "from=2026-01-01"),
    *("to=2026-01-01", "is_billed=true", "is_running=true", "approval_status=approved", "updated_since=2026-01-01"),
]


@pytest.mark.parametrize("made_for", ["", *FILTERS])
@pytest.mark.parametrize("given_to", ["", *FILTERS])
def test_a_cursor_is_good_for_its_own_filter_alone(made_for: str, given_to: str) -> None:
    query, _ = read_time_query(_call(made_for))
    cursor = Cursor("after", Id(5), "2026-01-01")
    text = write_cursor(cursor, ACCOUNT.paging_key, query.scope)
    if made_for == given_to:
        read, _ = read_time_query(_call(f"{given_to}&cursor={text}"))
        assert (read.paging, read.filter) == (PageRequest(cursor=cursor), query.filter)
    else:
        with pytest.raises(InvalidError):
            read_time_query(_call(f"{given_to}&cursor={text}"))


@given(
    st.dictionaries(
        st.sampled_from([item.partition("=")[0] for item in FILTERS] + ["page", "per_page", "cursor", "is_active"]),
        st.text() | st.integers().map(str) | st.dates().map(str),
    )
)
def test_any_query_is_read_or_refused(parameters: dict[str, str]) -> None:
    try:
        query, _ = read_time_query(_call(urlencode(parameters, errors="surrogatepass")))
    except SheafError as refusal:
        assert error_response(refusal).status in (400, 422)  # noqa: PT017 - both ends are right
    else:
        assert isinstance(query.filter, Filter)
