"""The address that clients use: passes each request to the HTTP API in ministack, and the answer back."""

import http.client
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LOCALHOST = "127.0.0.1"
BODY_LIMIT = 10 * 1024 * 1024  # API Gateway's own
LINE_LIMIT = 8 * 1024
IDLE_SECONDS = 60.0
ANSWER_SECONDS = 60.0
DISCARD_SECONDS = 5.0
IN_FLIGHT = 8  # each request at the same time costs ministack a process per function
HOP_BY_HOP = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
REPLACED = {"content-length", "expect", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"}
WITHOUT_BODY = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}
CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;.*)?\r?\n")


class RefusedError(Exception):
    """A request that is answered here and does not reach the API."""

    def __init__(self, status: HTTPStatus, message: str | None = None) -> None:
        super().__init__(message or status.phrase)
        self.status = status


class Front(ThreadingHTTPServer):
    """An HTTP/1.1 server on 127.0.0.1 with a thread for each client connection.

    The port is taken when the object is made; clients are let in with `serving`.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, log: Callable[[str], object] = str) -> None:
        """Take `port` (0: any free one).

        Args:
            port: Where clients come in.
            log: Gets one line per request, without the query string, which may hold a token.

        Raises:
            OSError: The port is taken.
        """
        super().__init__((LOCALHOST, port), _Handler, bind_and_activate=False)
        self.log = log
        self.upstream_port = 0
        self.prefix = ""
        self.turns = threading.BoundedSemaphore(IN_FLIGHT)
        try:
            self.server_bind()
        except OSError:
            self.server_close()
            raise

    @property
    def url(self) -> str:
        """The address that clients use, without a final slash."""
        return f"http://{LOCALHOST}:{self.server_port}"

    @contextmanager
    def serving(self, upstream_port: int, prefix: str = "") -> Iterator[None]:
        """Answer clients for the length of a `with` block.

        Args:
            upstream_port: Where ministack listens on 127.0.0.1.
            prefix: What goes before each path, such as `/_aws/execute-api/<api id>/$default`. With this
                form, and not with a host name of the API's own, the function sees the client's host name.
        """
        self.upstream_port, self.prefix = upstream_port, prefix
        self.server_activate()
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.shutdown()
            thread.join()
            self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing about a client that went away: there is nobody left to tell."""


class _Headers(http.client.HTTPMessage):
    """The headers of a request, read with a parser for mail: of a mail in parts it would miss the parts."""

    def get_content_type(self) -> str:
        """Return a type without parts, whatever the client named: the body does not follow the headers here."""
        return "text/plain"


class _Handler(BaseHTTPRequestHandler):
    """One client connection."""

    server: Front
    MessageClass = _Headers
    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1
    headers: http.client.HTTPMessage

    def forward(self) -> None:
        """Answer one request."""
        started = time.monotonic()
        try:
            target = self._target()
            headers = self._headers()
            body = self._body()
            status = self._relay(target, headers, body)
        except RefusedError as refused:
            status = refused.status
            self.send_error(status, str(refused))
        took = (time.monotonic() - started) * 1000
        self.server.log(f"{self.command} {self.path.partition('?')[0]} {int(status)} {took:.0f} ms")

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = forward  # noqa: N815

    def handle_expect_100(self) -> bool:
        """Put off `100 Continue` until the body is really wanted."""
        return True

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Answer with JSON as API Gateway does, and end the connection, on which anything may follow."""
        status = HTTPStatus(code)
        if status == HTTPStatus.NOT_IMPLEMENTED:  # the base class, of a method it has no `do_` for
            status, message = HTTPStatus.METHOD_NOT_ALLOWED, None
        if status == HTTPStatus.HTTP_VERSION_NOT_SUPPORTED:
            status, message = HTTPStatus.BAD_REQUEST, None
        payload = json.dumps({"message": message or status.phrase}).encode()
        self.close_connection = True
        headers = [("content-type", "application/json")]
        self._answer(status, status.phrase, headers, payload)
        self._discard()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep the base class silent: `forward` reports each request."""

    def _target(self) -> str:
        """Return path and query string byte for byte; `self.path` has its leading slashes folded."""
        target = self.requestline.split(" ")[1]
        if target.startswith("http://"):  # the form meant for proxies
            target = "/" + target.removeprefix("http://").partition("/")[2]
        if not target.startswith("/"):
            raise RefusedError(HTTPStatus.BAD_REQUEST)
        if not (target.isascii() and target.isprintable()):
            raise RefusedError(HTTPStatus.BAD_REQUEST, "The address must be ASCII, all else percent-encoded")
        return target

    def _headers(self) -> list[tuple[str, str]]:
        """Return the headers to pass on, with those that API Gateway adds."""
        if self.headers.defects or self.headers.get_payload():
            raise RefusedError(HTTPStatus.BAD_REQUEST)
        hosts = self.headers.get_all("host", [])
        if len(hosts) > 1 or (not hosts and self.request_version == "HTTP/1.1"):
            raise RefusedError(HTTPStatus.BAD_REQUEST)
        dropped = HOP_BY_HOP | REPLACED | _named_by(self.headers)
        passed = [(name, value) for name, value in self.headers.items() if name.lower() not in dropped]
        if any("\r" in value or "\n" in value for _, value in passed):  # a folded line
            raise RefusedError(HTTPStatus.BAD_REQUEST)
        forwarded = [*self.headers.get_all("x-forwarded-for", []), str(self.client_address[0])]
        return [
            *([] if hosts else [("host", f"{LOCALHOST}:{self.server.server_port}")]),
            *passed,
            ("x-forwarded-for", ", ".join(forwarded)),
            ("x-forwarded-port", str(self.server.server_port)),
            ("x-forwarded-proto", "http"),
        ]

    def _body(self) -> bytes | None:
        """Return the request's body, None if it has none.

        Raises:
            RefusedError: It is too large or its framing makes no sense.
            ConnectionError: The client left before the end.
        """
        encodings = [value.strip().lower() for value in self.headers.get_all("transfer-encoding", [])]
        lengths = [value.strip() for value in self.headers.get_all("content-length", [])]
        if encodings:
            if lengths or encodings != ["chunked"]:
                raise RefusedError(HTTPStatus.BAD_REQUEST)
            self._continue()
            return self._chunks()
        if not lengths:
            return None
        if len(set(lengths)) > 1 or not re.fullmatch("[0-9]{1,18}", lengths[0]):
            raise RefusedError(HTTPStatus.BAD_REQUEST)
        if int(lengths[0]) > BODY_LIMIT:
            raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Request Entity Too Large")
        self._continue()
        return self._exactly(int(lengths[0]))

    def _continue(self) -> None:
        if self.headers.get("expect", "").lower() == "100-continue":
            self.send_response_only(HTTPStatus.CONTINUE)
            self.end_headers()
            self.wfile.flush()

    def _chunks(self) -> bytes:
        body = bytearray()
        while size := self._chunk_size():
            if len(body) + size > BODY_LIMIT:
                raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Request Entity Too Large")
            body += self._exactly(size)
            if self._line().strip():
                raise RefusedError(HTTPStatus.BAD_REQUEST)
        while self._line().strip():  # trailers, which API Gateway drops as well
            pass
        return bytes(body)

    def _chunk_size(self) -> int:
        match = CHUNK_SIZE.fullmatch(self._line())
        if match is None:
            raise RefusedError(HTTPStatus.BAD_REQUEST)
        return int(match.group(1), 16)

    def _line(self) -> bytes:
        line = self.rfile.readline(LINE_LIMIT)
        if not line.endswith(b"\n"):
            raise RefusedError(HTTPStatus.BAD_REQUEST) if line else ConnectionAbortedError()
        return line

    def _exactly(self, size: int) -> bytes:
        try:
            data = self.rfile.read(size)
        except TimeoutError:
            raise RefusedError(HTTPStatus.REQUEST_TIMEOUT) from None
        if len(data) < size:
            raise ConnectionAbortedError
        return data

    def _relay(self, target: str, headers: list[tuple[str, str]], body: bytes | None) -> int:
        """Ask the API and pass its answer on.

        Each request has a connection of its own: on this machine it costs next to nothing, and a kept one may
        have been closed by the other side just when it is used again.
        """
        upstream = http.client.HTTPConnection(LOCALHOST, self.server.upstream_port, timeout=ANSWER_SECONDS)
        try:
            with self.server.turns:
                path = self.server.prefix + target
                upstream.putrequest(self.command, path, skip_host=True, skip_accept_encoding=True)
                for name, value in headers:
                    upstream.putheader(name, value)
                if body is not None:
                    upstream.putheader("content-length", str(len(body)))
                upstream.endheaders(body)
                response = upstream.getresponse()
                payload = response.read()
        except ValueError:  # a header that http.client would not write
            raise RefusedError(HTTPStatus.BAD_REQUEST) from None
        except (OSError, http.client.HTTPException):
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "Service Unavailable") from None
        finally:
            upstream.close()
        dropped = HOP_BY_HOP | _named_by(response.headers)
        passed = [(name, value) for name, value in response.headers.items() if name.lower() not in dropped]
        self._answer(response.status, response.reason, passed, payload)
        return response.status

    def _answer(self, status: int, reason: str, headers: list[tuple[str, str]], payload: bytes) -> None:
        """Write one whole answer; its framing is ours, all else is as given."""
        self.send_response_only(status, reason)
        announced = None
        for name, value in headers:
            if name.lower() == "content-length":
                announced = value
            else:
                self.send_header(name, value)
        head_only = self.command == "HEAD"
        if status not in WITHOUT_BODY:
            self.send_header("content-length", announced if head_only and announced else str(len(payload)))
        if self.close_connection:
            self.send_header("connection", "close")
        elif self.request_version == "HTTP/1.0":
            self.send_header("connection", "keep-alive")
        self.end_headers()
        if not head_only and status not in WITHOUT_BODY:
            self.wfile.write(payload)
        self.wfile.flush()

    def _discard(self) -> None:
        """Read what the client is still sending: closing before would destroy the answer on its way."""
        deadline = time.monotonic() + DISCARD_SECONDS
        try:
            self.connection.shutdown(socket.SHUT_WR)
            while (left := deadline - time.monotonic()) > 0:
                self.connection.settimeout(left)
                if not self.connection.recv(1 << 16):
                    return
        except OSError:
            return


def _named_by(headers: Message) -> set[str]:
    """Return the names that a `Connection` header declares to be hop by hop."""
    values = [str(value) for value in headers.get_all("connection", [])]
    return {name.strip().lower() for value in values for name in value.split(",")}
