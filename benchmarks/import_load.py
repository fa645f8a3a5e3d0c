"""One import by many workers, on DynamoDB as it refuses: what they get done together, and what others notice of it."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from statistics import median, quantiles
from threading import Event
from unittest.mock import patch

from benchmarks.bulk_imports import begun, export
from benchmarks.load import SCALE, strict_engine
from benchmarks.meter import metered
from benchmarks.operations import FIRST_PROJECT, operation, populated, remembered
from benchmarks.table import Table
from sheaf.aws import queue
from sheaf.domain.identity import Account, AccountId
from sheaf.domain.imports.job import RowCounts
from sheaf.domain.user_assignment import UserTakenError, default_fields
from sheaf.imports import applying
from sheaf.store import projects, user_assignments, users
from sheaf.store.imports import jobs
from tests.support import sample_files
from tests.support.api import NOW, make_account, make_table

WORKERS = (1, 2, 5, 10, 20)
ROWS, ROWS_OF_A_WORKER = 20_000, 1_000
NAMED = 2_000  # rows that are applied beforehand: they make all that others name
SECONDS = 28.0  # that the function of a worker has before it puts a batch off
SHAPE = sample_files.TimeShape(stay=5)
RESTLESS = sample_files.TimeShape()
ALONE_SECONDS = 2.0
REQUESTS = ("list: all on one page", "time: log")

type Timings = dict[str, list[float]]
"""What requests took, by their names. Milliseconds."""


@dataclass(frozen=True)
class Imported:
    """An import: its rows by outcome, the seconds that it took, as on DynamoDB, and what was in its way."""

    counts: RowCounts
    seconds: float
    came_back: int
    conflicts: int

    @property
    def rows_per_second(self) -> float:
        """Those that were created; none may fail."""
        if self.counts.failed:
            raise AssertionError(f"{self.counts.failed} rows failed")
        return self.counts.created / self.seconds


def measure(endpoint_url: str) -> str:
    """The tables of imports by their workers, and of requests of another account meanwhile."""
    runs = [
        (f"{rows:,}", workers, *imported(endpoint_url, workers, rows))
        for workers in WORKERS
        for rows in [min(ROWS, ROWS_OF_A_WORKER * workers)]
    ]
    runs.append((f"{ROWS:,}, and all that they name", WORKERS[-1], *imported(endpoint_url, WORKERS[-1], ROWS, named=0)))
    alone = runs[0][2].rows_per_second
    units = [write_units(endpoint_url, shape) for shape in (SHAPE, RESTLESS)]
    by_workers = Table(
        "One import by many workers",
        "New time entries, on the strict engine as in the section before. What the rows name is there already, but in"
        f" the last line: there the import also makes {SHAPE.people} people, {SHAPE.projects} projects,"
        f" {SHAPE.tasks} tasks and the assignments of tasks and people. People stay with a project and a task for"
        f" {SHAPE.stay} days;"
        f" then a row takes {units[0]:.1f} write units, and {units[1]:.1f} where they go to another every day."
        " Rows a second are those of the engine's time; on Lambda, what a worker computes comes on top.",
        ["rows", "workers", "rows/s", "against one worker", "batches that came back", "conflicts"],
        [
            [
                rows,
                str(workers),
                f"{run.rows_per_second:,.0f}",
                f"{run.rows_per_second / alone:.1f}",
                str(run.came_back),
                str(run.conflicts),
            ]
            for rows, workers, run, _ in runs
        ],
    )
    _, _, _, during = runs[-2]
    before = _alone(endpoint_url)
    beside = Table(
        "Requests while another account imports",
        f"Requests that another account sends one by one while {WORKERS[-1]} workers import the {ROWS:,} rows above,"
        " against the same requests without an import; in the engine's time.",
        ["request", "alone: median, ms", "95 %, ms", "during: median, ms", "95 %, ms", "median against alone"],
        [
            [
                name,
                *_figures(before[name]),
                *_figures(during[name]),
                f"{median(during[name]) / median(before[name]):.2f}",
            ]
            for name in before
        ],
    )
    return f"{by_workers}\n{beside}"


def imported(
    endpoint_url: str, workers: int, rows: int, named: int = NAMED, scale: float = SCALE
) -> tuple[Imported, Timings]:
    """Have so many workers apply a file of new time; first, and unobserved, `named` other rows.

    Another account sends its requests all the while: what these took.
    """
    make_table(endpoint_url)
    neighbour, account_id = populated(), make_account(2).id
    if named:
        _apply(begun(account_id, export(0, named, SHAPE))[1])
        _assign_everybody(account_id)
    import_id, bodies = begun(account_id, export(named, rows, SHAPE))
    has_ended = Event()
    with strict_engine(endpoint_url, scale) as strict, ThreadPoolExecutor(1) as other:
        timings = other.submit(timed, neighbour, scale, has_ended)
        try:
            seconds, came_back = _applied(bodies, workers)
        finally:
            has_ended.set()
        found = timings.result()
    conflicts = sum(strict.refused.values())
    return Imported(jobs.get(account_id, import_id).counts, seconds / scale, came_back, conflicts), found


def timed(account: Account, scale: float, has_ended: Event) -> Timings:
    """Send an account's requests in turn until that is set, and once at least."""
    api = remembered(account, assigned_to=FIRST_PROJECT)
    sends: dict[str, Callable[[], object]] = {name: operation(name).prepare(api) for name in REQUESTS}
    found: Timings = {name: [] for name in sends}
    for send in sends.values():
        send()  # loads the handler
    while True:
        for name, send in sends.items():
            began = time.perf_counter()
            send()
            found[name].append((time.perf_counter() - began) * 1000 / scale)
        if has_ended.is_set():
            return found


def write_units(endpoint_url: str, shape: sample_files.TimeShape, rows: int = NAMED) -> float:
    """What a new row takes of DynamoDB's write units, once all that the rows name is there."""
    make_table(endpoint_url)
    account_id = make_account().id
    _apply(begun(account_id, export(0, rows, shape))[1])
    _assign_everybody(account_id)
    _, bodies = begun(account_id, export(rows, rows, shape))
    with metered() as cost:
        _apply(bodies)
    return cost.write_units / rows


def _assign_everybody(account_id: AccountId) -> None:
    for user in users.everyone(account_id):
        for project in projects.everything(account_id):
            with suppress(UserTakenError):
                user_assignments.create(account_id, project.id, user.id, default_fields, NOW)


def _alone(endpoint_url: str) -> Timings:
    """What the same requests take where nobody else sends any."""
    make_table(endpoint_url)
    neighbour, has_ended = populated(), Event()
    with strict_engine(endpoint_url, SCALE), ThreadPoolExecutor(1) as other:
        timings = other.submit(timed, neighbour, SCALE, has_ended)
        time.sleep(ALONE_SECONDS * SCALE)
        has_ended.set()
        return timings.result()


def _apply(bodies: Sequence[str]) -> None:
    for body in bodies:
        applying.apply(body)


def _applied(bodies: Sequence[str], workers: int) -> tuple[float, int]:
    """The seconds that it took, and how many batches went back into the queue."""
    left, back = deque(bodies), list[str]()

    def put_off(_account_id: AccountId, again: Sequence[str], delay_seconds: int) -> None:
        if not delay_seconds:
            raise AssertionError("a batch that is put off must not come at once")
        back.extend(again)
        left.extend(again)

    def work(_: int) -> None:
        with suppress(IndexError):
            while True:
                applying.apply(left.popleft(), None, SECONDS)

    with patch.object(queue, "send_batches", put_off), ThreadPoolExecutor(workers) as threads:
        began = time.perf_counter()
        list(threads.map(work, range(workers)))
        return time.perf_counter() - began, len(back)


def _figures(milliseconds: Sequence[float]) -> list[str]:
    slow = quantiles(milliseconds, n=20, method="inclusive")[-1]
    return [f"{median(milliseconds):.0f}", f"{slow:.0f}"]
