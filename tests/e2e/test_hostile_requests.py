"""Requests that no honest client sends: each is refused in a way that can be read, and none changes anything."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.support.api import Answer
from tests.support.server import Client, Server, exchange

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

MEGABYTE = 1024 * 1024
FORM = b"Content-Type: application/x-www-form-urlencoded"
Send = Callable[[bytes], Answer]


@pytest.fixture
def send(server: Server) -> Iterator[Send]:
    """Sends bytes; at the end of the test the whole table must be as it was at its beginning."""
    before = server.records()
    yield partial(exchange, server.port)
    assert server.records() == before


def request(method: str, target: str | bytes, body: bytes | None = None, *headers: bytes) -> bytes:
    """A request of the demo account's administrator as it goes over the wire; `headers` come first."""
    sent = [*headers]
    for default in (
        b"Host: 127.0.0.1:3000",
        b"Authorization: Bearer local-admin-token",
        b"Harvest-Account-Id: 1",
        b"User-Agent: MyApp (yourname@example.com)",
        *([] if body is None else [b"Content-Type: application/json", b"Content-Length: %d" % len(body)]),
    ):
        name = default.split(b":")[0].lower()
        if all(header.split(b":")[0].lower() != name for header in headers):
            sent.append(default)
    target = target if isinstance(target, bytes) else target.encode()
    return b"\r\n".join([b"%s %s HTTP/1.1" % (method.encode(), target), *sent, b"", body or b""])


def refused(answer: Answer) -> tuple[int, bool]:
    """Status, and whether the answer is a JSON object that says in words what is the matter."""
    body = answer.body
    return answer.status, isinstance(body, dict) and any(
        isinstance(body.get(name), str) for name in ("message", "error")
    )


BODIES = {
    "no end": (b'{"name":', 400),
    "no quotes": (b"{name:1}", 400),
    "a name twice": (b'{"name":"a","name":"b"}', 400),
    "NaN": (b'{"name":"a","default_hourly_rate":NaN}', 400),
    "Infinity": (b'{"name":"a","default_hourly_rate":-Infinity}', 400),
    "5,000 digits": (b'{"name":"a","default_hourly_rate":' + b"9" * 5000 + b"}", 400),
    "a great exponent": (b'{"name":"a","default_hourly_rate":1e999999999}', 422),
    "100,000 lists in lists": (b"[" * 100_000, 400),
    "100,000 objects in objects": (b'{"name":' * 100_000, 400),
    "a list": (b'[{"name":"a"}]', 400),
    "null": (b"null", 400),
    "a string": (b'"a"', 400),
    "a NUL byte": (b"\x00", 400),
    "a control character as it is": (b'{"name":"a\x01"}', 400),
    "a control character escaped": (b'{"name":"a\\u0000"}', 422),
    "half a surrogate pair": (b'{"name":"\\ud83d"}', 422),
    "the halves the wrong way round": (b'{"name":"\\ude00\\ud83d"}', 422),
    "bytes that are no UTF-8": (b'{"name":"B\xfcro"}', 422),
    "a surrogate pair in UTF-8": (b'{"name":"\xed\xa0\xbd\xed\xb8\x80"}', 422),
    "a name of 256 characters": (b'{"name":"' + b"a" * 256 + b'"}', 422),
    "an object for a name": (b'{"name":{"a":1}}', 422),
    "10 MB": (b'{"name":"' + b"a" * (10 * MEGABYTE - 11) + b'"}', 413),
    "11 MB": (b'{"name":"' + b"a" * (11 * MEGABYTE - 11) + b'"}', 413),
}
FORMS = {
    "a field twice": (b"name=a&name=b", 400),
    "300 fields": (b"&".join(b"f%d=1" % number for number in range(300)), 400),
    "percent signs that give no UTF-8": (b"name=%ff", 400),
    "bytes that are no UTF-8": (b"name=\xff\xfe", 400),
    "a NUL character": (b"name=%00", 422),
}


@pytest.mark.parametrize(("method", "path"), [("POST", "/v2/tasks"), ("PATCH", "/v2/tasks/1"), ("PUT", "/v2/tasks/1")])
@pytest.mark.parametrize(("body", "status"), BODIES.values(), ids=BODIES)
def test_a_body_that_is_no_good(send: Send, method: str, path: str, body: bytes, status: int) -> None:
    assert refused(send(request(method, path, body))) == (status, True)


@pytest.mark.parametrize(("method", "path"), [("POST", "/v2/tasks"), ("PATCH", "/v2/tasks/1")])
@pytest.mark.parametrize(("body", "status"), FORMS.values(), ids=FORMS)
def test_a_form_that_is_no_good(send: Send, method: str, path: str, body: bytes, status: int) -> None:
    assert refused(send(request(method, path, body, FORM))) == (status, True)


@pytest.mark.parametrize(
    "content_type",
    [
        b"text/plain",
        b"application/xml",
        b"multipart/form-data; boundary=x",
        b"message/rfc822",
        b"application/json; charset=utf-16",
        b"application/json; charset=",
        b";;;=",
        b"\xff",
        b"x" * 20_000,
    ],
)
def test_a_content_type_that_is_not_read(send: Send, content_type: bytes) -> None:
    body = b'{"name":"a"}'

    assert refused(send(request("POST", "/v2/tasks", body, b"Content-Type: " + content_type))) == (415, True)


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "task_id",
    ["0", "-1", "+1", "1.0", "1e0", "9007199254740992", "9" * 30, "9" * 5000, "%D9%A1", "%20", "1%00", "%00", "null"],
)
def test_an_id_that_no_task_can_have(send: Send, method: str, task_id: str) -> None:
    body = b'{"name":"a"}' if method == "PATCH" else None

    assert refused(send(request(method, f"/v2/tasks/{task_id}", body))) == (404, True)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/%", 404),
        ("/%zz", 404),
        ("/%ff", 404),
        ("/%00", 404),
        ("//", 404),
        ("/..", 404),
        ("/v2//tasks", 404),
        ("/v2/tasks/%zz", 404),
        ("/v2/tasks/%ff", 404),
        ("/v2/tasks/%c3%28", 404),
        ("/v2/tasks/..", 404),
        ("/v2/tasks/%2e%2e", 404),
        ("/v2/tasks/1%2f2", 404),
        ("/v2/tasks/%0d%0aX-A:%201", 404),
        ("/api/v2/tasks/%0d%0aX-A:%201", 308),
        ("/api/v2/tasks/%ff", 308),
        ("*", 400),
    ],
)
def test_a_path_that_leads_nowhere(send: Send, method: str, target: str, status: int) -> None:
    answer = send(request(method, target))

    assert refused(answer) == (status, True)
    assert "x-a" not in answer.headers


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("per_page=0", 422),
        ("per_page=2001", 422),
        ("per_page=-1", 422),
        ("per_page=1e3", 422),
        ("per_page=%D9%A1", 422),
        ("page=0", 400),
        ("page=x", 400),
        ("page=" + "9" * 400, 400),
        ("is_active=maybe", 400),
        ("is_active=%zz", 400),
        ("updated_since=yesterday", 400),
        ("updated_since=2026-13-01", 400),
        ("updated_since=0001-01-01T00:00:00%2B14:00", 400),
        ("updated_since=%00", 400),
        ("x=%ff", 400),
        ("&".join(f"p{number}=1" for number in range(300)), 400),
    ],
)
def test_a_query_that_is_no_good(send: Send, query: str, status: int) -> None:
    assert refused(send(request("GET", f"/v2/tasks?{query}"))) == (status, True)


@pytest.mark.parametrize(
    "malformed",
    [
        request("DELETE", "/v2/tasks/1\x01"),
        request("DELETE", b"/v2/tasks/\xc3\xa9"),
        request("DELETE", b"/v2/tasks/1?x=\xff"),
        request("DELETE", "/v2/tasks/1?x=\x7f"),
        request("DELETE", "/v2/tasks/1", None, b"no colon"),
        request("DELETE", "/v2/tasks/1", None, b"Content-Length: -1"),
        request("DELETE", "/v2/tasks/1?x=" + "a" * 70_000),
        request("DELETE", "/v2/tasks/1", None, b"X-A: " + b"a" * 70_000),
    ],
    ids=range(8),
)
def test_what_is_no_http_is_refused_and_changes_nothing(send: Send, malformed: bytes) -> None:
    assert send(malformed).status in (400, 431)


def test_parameters_that_mean_nothing_here_disturb_nothing(send: Send) -> None:
    answers = [send(request("GET", f"/v2/tasks?{query}")) for query in ("", "x=%", "x=%zz&&&=&==", "x=" + "a" * 20_000)]

    assert [(answer.status, answer.body["tasks"]) for answer in answers] == [(200, answers[0].body["tasks"])] * 4


def damaged(cursor: str) -> Iterator[str]:
    """The cursor with something wrong about it, in every way that comes to mind."""
    yield cursor[:-1]
    yield cursor[1:]
    yield cursor + "A"
    yield cursor[:12] + ("A" if cursor[12] != "A" else "B") + cursor[13:]
    yield cursor[::-1]
    yield "A" * len(cursor)
    yield "A" * 5_000
    yield "eyJhZnRlciI6eyJpZCI6MzAwN319"  # Harvest's own, from its page on paging
    yield "%21%21%21"
    yield "%00"
    yield "%F0%9F%98%80"


def cursor_in(page: Answer) -> str:
    """The cursor that leads on from a page."""
    cursor: str = page.body["links"]["next"].partition("cursor=")[2].partition("&")[0]
    return cursor


@pytest.fixture
def foreign_cursor(client: Client) -> str:
    """A cursor for the same list of another account."""
    for name in ("First", "Second"):
        client.post("/v2/tasks", {"name": name})
    return cursor_in(client.get("/v2/tasks?per_page=1"))


def test_a_broken_cursor_and_a_foreign_one(foreign_cursor: str, send: Send) -> None:
    good = cursor_in(send(request("GET", "/v2/tasks?per_page=1")))
    of_another_filter = cursor_in(send(request("GET", "/v2/tasks?per_page=1&is_active=true")))
    bad = [*damaged(good), of_another_filter, foreign_cursor]

    assert send(request("GET", f"/v2/tasks?per_page=1&cursor={good}")).status == 200
    answers = [send(request("GET", f"/v2/tasks?per_page=1&cursor={cursor}")) for cursor in bad]
    assert [refused(answer) for answer in answers] == [(422, True)] * len(bad)


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("PUT", "/v2/tasks", 405),
        ("PATCH", "/v2/tasks", 405),
        ("DELETE", "/v2/tasks", 405),
        ("POST", "/v2/tasks/1", 405),
        ("TRACE", "/v2/tasks", 405),
        ("CONNECT", "/v2/tasks", 405),
        ("BREW", "/v2/tasks", 405),
        ("DELETE", "/", 404),
    ],
)
def test_a_method_that_there_is_not(send: Send, method: str, target: str, status: int) -> None:
    assert refused(send(request(method, target, b'{"name":"a"}'))) == (status, True)


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (b"Authorization: Bearer " + b"a" * 20_000, 401),
        (b"Authorization: Bearer \xff\xfe", 401),
        (b"Authorization: Bearer", 401),
        (b"Authorization: \x01", 401),
        (b"Harvest-Account-Id: " + b"1" * 20_000, 404),
        (b"Harvest-Account-Id: \xff", 404),
        (b"Harvest-Account-Id: 1, 1", 404),
    ],
)
def test_a_header_that_is_no_good(send: Send, header: bytes, status: int) -> None:
    assert refused(send(request("DELETE", "/v2/tasks/1", None, header))) == (status, True)


@pytest.mark.parametrize(
    "header",
    [
        b"X-A: " + b"a" * 20_000,
        b"Cookie: " + b"a=b;" * 5_000,
        b"X-A: \xff\xfe",
        b"X-Request-Id: \xff",
        b'Host: evil.example"><script>',
        b"X-Forwarded-Proto: javascript",
        b"X-HTTP-Method-Override: DELETE",
    ],
)
def test_a_header_that_means_nothing_here_disturbs_nothing(send: Send, header: bytes) -> None:
    answer = send(request("GET", "/v2/tasks/1", None, header))

    assert (answer.status, answer.body["id"]) == (200, 1)
    assert "evil" not in answer.raw + "".join(answer.headers.values())
