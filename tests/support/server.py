"""What `make run` starts, as a process of its own, and a plain client for it."""

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

from sheaf import settings
from sheaf.aws import dynamodb
from sheaf.http import identity
from tests.support.api import Answer
from tools.connection import use_table
from tools.local import engine
from tools.template import PROJECT

FOLDER = PROJECT / ".local" / "e2e"
BUILT = {"build", "build.toml", "cache"}
"""What a session leaves to the next one, for which `sam build` then takes less time."""

READY_SECONDS = 180
STOP_SECONDS = 320
ANSWER_SECONDS = 60


class Server:
    """`python -m tools.local.run` on a free port, with a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = engine.free_port()
        self.ready = ""
        self._process: subprocess.Popen[str] | None = None
        self._dynamodb: Any = None

    @property
    def url(self) -> str:
        """Where clients send their requests."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def engine_url(self) -> str:
        """Where ministack answers."""
        return self.ready.split("engine=")[1].split()[0]

    @property
    def table(self) -> str:
        """The table's physical name."""
        return self.ready.split("table=")[1].split()[0]

    @property
    def pid(self) -> int:
        """The process of the runner."""
        assert self._process
        return self._process.pid

    @property
    def log(self) -> Path:
        """What the process writes to stderr."""
        return self.folder / "run.log"

    def start(self, **more: str) -> None:
        """Return once the server is ready; `more` are environment variables.

        Raises:
            RuntimeError: it ended, or was not ready in time; with what it said.
        """
        with self.log.open("a") as log:
            process = self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.process_guard"],
                cwd=PROJECT,
                env=environment(PORT=str(self.port), SHEAF_LOCAL_DIR=str(self.folder), **more),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        assert process.stdout
        patience = threading.Timer(READY_SECONDS, process.kill)
        patience.start()
        self.ready = process.stdout.readline()
        patience.cancel()
        patience.join()
        if not self.ready.startswith("ready "):
            self.stop()
            raise RuntimeError(f"not ready: {self.ready}\n{self.log.read_text()}")
        self._dynamodb = engine.client("dynamodb", self.engine_url)

    def stop(self, number: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        """Send a signal and wait for the end; return the exit status and what was printed after the `ready` line."""
        assert self._process
        process, self._process = self._process, None
        with process:
            process.send_signal(number)
            try:
                process.wait(STOP_SECONDS)
            except BaseException:
                process.kill()
                raise
            assert process.stdout
            return process.returncode, process.stdout.read()

    def end(self) -> None:
        """End, if it was started, with nothing saved or tidied: nobody reads that again, and the next one tidies up."""
        if self._process:
            _kill_groups_begun_by(self.pid)
            self.stop(signal.SIGKILL)

    def items(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Everything that the table holds, by key."""
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=self.table, ConsistentRead=True)
        return {(item["pk"]["S"], item["sk"]["S"]): item for page in pages for item in page["Items"]}

    def records(self) -> dict[tuple[str, str], dict[str, Any]]:
        """All that the table holds but for the feeds and what webhooks are sent, which come after the changes."""
        later = ("#CHANGES", "#WEBHOOK_DELIVERY")
        return {place: item for place, item in self.items().items() if not any(name in place[0] for name in later)}

    @contextmanager
    def store(self) -> Iterator[None]:
        """Point the layer's store in this process at the table of this server, for the length of a `with` block."""
        before = dict(os.environ)
        _forget()
        try:
            use_table(self.table, self.engine_url)
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)
            _forget()


def _kill_groups_begun_by(pid: int) -> None:
    """Kill the children of a process that lead a group, with all of it. Where there is no `/proc` they end later."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    for child in map(int, children.read_text().split() if children.exists() else ()):
        if os.getpgid(child) == child:
            os.killpg(child, signal.SIGKILL)


@contextmanager
def running() -> Iterator[Server]:
    """A server without data from earlier sessions. One session at a time: another one waits here for its turn."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with _held(FOLDER.with_suffix(".lock")):
        with _held(FOLDER / "lock"):  # the engine's own: one that was left behind may still be saving its state
            for path in FOLDER.iterdir():
                if path.is_dir() and path.name not in BUILT:
                    shutil.rmtree(path)
                elif path.name not in BUILT | {"lock"}:
                    path.unlink()
        server = Server(FOLDER)
        try:
            server.start()
            yield server
        finally:
            server.end()


def environment(**more: str) -> dict[str, str]:
    """This process's environment without what steers a local server, and with `more`."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SHEAF_LOCAL_")} | more


@dataclass(frozen=True)
class Client:
    """Sends requests over HTTP, each on a connection of its own; by default as the demo account's administrator."""

    port: int
    token: str = "local-admin-token"
    account_id: int = 1

    @property
    def headers(self) -> dict[str, str]:
        """What every request of Harvest's documentation sends."""
        return {
            "Authorization": f"Bearer {self.token}",
            "Harvest-Account-Id": str(self.account_id),
            "User-Agent": "MyApp (yourname@example.com)",
        }

    def get(self, target: str, **headers: str) -> Answer:
        return self.send("GET", target, headers=headers)

    def post(self, target: str, body: object, **headers: str) -> Answer:
        return self.send("POST", target, body, headers)

    def patch(self, target: str, body: object, **headers: str) -> Answer:
        return self.send("PATCH", target, body, headers)

    def delete(self, target: str, **headers: str) -> Answer:
        return self.send("DELETE", target, headers=headers)

    def send(self, method: str, target: str, body: object = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Send a request; a header given as "" is left out, an absolute `target` must be one of this server."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        try:
            return self.send_on(connection, method, target, body, headers)
        finally:
            connection.close()

    def send_on(
        self,
        connection: HTTPConnection,
        method: str,
        target: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """The same on a connection that is there already."""
        given = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        sent = {"Content-Type": "application/json"} if body is not None else {}
        sent |= self.headers | given
        payload = None if body is None else json.dumps(body)
        path = target.removeprefix(f"http://127.0.0.1:{self.port}")
        connection.request(method, path, payload, {name: value for name, value in sent.items() if value})
        return _read(connection.getresponse())


def exchange(port: int, request: bytes) -> Answer:
    """Send these very bytes, whatever they are, and read the answer to them."""
    with socket.create_connection(("127.0.0.1", port), ANSWER_SECONDS) as connection:
        connection.sendall(request)
        response = HTTPResponse(connection, method=request.split(b" ")[0].decode())
        response.begin()
        return _read(response)


def _read(response: HTTPResponse) -> Answer:
    raw = response.read().decode()
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, json.loads(raw) if raw else None, headers, raw)


def _forget() -> None:
    """Let the layer read its settings anew, as a process that has just begun does."""
    for cached in (settings.table_name, settings.stage, dynamodb.dynamodb, identity._memory):
        cached.cache_clear()


@contextmanager
def _held(path: Path) -> Iterator[None]:
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
