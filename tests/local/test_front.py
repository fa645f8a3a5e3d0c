"""The front of the local server: what a client sends reaches the API, and the answer the client, unchanged."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tools.local.front import BODY_LIMIT, Front

PREFIX = "/_aws/execute-api/abc/$default"
SECONDS = 10
Headers = list[tuple[str, str]]


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


@pytest.fixture
def client(front: Front) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", front.server_port), SECONDS) as connection:
        yield connection


def exchange(client: socket.socket, request: bytes, method: str = "GET") -> tuple[HTTPResponse, bytes]:
    """Send raw bytes and read one answer."""
    client.sendall(request)
    return read_answer(client, method)


def read_answer(client: socket.socket, method: str = "GET") -> tuple[HTTPResponse, bytes]:
    response = HTTPResponse(client, method=method)
    response.begin()
    return response, response.read()


def request_line(target: str, method: str = "GET") -> bytes:
    return f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:3000\r\n".encode()


def closed(client: socket.socket) -> bool:
    return client.recv(1) == b""


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_a_method_is_passed_on(api: Api, client: socket.socket, method: str) -> None:
    response, _ = exchange(client, request_line("/v2/tasks", method) + b"\r\n", method)
    assert (response.status, api.last.method) == (200, method)


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/v2/tasks",
        "/v2/tasks/",
        "/v2/tasks?",
        "//v2//tasks",
        "/v2/../tasks/.",
        "/v2/tasks/a%2Fb%20c%25d%c3%a9+x",
        "/v2/tasks?is_active=true&is_active=false&empty=&flag",
        "/v2/tasks?updated_since=2026-01-01T00:00:00%2b01:00&q=%20x+y;z&%c3%a9=%C3%A9",
        "/v2/tasks?a=http://example.test/?b#c",
    ],
)
def test_path_and_query_arrive_byte_for_byte(api: Api, client: socket.socket, target: str) -> None:
    exchange(client, request_line(target) + b"\r\n")
    assert api.last.target == PREFIX + target


def test_a_target_in_absolute_form_arrives_as_a_path(api: Api, client: socket.socket) -> None:
    exchange(client, request_line("http://127.0.0.1:3000/v2/tasks?page=2") + b"\r\n")
    assert api.last.target == PREFIX + "/v2/tasks?page=2"


def test_the_function_sees_the_host_the_client_named_and_what_api_gateway_adds(
    api: Api, front: Front, client: socket.socket
) -> None:
    exchange(client, request_line("/") + b"X-Forwarded-Proto: https\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n")
    assert api.last.headers == [
        ("Host", "127.0.0.1:3000"),
        ("x-forwarded-for", "192.0.2.1, 127.0.0.1"),
        ("x-forwarded-port", str(front.server_port)),
        ("x-forwarded-proto", "http"),
    ]


def test_repeated_headers_and_odd_bytes_in_them_are_kept(api: Api, client: socket.socket) -> None:
    exchange(client, request_line("/") + b"X-A: 1\r\nX-A: 2\r\nX-B: \xc3\xa9 \xff\r\n\r\n")
    assert api.last.header("x-a") == ["1", "2"]
    assert api.last.header("x-b") == [b"\xc3\xa9 \xff".decode("latin-1")]


def test_headers_about_the_connection_are_not_passed_on(api: Api, client: socket.socket) -> None:
    exchange(client, request_line("/") + b"Connection: keep-alive, X-Mine\r\nX-Mine: 1\r\nUpgrade: h2c\r\n\r\n")
    assert [api.last.header(name) for name in ("connection", "x-mine", "upgrade")] == [[], [], []]


@pytest.mark.parametrize("content_type", ["multipart/form-data; boundary=x", "multipart/mixed", "message/rfc822"])
def test_a_body_in_parts_arrives_as_it_is(api: Api, client: socket.socket, content_type: str) -> None:
    head = request_line("/", "POST") + f"Content-Type: {content_type}\r\nContent-Length: 5\r\n\r\n".encode()
    response, _ = exchange(client, head + b"--x--", "POST")
    assert (response.status, api.last.header("content-type"), api.last.body) == (200, [content_type], b"--x--")


def test_a_body_that_is_no_text_arrives_as_it_is(api: Api, client: socket.socket) -> None:
    body = bytes(range(256))
    exchange(client, request_line("/", "POST") + b"Content-Length: 256\r\n\r\n" + body, "POST")
    assert api.last.body == body


def test_a_chunked_body_arrives_whole_and_with_its_length(api: Api, client: socket.socket) -> None:
    chunks = b"3\r\nabc\r\nA;name=value\r\n0123456789\r\n0\r\nX-Trailer: 1\r\n\r\n"
    exchange(client, request_line("/", "POST") + b"Transfer-Encoding: chunked\r\n\r\n" + chunks, "POST")
    assert (api.last.body, api.last.header("content-length")) == (b"abc0123456789", ["13"])
    assert api.last.header("transfer-encoding") == []


def test_a_body_that_comes_piece_by_piece_arrives_whole(api: Api, client: socket.socket) -> None:
    for byte in request_line("/", "POST") + b"Content-Length: 4\r\n\r\nslow":
        client.sendall(bytes([byte]))
    read_answer(client, "POST")
    assert api.last.body == b"slow"


def test_a_client_that_asks_first_is_told_to_go_on(api: Api, client: socket.socket) -> None:
    client.sendall(request_line("/", "PUT") + b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n")
    assert client.recv(1024).startswith(b"HTTP/1.1 100 ")
    response, _ = exchange(client, b"ok", "PUT")
    assert (response.status, api.last.body, api.last.header("expect")) == (200, b"ok", [])


def test_a_body_of_ten_megabytes_reaches_the_function(api: Api, client: socket.socket) -> None:
    body = b"x" * BODY_LIMIT
    head = request_line("/", "POST") + f"Content-Length: {BODY_LIMIT}\r\n\r\n".encode()
    response, _ = exchange(client, head + body, "POST")
    assert (response.status, len(api.last.body)) == (200, BODY_LIMIT)


TOO_LARGE = BODY_LIMIT + 1


@pytest.mark.parametrize(
    "request_",
    [
        f"Content-Length: {TOO_LARGE}\r\n\r\n".encode() + b"x" * TOO_LARGE,
        f"Content-Length: {TOO_LARGE}\r\nExpect: 100-continue\r\n\r\n".encode(),
        f"Transfer-Encoding: chunked\r\n\r\n{TOO_LARGE:x}\r\n".encode() + b"x" * TOO_LARGE + b"\r\n0\r\n\r\n",
    ],
    ids=["announced", "asked", "chunked"],
)
def test_a_larger_body_is_answered_as_api_gateway_does(api: Api, client: socket.socket, request_: bytes) -> None:
    response, body = exchange(client, request_line("/", "POST") + request_, "POST")
    assert (response.status, json.loads(body)) == (413, {"message": "Request Entity Too Large"})
    assert response.getheader("content-type") == "application/json"
    assert closed(client)
    assert api.received == []


@pytest.mark.parametrize("status", [200, 201, 308, 401, 404, 422, 429, 500])
def test_an_answer_is_passed_back_as_it_is(api: Api, client: socket.socket, status: int) -> None:
    headers = [
        ("Location", "/v2/tasks?a=%20b"),
        ("Set-Cookie", "a=b"),
        ("Set-Cookie", "c=d"),
        ("X-Utf", "\xe9"),
    ]
    api.answer = Answer(status, headers, b"\xff\x00{}")
    response, body = exchange(client, request_line("/") + b"\r\n")
    assert (response.status, body) == (status, b"\xff\x00{}")
    assert response.getheaders() == [*headers, ("content-length", "4")]


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_body_has_no_length_and_leaves_the_connection_usable(
    api: Api, client: socket.socket, status: int
) -> None:
    api.answer = Answer(status, [("ETag", '"1"')], b"")
    response, body = exchange(client, request_line("/") + b"\r\n")
    assert (response.status, response.getheaders(), body) == (status, [("ETag", '"1"')], b"")
    api.answer = Answer()
    assert exchange(client, request_line("/") + b"\r\n")[0].status == 200


def test_head_gives_the_length_and_no_body(api: Api, client: socket.socket) -> None:
    api.answer = Answer(body=b"12345")
    response, body = exchange(client, request_line("/", "HEAD") + b"\r\n", "HEAD")
    assert (response.getheader("content-length"), body) == ("5", b"")
    assert exchange(client, request_line("/") + b"\r\n")[1] == b"12345"


def test_a_connection_is_kept_until_the_client_wants_it_closed(client: socket.socket) -> None:
    for _ in range(3):
        assert exchange(client, request_line("/") + b"\r\n")[0].status == 200
    response, _ = exchange(client, request_line("/") + b"Connection: close\r\n\r\n")
    assert response.getheader("connection") == "close"
    assert closed(client)


def test_an_old_client_is_answered_and_the_connection_closed(api: Api, front: Front, client: socket.socket) -> None:
    response, _ = exchange(client, b"GET /v2/tasks HTTP/1.0\r\n\r\n")
    assert (response.status, api.last.header("host")) == (200, [f"127.0.0.1:{front.server_port}"])
    assert closed(client)


@pytest.mark.parametrize(
    "request_",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
        b"GET v2/tasks HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n",
        request_line("/") + b"Host: b\r\n\r\n",
        request_line("/") + b"no colon\r\n\r\n",
        request_line("/") + b"X-Folded: a\r\n b\r\n\r\n",
        request_line("/", "POST") + b"Content-Length: -1\r\n\r\n",
        request_line("/", "POST") + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        request_line("/", "POST") + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        request_line("/", "POST") + b"Transfer-Encoding: gzip\r\n\r\n",
        request_line("/", "POST") + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        request_line("/", "POST") + b"Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
    ],
)
def test_a_request_that_makes_no_sense_is_refused_in_json(api: Api, client: socket.socket, request_: bytes) -> None:
    response, body = exchange(client, request_)
    assert (response.status, response.getheader("content-type")) == (400, "application/json")
    assert list(json.loads(body)) == ["message"]
    assert closed(client)
    assert api.received == []


def test_a_method_that_api_gateway_does_not_know_is_refused(api: Api, client: socket.socket) -> None:
    response, body = exchange(client, request_line("/", "BREW") + b"\r\n")
    assert (response.status, json.loads(body)) == (405, {"message": "Method Not Allowed"})
    assert api.received == []


def test_without_the_engine_the_answer_is_503(api: Api, client: socket.socket) -> None:
    api.server_close()
    response, body = exchange(client, request_line("/") + b"\r\n")
    assert (response.status, json.loads(body)) == (503, {"message": "Service Unavailable"})


def test_a_client_that_leaves_in_the_middle_disturbs_nobody(api: Api, front: Front) -> None:
    address = ("127.0.0.1", front.server_port)
    with socket.create_connection(address, SECONDS) as leaving:
        leaving.sendall(request_line("/gone", "POST") + b"Content-Length: 10\r\n\r\nhalf")
    with socket.create_connection(address, SECONDS) as staying:
        assert exchange(staying, request_line("/") + b"\r\n")[0].status == 200
    assert [request.target for request in api.received] == [PREFIX + "/"]


def test_eight_clients_are_served_at_the_same_time(api: Api, front: Front) -> None:
    together = threading.Barrier(8, timeout=SECONDS)
    api.before_answer = together.wait
    statuses: list[int] = []

    def ask() -> None:
        connection = HTTPConnection("127.0.0.1", front.server_port, timeout=SECONDS)
        connection.request("GET", "/v2/tasks")
        statuses.append(connection.getresponse().status)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 8


def test_the_log_names_the_request_without_its_query(client: socket.socket, lines: list[str]) -> None:
    exchange(client, request_line("/v2/tasks?access_token=secret") + b"\r\n")
    exchange(client, request_line("/") + b"\r\n")  # the line of the first is written before the second is read
    assert lines[0].startswith("GET /v2/tasks 200 ")
    assert "secret" not in lines[0]


def test_a_port_in_use_is_an_error(front: Front) -> None:
    with pytest.raises(OSError, match="in use"):
        Front(front.server_port)
