"""The request in an event: what is believed of it, and what is not."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheaf.domain.errors import MalformedError, NotFoundError
from sheaf.domain.identity import Account, AccountId, Caller, Role, User
from sheaf.domain.values import Id, Timestamp
from sheaf.http.request import Request, read_request

NOW = Timestamp("2026-03-01T08:00:00Z")


def _event(headers: Mapping[str, str] | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "version": "2.0",
        "rawPath": "/v2/tasks/7",
        "rawQueryString": "a=1",
        "headers": {"host": "api.example.com", **(headers or {})},
        "pathParameters": {"task_id": "7"},
        "requestContext": {
            "requestId": "JKJaXmPLvHcESHA=",
            "domainName": "abc.execute-api.eu-central-1.amazonaws.com",
            "http": {"method": "PATCH", "path": "/v2/tasks/7"},
        },
        "body": '{"name":"x"}',
        "isBase64Encoded": False,
        **changes,
    }


def test_a_call_is_what_the_event_says() -> None:
    request = read_request(_event({"Content-Type": "application/json"}))
    assert request == Request(
        method="PATCH",
        path="/v2/tasks/7",
        raw_query="a=1",
        headers={"host": "api.example.com", "content-type": "application/json"},
        path_parameters={"task_id": "7"},
        body=b'{"name":"x"}',
        base_url="https://api.example.com",
        request_id="JKJaXmPLvHcESHA=",
        now=request.now,
        caller=None,
    )


def test_an_event_written_by_hand_may_leave_everything_out() -> None:
    request = read_request({})
    assert request == Request(base_url="https://localhost", now=request.now)
    assert request.fields() == {}
    assert request.query == {}


@pytest.mark.parametrize("missing", [None, {}])
def test_what_api_gateway_sends_as_null_counts_as_empty(missing: dict[str, str] | None) -> None:
    event = _event(pathParameters=missing, rawQueryString="", body=None) | {"headers": missing}
    request = read_request(event)
    assert (request.headers, request.path_parameters, request.body, request.query) == ({}, {}, b"", {})


def test_now_is_this_moment_in_whole_seconds() -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    now = datetime.fromisoformat(read_request({}).now)
    assert before <= now <= datetime.now(UTC)


@pytest.mark.parametrize(
    "name", ["Harvest-Account-Id", "harvest-account-id", "HARVEST-ACCOUNT-ID", "Harvest-Account-ID"]
)
def test_header_names_are_read_in_any_case_and_values_as_they_are(name: str) -> None:
    assert read_request(_event({name: "AbC"})).headers["harvest-account-id"] == "AbC"


@pytest.mark.parametrize("body", [b"", b"\x00\xff\xfe", "é😀".encode(), b'{"name":"x"}'])
def test_a_body_is_decoded_where_it_came_in_base64(body: bytes) -> None:
    assert read_request(_event(body=b64encode(body).decode(), isBase64Encoded=True)).body == body


@pytest.mark.parametrize("body", ["é😀", '{"name":"x"}', "aGk="])
def test_a_body_is_taken_as_text_otherwise(body: str) -> None:
    assert read_request(_event(body=body)).body == body.encode()


def test_half_a_surrogate_pair_in_a_body_is_refused_not_feared() -> None:
    request = read_request(_event(body='{"name":"\ud800"}'))
    with pytest.raises(MalformedError, match=r"^The body is not UTF-8: byte 9 cannot be read$"):
        request.fields()


def test_fields_are_read_by_the_content_type() -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert read_request(_event(form, body="name=x")).fields() == {"name": "x"}


# ------------------------------------------------------------ links and request ids


@pytest.mark.parametrize(
    ("headers", "base_url"),
    [
        ({"host": "api.example.com"}, "https://api.example.com"),
        ({"host": "127.0.0.1:3000", "x-forwarded-proto": "http"}, "http://127.0.0.1:3000"),
        ({"host": "[::1]:3000", "x-forwarded-proto": "http"}, "http://[::1]:3000"),
        ({"host": "localhost", "x-forwarded-proto": "https"}, "https://localhost"),
        ({"host": "localhost", "x-forwarded-proto": "HTTP"}, "https://localhost"),
        ({"host": "localhost", "x-forwarded-proto": "javascript"}, "https://localhost"),
        ({"host": "api.example.com", "x-forwarded-host": "evil.example"}, "https://api.example.com"),
        ({"host": "api.example.com", "forwarded": "host=evil.example"}, "https://api.example.com"),
    ],
)
def test_links_begin_with_the_address_that_was_called(headers: dict[str, str], base_url: str) -> None:
    assert read_request(_event(headers)).base_url == base_url


@pytest.mark.parametrize(
    "host",
    [
        "",
        " ",
        "evil.example/path",
        "user@evil.example",
        "user:password@evil.example",
        "evil.example#",
        "evil.example?",
        "evil.example\\",
        'evil.example"',
        "evil.example\r\nSet-Cookie: a=b",
        "evil.example\n",
        "evil.example:port",
        "evil.example:123456",
        "évil.example",
        "<script>",
        "[::1",
        "::1",
        "[evil.example]",
    ],
)
def test_a_host_that_is_none_is_not_repeated(host: str) -> None:
    base_url = read_request(_event({"host": host})).base_url
    assert base_url == "https://abc.execute-api.eu-central-1.amazonaws.com"


@pytest.mark.parametrize("given_id", ["7", "a" * 128, "JKJaXmPLvHcESHA=", "Root=1-67891233-abc/def+x", "a.b_c:d@e"])
def test_the_request_id_of_the_caller_is_kept(given_id: str) -> None:
    assert read_request(_event({"X-Request-Id": given_id})).request_id == given_id


@pytest.mark.parametrize(
    "given_id", ["", " ", "a" * 129, "a b", "a\r\nb", "a\n", "é", "<b>", '"', "a;b", "a,b", "{}", "\x00", "$(x)"]
)
def test_a_request_id_that_is_not_harmless_is_replaced(given_id: str) -> None:
    assert read_request(_event({"x-request-id": given_id})).request_id == "JKJaXmPLvHcESHA="


# ------------------------------------------------------------ query and path


@pytest.mark.parametrize(
    ("raw", "query"),
    [
        ("", {}),
        ("a=1&b=2", {"a": "1", "b": "2"}),
        ("a=1&a=2", {"a": "2"}),
        ("a=", {"a": ""}),
        ("a", {"a": ""}),
        ("&&a=1&", {"a": "1"}),
        ("a=b=c", {"a": "b=c"}),
        ("a=x+y%20z%2B", {"a": "x y z+"}),
        ("a%5Bb%5D=1", {"a[b]": "1"}),
        ("a=%C3%A9", {"a": "é"}),
        ("a=é", {"a": "é"}),
        ("a=%", {"a": "%"}),
        ("a=%zz&b=%2", {"a": "%zz", "b": "%2"}),
        ("a=1;b=2", {"a": "1;b=2"}),
        ("updated_since=2017-06-26T21:20:07+02:00", {"updated_since": "2017-06-26T21:20:07 02:00"}),
    ],
)
def test_the_query_is_read_as_browsers_write_it(raw: str, query: dict[str, str]) -> None:
    assert Request(raw_query=raw).query == query


@pytest.mark.parametrize("raw", ["a=%ff", "%80=1", "a=%ed%a0%80", "a=1&b=%c3"])
def test_a_query_of_other_bytes_is_refused(raw: str) -> None:
    with pytest.raises(MalformedError, match=r"^The query string is not UTF-8 once its percent signs are decoded$"):
        _ = Request(raw_query=raw).query


def test_a_query_has_at_most_100_parameters() -> None:
    parameters = [(f"p{number}", "1") for number in range(101)]
    with pytest.raises(MalformedError, match=r"^The query string has more than 100 parameters$"):
        _ = Request(raw_query=urlencode(parameters)).query
    assert Request(raw_query=urlencode(parameters[:100])).query == dict(parameters[:100])


@given(st.text())
def test_any_query_is_read_or_refused(raw: str) -> None:
    try:
        query = Request(raw_query=raw).query
    except MalformedError:
        return
    assert all(isinstance(value, str) for value in query.values())


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("9007199254740991", 2**53 - 1)])
def test_an_id_is_read_from_the_path(text: str, number: int) -> None:
    assert Request(path_parameters={"task_id": text}).path_id("task_id") == number


@pytest.mark.parametrize("text", ["0", "-1", "abc", "1.0", "1e5", "9007199254740992", "9" * 10_000, "", " 1", "\uff11"])
def test_what_is_no_id_belongs_to_nothing(text: str) -> None:
    with pytest.raises(NotFoundError, match=r"^task_id must be a positive integer below 2\^53$"):
        Request(path_parameters={"task_id": text}).path_id("task_id")


def test_a_path_without_that_id_belongs_to_nothing() -> None:
    with pytest.raises(NotFoundError):
        Request(path_parameters={"other": "1"}).path_id("task_id")


# ------------------------------------------------------------ the account


def test_the_account_is_that_of_the_caller_whatever_the_request_says() -> None:
    account = Account(AccountId(5), "Demo", b"", NOW)
    user = User(Id(1), "A", "B", "a@b", Role.MEMBER, frozenset(), frozenset(), True, NOW, NOW)
    request = Request(
        raw_query="account_id=6",
        headers={"harvest-account-id": "6"},
        path_parameters={"account_id": "6"},
        body=b'{"account_id":6}',
        caller=Caller(account, user),
    )
    assert (request.account, request.account_id) == (account, 5)


def test_without_a_caller_there_is_no_account() -> None:
    with pytest.raises(RuntimeError):
        _ = Request(headers={"harvest-account-id": "6"}).account_id
