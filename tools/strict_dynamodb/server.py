"""The strict engine's address: speaks DynamoDB's wire protocol, and hands on all that is not refused."""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import urllib3
from hypercorn.asyncio import serve
from hypercorn.config import Config

from tools.local.engine import LOCALHOST, free_port
from tools.strict_dynamodb.rules import Answer, Rules

_AT_ONCE = 64  # calls that the engine has at the same time
_PREFIX = "DynamoDB_20120810."
_NOT_PASSED = frozenset({"host", "content-length", "connection", "transfer-encoding", "expect"})

type Receive = Callable[[], Awaitable[dict[str, Any]]]
type Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True)
class StrictEngine:
    """A running strict engine: where it answers, and what it has refused."""

    endpoint_url: str
    rules: Rules


@contextmanager
def running(upstream_url: str, *, scale: float = 1.0, throttles: bool = True) -> Iterator[StrictEngine]:
    """Run the strict engine before the local one at `upstream_url`, for the length of a `with` block.

    Calls of other services than DynamoDB pass through as they are. `scale` and `throttles`: see `rules.Rules`.
    """
    port = free_port()
    application = _Application(upstream_url, Rules(scale=scale, throttles=throttles))
    config = Config()
    config.bind = [f"{LOCALHOST}:{port}"]
    config.errorlog = None
    config.graceful_timeout = 1.0
    loop, ended, started = asyncio.new_event_loop(), asyncio.Event(), threading.Event()

    async def served() -> None:
        serving = asyncio.create_task(serve(application, config, shutdown_trigger=ended.wait))  # type: ignore[arg-type]
        while not await _listens(port):
            await asyncio.sleep(0.01)
        started.set()
        await ended.wait()
        await asyncio.wait([serving], timeout=1.0)

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(served())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    started.wait()
    try:
        yield StrictEngine(f"http://{LOCALHOST}:{port}", application.rules)
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        application.close()


class _Application:
    """The ASGI application: one call at a time is read, judged, and handed on or refused."""

    def __init__(self, upstream_url: str, rules: Rules) -> None:
        self.rules = rules
        self._upstream_url = upstream_url
        self._pool = urllib3.PoolManager(maxsize=_AT_ONCE, retries=False, timeout=60.0)
        self._threads = ThreadPoolExecutor(_AT_ONCE)

    def close(self) -> None:
        """Let go of the threads that ask the engine."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        body = await _body(receive)
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        operation = headers.get("x-amz-target", "")
        if operation.startswith(_PREFIX):

            async def forward(changed: Mapping[str, Any] | None = None) -> Answer:
                sent = body if changed is None else json.dumps(changed).encode()
                response = await self._ask(scope, headers, sent)
                return response.status, json.loads(response.data)

            status, told = await self.rules.answer(operation.removeprefix(_PREFIX), json.loads(body), forward)
            content, answered = json.dumps(told).encode(), [(b"content-type", b"application/x-amz-json-1.0")]
        else:
            response = await self._ask(scope, headers, body)
            status, content = response.status, response.data
            answered = [
                (name.encode(), value.encode("latin-1"))
                for name, value in response.headers.items()
                if name.lower() not in _NOT_PASSED
            ]
        answered.append((b"content-length", str(len(content)).encode()))
        await send({"type": "http.response.start", "status": status, "headers": answered})
        await send({"type": "http.response.body", "body": content})

    async def _ask(self, scope: dict[str, Any], headers: dict[str, str], body: bytes) -> urllib3.BaseHTTPResponse:
        target = (scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")).decode()
        passed = {name: value for name, value in headers.items() if name not in _NOT_PASSED}

        def ask() -> urllib3.BaseHTTPResponse:
            return self._pool.request(scope["method"], f"{self._upstream_url}{target}", body=body, headers=passed)

        return await asyncio.get_running_loop().run_in_executor(self._threads, ask)


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if message["type"] != "http.request" or not message.get("more_body"):
            return bytes(body)


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(LOCALHOST, port)
    except OSError:
        return False
    writer.close()
    return True
