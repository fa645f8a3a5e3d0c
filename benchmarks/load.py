"""Many people at once, on DynamoDB as it refuses: how long they wait, and whether anybody is told to try again."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from statistics import median
from threading import Barrier
from types import SimpleNamespace
from unittest.mock import patch

from benchmarks.table import Table
from sheaf import settings
from sheaf.aws import dynamodb
from sheaf.domain.client import ClientFields
from sheaf.domain.identity import Account
from sheaf.domain.project import ProjectFields
from sheaf.domain.task import TaskFields
from sheaf.domain.task_assignment import default_fields
from sheaf.domain.user_assignment import default_fields as user_assigned
from sheaf.store import clients, projects, task_assignments, tasks, user_assignments, users
from tests.support.api import NOW, Api, handler_of, make_account, make_table, make_token, point_at
from tools.template import PROJECT

SCALE = 20.0  # so many times as long as on DynamoDB takes everything: this machine is not to be what people wait for
STEADY_SCALE = 4.0
PEOPLE = (10, 30, 60, 120, 200)
_AT_ONCE = 64  # of those who come evenly
_LOGGED, _CREATED = "time logged on one task of one project", "tasks created"
_numbers = count(1)


@dataclass(frozen=True)
class Answered:
    """One request: its status, and the seconds that it took, as on DynamoDB."""

    status: int
    seconds: float


def measure(endpoint_url: str) -> str:
    """The tables of people at once, and of tasks at once."""
    rows = []
    for what, doing in ((_LOGGED, logging_time), (_CREATED, creating_tasks)):
        for people in PEOPLE:
            answers, refused = at_once(endpoint_url, people, SCALE, doing)
            rows.append([what, str(people), *told(answers, refused)])
    for what, a_second, seconds, doing in ((_LOGGED, 100, 60, logging_time), (_CREATED, 50, 20, creating_tasks)):
        answers, refused = steadily(endpoint_url, a_second, seconds, STEADY_SCALE, doing)
        rows.append([what, f"{a_second} a second for {seconds} s", *told(answers, refused)])
    return str(
        Table(
            "Many people at once",
            "All of one account, in the same moment or evenly, on a strict engine: transactions that overlap on an item"
            " are cancelled, a transaction takes 20 to 30 ms, a read 4, a write 6, and a partition key 1,000 write"
            f" units a second. Time is stretched {SCALE:.0f} times ({STEADY_SCALE:.0f} times where people come evenly),"
            " so that it is not this machine that people wait for.",
            ["what they do", "people", "refused", "median, ms", "99 %, ms", "slowest, ms", "conflicts"],
            rows,
        )
    )


def told(answers: Sequence[Answered], conflicts: int) -> list[str]:
    """The cells of a row: how many were refused, how long people waited, and how often transactions met."""
    seconds = sorted(answer.seconds for answer in answers)
    late = seconds[min(len(seconds) - 1, len(seconds) * 99 // 100)]
    refused = sum(answer.status >= 400 for answer in answers)
    waited = (f"{value * 1000:.0f}" for value in (median(seconds), late, seconds[-1]))
    return [str(refused), *waited, str(conflicts)]


def at_once(
    endpoint_url: str, people: int, scale: float, make: Callable[[Account, int], Sequence[Callable[[], int]]]
) -> tuple[list[Answered], int]:
    """What so many people are answered who begin in the same moment, and how many items were refused to them."""
    make_table(endpoint_url)
    requests = make(make_account(), people)
    with strict_engine(endpoint_url, scale) as strict, ThreadPoolExecutor(people) as threads:
        start = Barrier(people)

        def ask(request: Callable[[], int]) -> Answered:
            start.wait()
            return _answered(request, time.monotonic(), scale)

        answers = list(threads.map(ask, requests))
    return answers, sum(strict.refused.values())


def steadily(
    endpoint_url: str,
    a_second: int,
    seconds: int,
    scale: float,
    make: Callable[[Account, int], Sequence[Callable[[], int]]],
) -> tuple[list[Answered], int]:
    """What people are answered of whom so many begin every second, evenly, and how many items were refused to them."""
    make_table(endpoint_url)
    requests = make(make_account(), a_second * seconds)
    with strict_engine(endpoint_url, scale) as strict, ThreadPoolExecutor(_AT_ONCE) as threads:
        start = time.monotonic()

        def ask(number: int) -> Answered:
            begins = start + number / a_second * scale
            time.sleep(max(0.0, begins - time.monotonic()))
            return _answered(requests[number], begins, scale)

        answers = list(threads.map(ask, range(len(requests))))
    return answers, sum(strict.refused.values())


def _answered(request: Callable[[], int], begun: float, scale: float) -> Answered:
    """Send it. It has waited since `begun`, by the monotonic clock."""
    status = request()
    return Answered(status, (time.monotonic() - begun) / scale)


@dataclass
class StrictProcess:
    """A strict engine in a process of its own: where it answers, and once it has ended, what it refused."""

    endpoint_url: str
    refused: Mapping[str, int] = field(default_factory=dict)


@contextmanager
def strict_engine(endpoint_url: str, scale: float) -> Iterator[StrictProcess]:
    """Run one for the length of a `with` block, in which the store calls it; pauses take as much longer as it does."""
    command = [sys.executable, "-m", "tools.strict_dynamodb", endpoint_url, str(scale)]
    clock = SimpleNamespace(
        sleep=lambda seconds: time.sleep(seconds * scale), monotonic=lambda: time.monotonic() / scale
    )
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as process,  # noqa: S603
        patch("sheaf.backoff.time", clock),
        patch("sheaf.imports.applying.time", clock),
        patch.object(dynamodb, "READ_TIMEOUT", 600),
    ):
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the strict engine has no pipes")
        strict = StrictProcess(process.stdout.readline().strip())
        point_at(settings.table_name(), strict.endpoint_url)
        _new_client()
        try:
            yield strict
        finally:
            process.stdin.close()
            strict.refused = json.loads(process.stdout.read() or "{}")
            point_at(settings.table_name(), endpoint_url)
            _new_client()


def _new_client() -> None:
    """One for all threads: each would make its own if they came first."""
    dynamodb.dynamodb.cache_clear()
    dynamodb.dynamodb()


def logging_time(account: Account, people: int) -> list[Callable[[], int]]:
    """Each logs an hour on one task of one project."""
    client = clients.create(account.id, ClientFields(name="Example Ltd"), NOW)
    project = projects.create(account.id, ProjectFields(client_id=client.id, name="Website"), NOW).project
    task = tasks.create(account.id, TaskFields(name="Design"), NOW)
    task_assignments.create(account.id, project.id, task.id, default_fields, NOW)
    body = {"project_id": project.id, "task_id": task.id, "spent_date": "2026-03-01", "hours": 1}
    sending = [_sending(account, "POST", "/v2/time_entries", "create_time_entry", body) for _ in range(people)]
    for user in users.everyone(account.id):
        user_assignments.create(account.id, project.id, user.id, user_assigned, NOW)
    return sending


def creating_tasks(account: Account, people: int) -> list[Callable[[], int]]:
    """Each creates a task of another name."""
    return [
        _sending(account, "POST", "/v2/tasks", "create_task", {"name": f"Task {next(_numbers)}"}) for _ in range(people)
    ]


def _sending(account: Account, method: str, path: str, operation: str, body: object) -> Callable[[], int]:
    """The request of another administrator each time."""
    event = Api(make_token(account), account.id).event(method, path, body)
    handler = handler_of(operation)

    def send() -> int:
        answer = handler(json.loads(json.dumps(event)))
        return int(answer["statusCode"])

    return send
