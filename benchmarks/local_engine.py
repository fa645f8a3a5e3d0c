"""What `make run` and its engine cost a developer: starts, requests, memory, and what a kill loses.

Not part of `make bench`, because it takes a minute and tells more of the machine than of Sheaf.
"""

import io
import os
import signal
import statistics
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from http.client import HTTPConnection
from pathlib import Path

from benchmarks.table import Table
from tests.support.server import ANSWER_SECONDS, Client, Server
from tools.local import deploy, engine
from tools.template import PROJECT

REPEATS = 3
REQUESTS = 200
CLIENTS = 8
TASK = "/v2/tasks/1"
FIRST_CALLS = ("/v2/projects", "/v2/clients", "/v2/roles", "/v2/users", "/v2/company")

_FUNCTIONS = {
    "prints nothing": "def handler(event, context):\n    return {}\n",
    "prints a line": "def handler(event, context):\n    print('done')\n    return {}\n",
}


def measure(endpoint_url: str) -> str:
    """One table of everything; the engine that other topics use serves for the small functions alone."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        try:
            rows = [
                *_starts(server),
                *_requests(server),
                *_sizes(server),
                *_losses(server),
                *_functions(endpoint_url),
            ]
        finally:
            server.end()
    explanation = "Requests are GETs of one task over connections that are kept; times are medians."
    return str(Table("What `make run` and its engine cost", explanation, ["", ""], rows))


def _starts(server: Server) -> Iterator[Sequence[str]]:
    yield "start of the engine alone", _seconds(statistics.median(_engine_start() for _ in range(REPEATS)))
    with tempfile.TemporaryDirectory() as folder, engine.running(Path(folder) / "engine") as local:
        parameters = {"Architecture": engine.architecture()}
        yield (
            "`sam build`, nothing built before",
            _seconds(_time(lambda: deploy.build(PROJECT, Path(folder), parameters))),
        )
        yield "`sam deploy` to an empty engine", _seconds(_time(lambda: deploy.deploy(local, Path(folder), parameters)))
    yield "`make run` until ready, for the first time", _seconds(_time(server.start))
    server.stop()
    yield "`make run` until ready, nothing changed", _seconds(_time(server.start))


def _engine_start() -> float:
    with tempfile.TemporaryDirectory() as folder:
        context = engine.running(Path(folder))
        taken = _time(context.__enter__)
        context.__exit__(None, None, None)
    return taken


def _requests(server: Server) -> Iterator[Sequence[str]]:
    client = Client(server.port)
    first = statistics.median(_time(partial(client.get, path)) for path in FIRST_CALLS)
    yield "first call of a function", _seconds(first)
    front = _median_get(("127.0.0.1", server.port), TASK)
    yield "request, one client", f"{front * 1000:.1f} ms"
    port = int(server.engine_url.rpartition(":")[2])
    api = engine.client("apigatewayv2", server.engine_url).get_apis()["Items"][0]["ApiId"]
    direct = _median_get(("127.0.0.1", port), f"/_aws/execute-api/{api}/$default{TASK}")
    yield "of that the front", f"{(front - direct) * 1000:.1f} ms"

    def ask(_number: int) -> None:
        with closing(HTTPConnection("127.0.0.1", server.port, timeout=ANSWER_SECONDS)) as connection:
            for _ in range(REQUESTS // 2):
                _get(connection, TASK)

    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(ask, range(CLIENTS)))  # warms as many processes of the function
        taken = _time(lambda: list(clients.map(ask, range(CLIENTS))))
    yield f"{CLIENTS} clients at once", f"{CLIENTS * (REQUESTS // 2) / taken:.0f} requests/s"


def _sizes(server: Server) -> Iterator[Sequence[str]]:
    server.stop()
    server.start()
    client = Client(server.port)
    for method, target in (("GET", "/v2/tasks"), ("GET", TASK), ("PATCH", TASK), ("DELETE", "/v2/tasks/0")):
        client.send(method, target, {} if method == "PATCH" else None)
    client.post("/v2/tasks", {})
    ministack = _ministack(server)
    sizes = {pid: size for pid, size, _ in _below(server.pid)}
    functions = sorted(size for pid, size in sizes.items() if pid != ministack)
    yield "memory of the engine", f"{sizes[ministack]:.0f} MB"
    yield f"memory of a function ({len(functions)} of them)", f"{functions[0]:.0f} to {functions[-1]:.0f} MB"


def _losses(server: Server) -> Iterator[Sequence[str]]:
    victims: dict[str, Callable[[], int]] = {
        "the runner": lambda: server.pid,
        "the engine": lambda: _ministack(server),
    }
    for name, victim in victims.items():
        created = Client(server.port).post("/v2/tasks", {"name": f"Before the kill of {name}"}).body
        os.kill(victim(), signal.SIGKILL)
        server.stop()
        server.start()
        found = Client(server.port).get(f"/v2/tasks/{created['id']}").status == 200
        yield f"written before a SIGKILL of {name}", "kept" if found else "lost"


def _functions(endpoint_url: str) -> Iterator[Sequence[str]]:
    functions = engine.client("lambda", endpoint_url)
    for name, source in _FUNCTIONS.items():
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("main.py", source)
        created = functions.create_function(
            FunctionName=name.replace(" ", "-"),
            Runtime="python3.13",
            Role="arn:aws:iam::000000000000:role/none",
            Handler="main.handler",
            Code={"ZipFile": packed.getvalue()},
        )

        def invoke(arn: str = created["FunctionArn"]) -> None:
            functions.invoke(FunctionName=arn)["Payload"].read()

        yield f"call of a function that {name}", f"{_median(invoke, REQUESTS // 4) * 1000:.0f} ms"


def _ministack(server: Server) -> int:
    return next(pid for pid, _, command in _below(server.pid) if "child.py" in command)


def _below(root: int) -> list[tuple[int, float, str]]:
    """The processes that descend from `root`: number, resident MB, command."""
    listing = subprocess.run(
        ["ps", "-axo", "pid=,ppid=,rss=,command="],  # noqa: S607 - wherever this system has it
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [line.split(None, 3) for line in listing.stdout.splitlines()]
    family, found = {root}, []
    for pid, parent, size, command in sorted(rows, key=lambda row: int(row[0])):
        if int(parent) in family:
            family.add(int(pid))
            found.append((int(pid), int(size) / 1024, command))
    return found


def _median_get(address: tuple[str, int], target: str) -> float:
    with closing(HTTPConnection(*address, timeout=ANSWER_SECONDS)) as connection:
        return _median(lambda: _get(connection, target), REQUESTS)


def _get(connection: HTTPConnection, target: str) -> None:
    connection.request("GET", target, headers=Client(0).headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise RuntimeError(f"GET {target} is answered with {answer.status}")


def _median(do: Callable[[], object], count: int) -> float:
    do()  # the first may start a process
    return statistics.median(_time(do) for _ in range(count))


def _time(do: Callable[[], object]) -> float:
    before = time.perf_counter()
    do()
    return time.perf_counter() - before


def _seconds(taken: float) -> str:
    return f"{taken:.1f} s"
