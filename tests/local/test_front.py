"""The front of the local server: what a client sends reaches the API, and the answer the client, unchanged."""

import json
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tools.local.front import BODY_LIMIT, Front

PREFIX = "/_aws/execute-api/abc/$default"
SECONDS = 10
type Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """What the API answers."""

    status: int = 200
    headers: Headers = field(default_factory=lambda: [("content-type", "application/json")])
    body: bytes = b"{}"


@dataclass(frozen=True)
class Received:
    """A request as it reached the API."""

    method: str
    target: str
    headers: Headers
    body: bytes

    def header(self, name: str) -> list[str]:
        """Return the values of a header, in order."""
        return [value for key, value in self.headers if key.lower() == name]


class Api(ThreadingHTTPServer):
    """Stands in for ministack."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Recorder)
        self.received: list[Received] = []
        self.answer = Answer()
        self.before_answer: Callable[[], object] = bool

    @property
    def last(self) -> Received:
        """The request that came last."""
        return self.received[-1]


class _Recorder(BaseHTTPRequestHandler):
    server: Api
    protocol_version = "HTTP/1.1"

    def record(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        target = self.requestline.split(" ")[1]
        self.server.received.append(Received(self.command, target, self.headers.items(), body))
        self.server.before_answer()
        answer = self.server.answer
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = record  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep the test output clean."""


@pytest.fixture
def api() -> Iterator[Api]:
    with Api() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def front(api: Api, lines: list[str]) -> Iterator[Front]:
    server = Front(0, lines.append)
    with server.serving(api.server_port, PREFIX):
        yield server


def ask(
    front: Front, target: str, method: str = "GET", body: bytes | None = None, headers: Headers = ()
) -> tuple[HTTPResponse, bytes]:
    """The response to one request on a connection of its own, with its body."""
    connection = HTTPConnection("127.0.0.1", front.server_port, timeout=SECONDS)
    connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
    for name, value in [("Host", "127.0.0.1:3000"), *headers]:
        connection.putheader(name, value)
    if body is not None:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    response = connection.getresponse()
    answer = response.read()
    connection.close()
    return response, answer


def ask_raw(front: Front, request: bytes) -> HTTPResponse:
    """The response to these bytes."""
    with socket.create_connection(("127.0.0.1", front.server_port), SECONDS) as client:
        client.sendall(request)
        response = HTTPResponse(client)
        response.begin()
        response.read()
        return response


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_a_method_is_passed_on(api: Api, front: Front, method: str) -> None:
    response, body = ask(front, "/v2/tasks", method)
    assert (response.status, body) == (200, b"" if method == "HEAD" else b"{}")
    assert (api.last.method, api.last.target) == (method, f"{PREFIX}/v2/tasks")


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/v2/tasks/",
        "//v2//tasks",
        "/v2/../tasks/.",
        "/v2/tasks/a%2Fb%20c%25d%c3%a9+x",
        "/v2/tasks?is_active=true&is_active=false&empty=&flag",
        "/v2/tasks?updated_since=2026-01-01T00:00:00%2b01:00&q=%20x+y;z&%c3%a9=%C3%A9",
        "/v2/tasks?a=http://example.test/?b",
    ],
)
def test_path_and_query_arrive_byte_for_byte(api: Api, front: Front, target: str) -> None:
    ask(front, target)
    assert api.last.target == PREFIX + target


def test_the_function_sees_the_host_that_the_client_named_and_what_api_gateway_adds(api: Api, front: Front) -> None:
    ask(
        front,
        "/",
        headers=[("X-Forwarded-For", "10.0.0.1"), ("X-Forwarded-Proto", "https"), ("X-Twice", "a"), ("X-Twice", "b")],
    )
    assert api.last.header("host") == ["127.0.0.1:3000"]
    assert api.last.header("x-forwarded-for") == ["10.0.0.1, 127.0.0.1"]
    assert api.last.header("x-forwarded-port") == [str(front.server_port)]
    assert api.last.header("x-forwarded-proto") == ["http"]
    assert api.last.header("x-twice") == ["a", "b"]


def test_headers_about_the_connection_are_not_passed_on(api: Api, front: Front) -> None:
    ask(
        front, "/", headers=[("Connection", "keep-alive, X-Mine"), ("X-Mine", "1"), ("TE", "trailers"), ("X-Kept", "1")]
    )
    assert [api.last.header(name) for name in ("connection", "te", "x-mine", "x-kept")] == [[], [], [], ["1"]]


def test_a_body_arrives_as_it_is_with_its_length(api: Api, front: Front) -> None:
    ask(front, "/", "POST", b"\xff\x00--x\r\n", [("Content-Type", "multipart/form-data; boundary=x")])
    assert (api.last.body, api.last.header("content-length")) == (b"\xff\x00--x\r\n", ["7"])


def test_a_chunked_body_arrives_whole_and_with_its_length(api: Api, front: Front) -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert ask_raw(front, head + b"4\r\nWiki\r\n5\r\npedia\r\n0\r\n\r\n").status == 200
    assert (api.last.body, api.last.header("content-length")) == (b"Wikipedia", ["9"])
    assert api.last.header("transfer-encoding") == []


def test_a_body_of_ten_megabytes_reaches_the_function(api: Api, front: Front) -> None:
    response, _ = ask(front, "/", "POST", b"x" * BODY_LIMIT)
    assert (response.status, len(api.last.body)) == (200, BODY_LIMIT)


@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_larger_body_is_answered_as_api_gateway_does(api: Api, front: Front, is_chunked: bool) -> None:
    size = BODY_LIMIT + 1
    framed = f"Transfer-Encoding: chunked\r\n\r\n{size:x}" if is_chunked else f"Content-Length: {size}\r\n"
    head = f"POST / HTTP/1.1\r\nHost: a\r\n{framed}\r\n".encode()
    response = ask_raw(front, head + b"x" * size + (b"\r\n0\r\n\r\n" if is_chunked else b""))
    assert (response.status, response.getheader("content-type")) == (413, "application/json")
    assert api.received == []


@pytest.mark.parametrize("status", [200, 201, 308, 401, 404, 422, 429, 500])
def test_an_answer_is_passed_back_as_it_is(api: Api, front: Front, status: int) -> None:
    headers = [("Location", "/v2/tasks?a=%20b"), ("set-cookie", "a=b"), ("Set-Cookie", "c=d"), ("x-utf", "\xe9")]
    api.answer = Answer(status, headers, b"\xff\x00{}")
    response, body = ask(front, "/")
    assert (response.status, body) == (status, b"\xff\x00{}")
    assert response.getheaders() == [*headers, ("content-length", "4")]


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_body_has_no_length(api: Api, front: Front, status: int) -> None:
    api.answer = Answer(status, [("etag", '"1"')], b"")
    response, body = ask(front, "/")
    assert (response.status, response.getheaders(), body) == (status, [("etag", '"1"')], b"")


@pytest.mark.parametrize(
    "request_",
    [
        b"nonsense\r\n\r\n",
        b"GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET v2/tasks HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    ],
)
def test_a_request_that_makes_no_sense_does_not_reach_the_api(api: Api, front: Front, request_: bytes) -> None:
    assert ask_raw(front, request_).status == 400
    assert api.received == []


@pytest.mark.parametrize(
    ("target", "header"),
    [("/" + "a" * 70_000, "a"), ("/?" + "a" * 70_000, "a"), ("/", "a" * 70_000)],
    ids=["address", "query", "header"],
)
def test_a_head_that_is_too_long_is_refused(api: Api, front: Front, target: str, header: str) -> None:
    response, body = ask(front, target, headers=[("X-A", header)])
    assert (response.status, json.loads(body)) == (431, {"message": "Request Header Fields Too Large"})
    assert api.received == []


def test_a_method_that_api_gateway_does_not_know_is_refused(api: Api, front: Front) -> None:
    response, body = ask(front, "/", "BREW")
    assert (response.status, json.loads(body)) == (405, {"message": "Method Not Allowed"})
    assert api.received == []


def test_without_the_engine_the_answer_is_503(api: Api, front: Front) -> None:
    api.server_close()
    response, body = ask(front, "/")
    assert (response.status, json.loads(body)) == (503, {"message": "Service Unavailable"})


def test_a_client_that_leaves_in_the_middle_disturbs_nobody(api: Api, front: Front) -> None:
    with socket.create_connection(("127.0.0.1", front.server_port), SECONDS) as leaving:
        leaving.sendall(b"POST /gone HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf")
    assert ask(front, "/")[0].status == 200
    assert [request.target for request in api.received] == [PREFIX + "/"]


def test_eight_clients_are_served_at_the_same_time(api: Api, front: Front) -> None:
    together = threading.Barrier(8, timeout=SECONDS)
    api.before_answer = together.wait
    with ThreadPoolExecutor(8) as clients:
        assert [response.status for response, _ in clients.map(lambda _: ask(front, "/"), range(8))] == [200] * 8


def test_the_log_names_the_request_without_its_query(front: Front, lines: list[str]) -> None:
    for target in ("/v2/tasks?access_token=secret", "/"):
        ask(front, target)
    assert lines[0].startswith("GET /v2/tasks 200 ")
    assert "secret" not in "".join(lines)


def test_a_port_in_use_is_an_error(front: Front) -> None:
    with pytest.raises(OSError, match="in use"):
        Front(front.server_port)


def test_a_client_that_keeps_its_connection_does_not_keep_the_server_from_its_end(api: Api) -> None:
    server = Front(0)
    with server.serving(api.server_port, PREFIX):
        staying = socket.create_connection(("127.0.0.1", server.server_port), SECONDS)
        staying.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf")
    with staying, pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.server_port), SECONDS)
