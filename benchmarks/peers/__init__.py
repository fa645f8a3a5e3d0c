"""Sheaf beside what teams would write in its place: the same requests, on the same engine, with byte code for all.

The peers lie beside this file. They have no authentication, accounts, unique names, cursors or time-entry checks.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import parse_qsl

from benchmarks.large_accounts import large_account
from benchmarks.operations import remembered
from benchmarks.table import Table
from tests.support.api import Api, make_table, route_of
from tests.support.table import start_ids_after
from tools.local import deploy, engine
from tools.template import PROJECT, functions

ROUNDS = 5
TIMES = 200  # requests in one process; of pages a tenth
TASKS = 2_000
HERE = Path(__file__).parent
RUNNER = f"import sys; sys.path[:0] = sys.argv[2:]\n{(HERE / 'runner.py').read_text()}"
_TABLE = "peers-tasks"


@dataclass(frozen=True)
class Request:
    """One request that all are measured by."""

    name: str
    method: str
    path: str
    body: Mapping[str, object] | None = None
    status: int = 200
    times: int = TIMES
    tasks: int = 0  # in the answer, if it is a page


@dataclass(frozen=True)
class Implementation:
    """One implementation: what it is called, and what `runner.py` needs to answer a request by it."""

    name: str
    table: str
    module: str
    folders: Callable[[Request], Sequence[Path]]
    api: Api

    def run(self, request: Request, endpoint_url: str, times: int) -> dict[str, Any]:
        """What a fresh process tells of answering a request so many times."""
        event = self.api.event(request.method, request.path, request.body)
        event["requestContext"] |= {"stage": "$default", "accountId": "000000000000", "timeEpoch": 1_772_352_000_000}
        event["requestContext"]["http"] |= {"sourceIp": "127.0.0.1", "protocol": "HTTP/1.1", "userAgent": "bench"}
        event["headers"] |= {"content-type": "application/json"}
        event["queryStringParameters"] = dict(parse_qsl(event["rawQueryString"])) or None
        job = {
            "module": self.module,
            "event": event,
            "times": times,
            "status": request.status,
        }
        environment = engine.aws_environment(endpoint_url) | {"TABLE_NAME": self.table, "STAGE": "bench"}
        folders = [str(folder) for folder in self.folders(request)]
        command = [sys.executable, "-I", "-S", "-c", RUNNER, json.dumps(job), *folders]
        result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
        if result.returncode:
            raise RuntimeError(f"{self.name}, {request.name}: {result.stderr}")
        told: dict[str, Any] = json.loads(result.stderr.splitlines()[-1])
        if told["tasks"] != request.tasks:
            raise RuntimeError(f"{self.name}, {request.name}: {told['tasks']} tasks")
        return told


GET = Request("GET of a task", "GET", "/v2/tasks/7")
LIST = Request("a page of 100", "GET", "/v2/tasks?per_page=100", times=TIMES // 10, tasks=100)
POST = Request("POST of a task", "POST", "/v2/tasks", {"name": "Task NUMBER"}, 201)
LARGEST = Request("a page of 2,000", "GET", f"/v2/tasks?per_page={TASKS}", times=TIMES // 10, tasks=TASKS)


def measure(endpoint_url: str) -> str:
    """The table of start, warm requests and memory, in CPU time; the engine's own is not in it."""
    ours, *peers = implementations = _implementations(endpoint_url)
    rows = []
    for label, request, times, figure in (
        *((f"start: from process to {request.name}", request, 1, "first") for request in (GET, LIST, POST)),
        *((f"warm: {request.name}", request, request.times, "warm") for request in (GET, LIST, LARGEST, POST)),
        ("memory after a page of 2,000, MB", LARGEST, 1, "memory"),
    ):
        found = _medians(implementations, request, times, figure, endpoint_url)
        best = min(found[peer.name] for peer in peers)
        figures = [found[item.name] for item in implementations]
        cells = [f"{number:.2f}" if number < 10 else f"{number:.0f}" for number in figures]
        rows.append([label, *cells, f"{found[ours.name] / best:.2f}"])
    table = Table(
        "Beside what teams would write",
        f"CPU time in ms, each in processes of their own; median of {ROUNDS} rounds, in which all take turns. The peers"
        " are in `benchmarks/peers/`: the same five operations without authentication, accounts, unique names, cursors"
        " and time-entry checks. All have byte code; Sheaf has its own layers.",
        ["work", *(item.name for item in implementations), "Sheaf against the better peer"],
        rows,
    )
    return str(table)


def _implementations(endpoint_url: str) -> list[Implementation]:
    work = PROJECT / ".local" / "bench"
    deploy.build(PROJECT, work, {"Architecture": engine.architecture()})
    folder_of = {function.operation: work / "build" / function.logical_id for function in functions()}
    layers = [work / "build" / layer / "python" for layer in ("VendorLayer", "CoreLayer")]

    def ours(request: Request) -> Sequence[Path]:
        return [*layers, folder_of[route_of(request.method, request.path.partition("?")[0]).operation]]

    table = make_table(endpoint_url)
    account = large_account(1, TASKS)
    start_ids_after(account.id, TASKS)
    api = remembered(account)
    _fill(endpoint_url)
    packages = _installed(work / "peers")
    return [
        Implementation("Sheaf", table, "handler", ours, api),
        Implementation("Powertools", _TABLE, "powertools_tasks", lambda _: [packages], api),
        Implementation("FastAPI", _TABLE, "fastapi_tasks", lambda _: [packages], api),
    ]


def _installed(target: Path) -> Path:
    """The peers and the packages that they import, with byte code."""
    shutil.rmtree(target, ignore_errors=True)
    install = ["pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--no-compile"]
    _python(*install, "--target", target, "--requirement", PROJECT / "requirements/peers.txt")
    for module in (*HERE.glob("*_tasks.py"), HERE / "task_models.py"):
        shutil.copy(module, target)
    _python("compileall", "-q", "--invalidation-mode", "unchecked-hash", target)
    return target


def _python(module: str, *arguments: str | Path) -> None:
    subprocess.run([sys.executable, "-m", module, *arguments], env=dict(os.environ), check=True)  # noqa: S603


def _fill(endpoint_url: str) -> None:
    """The peers' table, with as many tasks as ours."""
    client = engine.client("dynamodb", endpoint_url)
    client.create_table(
        TableName=_TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "id", "AttributeType": "N"},
        ],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "id", "KeyType": "RANGE"}],
    )
    for number in range(1, TASKS + 1):
        client.put_item(TableName=_TABLE, Item=_item(number))
    client.put_item(TableName=_TABLE, Item={"pk": {"S": "SEQUENCE"}, "id": {"N": "0"}, "last_id": {"N": str(TASKS)}})


def _item(number: int) -> dict[str, Any]:
    return {
        "pk": {"S": "TASKS"},
        "id": {"N": str(number)},
        "name": {"S": f"Task number {number} of the account"},
        "billable_by_default": {"BOOL": True},
        "default_hourly_rate": {"N": "100"},
        "is_default": {"BOOL": False},
        "is_active": {"BOOL": True},
        "created_at": {"S": "2026-03-01T08:00:00Z"},
        "updated_at": {"S": "2026-03-01T08:00:00Z"},
    }


def _medians(
    implementations: Sequence[Implementation], request: Request, times: int, figure: str, endpoint_url: str
) -> dict[str, float]:
    rounds = [[item.run(request, endpoint_url, times)[figure] for item in implementations] for _ in range(ROUNDS)]
    return {item.name: median(column) for item, column in zip(implementations, zip(*rounds, strict=True), strict=True)}
