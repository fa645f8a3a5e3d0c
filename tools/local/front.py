"""The address that clients use: passes each request to the HTTP API in ministack, and the response back.

Hypercorn speaks HTTP with the clients. What is here is what API Gateway does with a request besides.
"""

import asyncio
import http.client
import json
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config

LOCALHOST = "127.0.0.1"
BODY_LIMIT = 10 * 1024 * 1024  # bytes; API Gateway's own
DISCARD_LIMIT = 10 * BODY_LIMIT  # of a larger body so much is read and thrown away
LINE_LIMIT = 64 * 1024  # bytes of a request line and all headers
ANSWER_SECONDS = 60.0
GRACE_SECONDS = 1.0
IN_FLIGHT = 8  # each request at the same time costs ministack a process per function
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
HOP_BY_HOP = {
    b"connection",
    b"keep-alive",
    b"proxy-authenticate",
    b"proxy-authorization",
    b"proxy-connection",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
}
REPLACED = {b"content-length", b"expect", b"x-forwarded-for", b"x-forwarded-port", b"x-forwarded-proto"}

type Headers = list[tuple[bytes, bytes]]
type Receive = Callable[[], Awaitable[dict[str, Any]]]
type Send = Callable[[dict[str, Any]], Awaitable[None]]
type Upstream = tuple[int, Headers, bytes]


class RefusedError(Exception):
    """A request that is answered here and does not reach the API."""

    def __init__(self, status: HTTPStatus, message: str | None = None) -> None:
        super().__init__(message or status.phrase)
        self.status = status


class Front:
    """An HTTP server on 127.0.0.1. The port is taken when the object is made; clients are answered within `serving`."""

    def __init__(self, port: int, log: Callable[[str], object] = str) -> None:
        """Take `port` (0: any free one).

        Args:
            port: Where clients come in.
            log: Gets one line per request, without the query string, which may hold a token.

        Raises:
            OSError: The port is taken.
        """
        self._socket = socket.create_server((LOCALHOST, port), backlog=128)
        self.server_port: int = self._socket.getsockname()[1]
        self._log = log
        self._upstream_port = 0
        self._prefix = ""
        self._threads = ThreadPoolExecutor(IN_FLIGHT)

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
        self._upstream_port, self._prefix = upstream_port, prefix
        config = Config()
        config.bind = [f"fd://{self._socket.detach()}"]
        config.errorlog = None
        config.include_date_header = config.include_server_header = False
        config.keep_alive_timeout = ANSWER_SECONDS
        config.graceful_timeout = GRACE_SECONDS
        config.h11_max_incomplete_size = LINE_LIMIT
        loop, ended = asyncio.new_event_loop(), asyncio.Event()
        thread = threading.Thread(target=self._run, args=(loop, config, ended), daemon=True)
        thread.start()
        try:
            yield
        finally:
            loop.call_soon_threadsafe(ended.set)
            thread.join()
            self._threads.shutdown(wait=False, cancel_futures=True)

    def _run(self, loop: asyncio.AbstractEventLoop, config: Config, ended: asyncio.Event) -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:  # which cancels what is left at its end
            runner.run(self._serve(config, ended))

    async def _serve(self, config: Config, ended: asyncio.Event) -> None:
        """Serve until the end, and a moment longer: Hypercorn waits for connections that a client keeps open."""
        serving = asyncio.create_task(serve(self, config, shutdown_trigger=ended.wait))  # type: ignore[arg-type]
        await ended.wait()
        await asyncio.wait([serving], timeout=GRACE_SECONDS)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request, as an ASGI application. Web sockets are refused by raising, as ASGI has it."""
        if scope["type"] == "lifespan":
            for event in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{event}.complete"})
            return
        if scope["type"] != "http":
            raise NotImplementedError(scope["type"])
        started = time.monotonic()
        try:
            status, headers, body = await self._answered(scope, receive)
        except RefusedError as refused:
            status, headers = refused.status, [(b"content-type", b"application/json"), (b"connection", b"close")]
            body = json.dumps({"message": str(refused)}).encode()
        if status not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
        took = (time.monotonic() - started) * 1000
        self._log(f"{scope['method']} {scope['raw_path'].decode()} {int(status)} {took:.0f} ms")

    async def _answered(self, scope: dict[str, Any], receive: Receive) -> Upstream:
        if scope["method"] not in METHODS:
            raise RefusedError(HTTPStatus.METHOD_NOT_ALLOWED)
        query = b"?" + scope["query_string"] if scope["query_string"] else b""
        target = (scope["raw_path"] + query).decode("latin-1")
        if not (target.startswith("/") and target.isascii() and target.isprintable()):
            raise RefusedError(HTTPStatus.BAD_REQUEST, "The address must be ASCII, all else percent-encoded")
        if len(target) + sum(len(name) + len(value) for name, value in scope["headers"]) > LINE_LIMIT:
            raise RefusedError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        headers = self._forwarded(scope)
        body = await _body(scope["headers"], receive)
        ask = asyncio.get_running_loop().run_in_executor
        return await ask(self._threads, self._ask, scope["method"], target, headers, body)

    def _forwarded(self, scope: dict[str, Any]) -> Headers:
        """The headers to pass on, with those that API Gateway adds."""
        given: Headers = scope["headers"]
        passed = _end_to_end(given, REPLACED)
        if not any(name == b"host" for name, _ in passed):
            passed.append((b"host", f"{LOCALHOST}:{self.server_port}".encode()))
        clients = [value for name, value in given if name == b"x-forwarded-for"]
        return [
            *passed,
            (b"x-forwarded-for", b", ".join([*clients, str(scope["client"][0]).encode()])),
            (b"x-forwarded-port", str(self.server_port).encode()),
            (b"x-forwarded-proto", b"http"),
        ]

    def _ask(self, method: str, target: str, headers: Headers, body: bytes | None) -> Upstream:
        """Ask the API, on a connection of its own: a kept one may be closed just when it is used again."""
        upstream = http.client.HTTPConnection(LOCALHOST, self._upstream_port, timeout=ANSWER_SECONDS)
        try:
            upstream.putrequest(method, self._prefix + target, skip_host=True, skip_accept_encoding=True)
            for name, value in headers:
                upstream.putheader(name, value)
            if body is not None:
                upstream.putheader("content-length", str(len(body)))
            upstream.endheaders(body)
            response = upstream.getresponse()
            answer = response.read()
        except ValueError:  # a header that http.client would not write
            raise RefusedError(HTTPStatus.BAD_REQUEST) from None
        except (OSError, http.client.HTTPException):
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "Service Unavailable") from None
        finally:
            upstream.close()
        answered = [(name.encode(), value.encode("latin-1")) for name, value in response.headers.items()]
        return response.status, _end_to_end(answered, {b"content-length"}), answer


async def _body(headers: Headers, receive: Receive) -> bytes | None:
    """The request's body, None if it has none.

    Raises:
        RefusedError: It is larger than API Gateway takes.
    """
    named = dict(headers)
    if not {b"content-length", b"transfer-encoding"} & named.keys():
        return None
    body, size, is_whole = bytearray(), 0, False
    while not is_whole and size <= DISCARD_LIMIT:  # a client that still sends would not read the answer
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionAbortedError
        part = message.get("body", b"")
        size += len(part)
        if size <= BODY_LIMIT:
            body += part
        is_whole = not message.get("more_body")
    if size > BODY_LIMIT:
        raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Request Entity Too Large")
    return bytes(body)


def _end_to_end(headers: Headers, dropped: Iterable[bytes]) -> Headers:
    """The headers that are not about the connection, without `dropped`; spelled as they came, as clients may expect."""
    named = {
        name.strip().lower() for key, value in headers if key.lower() == b"connection" for name in value.split(b",")
    }
    left_out = HOP_BY_HOP | named | set(dropped)
    return [(name, value) for name, value in headers if name.lower() not in left_out]
