"""Bulk imports: what a row takes to be applied, and what an import means to the requests of other accounts.

The rows go to the local engine first, and its answers are taken down; then the same batches are applied with these
answers in place of the network, so that what is left is our own work. No verdict differs, so neither do the requests.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from statistics import median, quantiles
from threading import Event, get_ident
from types import SimpleNamespace

from botocore.auth import AUTH_TYPE_MAPS, SigV4Auth

from benchmarks.network import Answer, recording, replaying
from benchmarks.operations import SPENT, WITH_TIME, Operation, remembered
from benchmarks.table import Table
from sheaf.aws.dynamodb import dynamodb
from sheaf.domain.client import ClientFields
from sheaf.domain.identity import Account, AccountId
from sheaf.domain.imports import columns
from sheaf.domain.imports.job import ImportFields, RowCounts, StoredFile
from sheaf.domain.imports.reader import Reader
from sheaf.domain.project import ProjectFields
from sheaf.domain.task import TaskFields
from sheaf.domain.task_assignment import default_fields
from sheaf.domain.values import Id
from sheaf.imports import applying, clock, formats, staging
from sheaf.imports.batch import ROWS as ROWS_OF_A_BATCH
from sheaf.imports.batch import to_json
from sheaf.store import clients, keys, projects, reads, task_assignments, tasks
from sheaf.store.imports import jobs
from sheaf.store.imports.jobs import Header
from tests.support import sample_files
from tests.support.api import NOW, make_account, make_table

ROWS = 2_000
REPLAYS = 3
WORKERS = 2
TIMES = 50  # that each request is sent beside an import
NEIGHBOURS_TASKS = 100
BARE = "nothing but one item read"
SUPPLY = 20_000  # rows to be applied meanwhile, more than the workers get done

REQUESTS = (
    Operation(f"a page of {NEIGHBOURS_TASKS} tasks", "GET", "/v2/tasks"),
    Operation("a time entry is logged", "POST", "/v2/time_entries", SPENT, 201),
)

NAMED = 5  # batches that are applied beforehand: they make what most others name
SHAPE = sample_files.TimeShape()
FEW = sample_files.TimeShape(people=5, projects=5, tasks=4)


def export(first: int, rows: int, shape: sample_files.TimeShape = SHAPE) -> bytes:
    """A detailed export of rows from number `first` on."""
    numbers = range(first, first + rows)
    return sample_files.csv_bytes(
        sample_files.DETAILED_EXPORT, (sample_files.time_row(number, shape) for number in numbers)
    )


@dataclass(frozen=True)
class Applied:
    """One import of `rows` rows: how it went at the engine (wall clock), and without a network (CPU). Seconds."""

    counts: RowCounts
    calls: int
    engine_seconds: float
    cpu_seconds: float
    stub_seconds: float  # of the CPU time

    @property
    def rows(self) -> int:
        """All that were applied; a row that fails would be a cheap one, and there is none."""
        return self.counts.created + self.counts.unchanged

    @property
    def stub_share(self) -> float:
        """How much of the CPU time goes into giving recorded answers."""
        return self.stub_seconds / self.cpu_seconds

    @property
    def rows_per_cpu_second(self) -> float:
        """What one core applies in a second, without the time that the stub takes."""
        return self.rows / (self.cpu_seconds - self.stub_seconds)

    @property
    def rows_per_second(self) -> float:
        """What one worker applies in a second at the engine."""
        return self.rows / self.engine_seconds


def measure(endpoint_url: str, rows: int = ROWS, times: int = TIMES, supply: int = SUPPLY) -> str:
    """The tables of rows applied, and of requests beside an import."""
    AUTH_TYPE_MAPS["v4"] = SigV4Auth  # as on Lambda: awscrt, which comes with the development tools, is not there
    return f"{_rows(endpoint_url, rows)}\n{_neighbours(endpoint_url, times, supply)}"


# ------------------------------------------------------------ rows


def _rows(endpoint_url: str, rows: int) -> Table:
    make_table(endpoint_url)
    account_id = make_account().id
    found = {
        "tasks, new": applied(account_id, sample_files.tasks(rows)),
        "tasks, unchanged": applied(account_id, sample_files.tasks(rows)),
        "time entries, and all that they name": applied(account_id, export(0, rows)),
        "time entries, new": applied(account_id, export(rows, rows)),
        "time entries, unchanged": applied(account_id, export(rows, rows)),
    }
    stub_share = max(rate.stub_share for rate in found.values())
    return Table(
        "Rows that are applied",
        f"{rows:,} rows of each, in batches of {ROWS_OF_A_BATCH} as the queue delivers them, one after the other. Per"
        " second of CPU time: with recorded answers in place of the network, fastest of"
        f" {REPLAYS} rounds; the time of giving these ({stub_share:.1%} at most) is"
        " left out. The local engine is a process of its own and says nothing of DynamoDB's speed. The first"
        f" rows of time also make {SHAPE.people} people, {SHAPE.projects} projects, {SHAPE.tasks} tasks and up to"
        f" {SHAPE.projects * SHAPE.tasks} assignments.",
        [
            "rows",
            "calls of DynamoDB for 100",
            "rows per CPU second",
            "rows/s, one worker at the local engine",
            "against a CPU second",
        ],
        [
            [
                name,
                f"{value.calls / value.rows * 100:.0f}",
                f"{value.rows_per_cpu_second:,.0f}",
                f"{value.rows_per_second:,.0f}",
                f"{value.rows_per_second / value.rows_per_cpu_second:.2f}",
            ]
            for name, value in found.items()
        ],
    )


def applied(account_id: AccountId, content: bytes) -> Applied:
    """Import a file at the engine, and again as often as is needed with the answers that it gave."""
    import_id, bodies = begun(account_id, content)
    with recording() as answers:
        began = time.perf_counter()
        _apply(bodies)
        engine_seconds = time.perf_counter() - began
    counts = jobs.get(account_id, import_id).counts
    with replaying(answers):
        with recording() as again:
            _apply(bodies)
        if again != answers:
            raise AssertionError(f"{len(answers)} answers were taken down, {len(again)} were asked for the second time")
        cpu_seconds = min(_cpu_seconds(lambda: _apply(bodies)) for _ in range(REPLAYS))
    return Applied(counts, len(answers), engine_seconds, cpu_seconds, _stub_seconds(answers))


def begun(account_id: AccountId, content: bytes) -> tuple[Id, Sequence[str]]:
    """A running import, and the messages that its file is cut into. It never ends: nobody says how many they are."""
    fields = ImportFields(file_name="rows.csv")
    key = f"accounts/{account_id}/inbox/{next(_NUMBERS)}/rows.csv"
    job = jobs.start_from_inbox(account_id, fields, StoredFile(key, "etag", len(content)), clock.now())
    table = formats.read(sample_files.stream(content))
    kind = columns.kind_of(table.columns)
    reader = Reader(kind, table.columns)
    jobs.describe(account_id, job.id, Header(kind, table.columns, reader.ignored), clock.now())
    with staging.stage(table, reader, lambda _ids: {}) as staged:
        return job.id, [to_json(message) for message in staged.messages(account_id, job.id, kind)]


_NUMBERS = count(1)


def _apply(bodies: Sequence[str]) -> None:
    for body in bodies:
        applying.apply(body)


def _cpu_seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _stub_seconds(answers: Sequence[Answer]) -> float:
    """The CPU time that giving these answers takes, and nothing else."""
    with replaying(list(answers)):
        events = dynamodb().meta.events
        request = SimpleNamespace(url=dynamodb().meta.endpoint_url)

        def give() -> None:
            for _ in answers:
                given = events.emit_until_response("before-send.dynamodb.GetItem", request=request)[1]
                given.content  # noqa: B018 - botocore reads it

        return _cpu_seconds(give)


# ------------------------------------------------------------ neighbours


def _neighbours(endpoint_url: str, times: int, supply: int) -> Table:
    make_table(endpoint_url)
    importing = make_account(1)
    neighbour = _neighbour(2)
    api = remembered(neighbour)
    sends: dict[str, Callable[[], object]] = {operation.name: operation.prepare(api) for operation in REQUESTS}
    sends[BARE] = lambda: reads.item(keys.record(neighbour.id, "TASK", Id(1)))
    _asked(sends, 1)  # loads the handlers
    alone = _asked(sends, times)
    with _importing(importing.id, supply) as rows_done:
        during = _asked(sends, times)
        applied_rows = rows_done()
    alone = {name: asked + alone[name] for name, asked in _asked(sends, times).items()}
    return Table(
        "Requests while another account imports",
        f"{WORKERS} threads apply time entries to one account, {applied_rows:,} in this time, while another account"
        f" sends {times} requests of each kind, one by one; as many before it and after it are the comparison. All"
        " of it shares one process and the local engine, which answers one call after the other; the last line shows"
        " how long a read without Sheaf waits for both. Conflicts over common items would show in the calls of"
        " DynamoDB.",
        [
            "request",
            "alone: median, ms",
            "95 %, ms",
            "calls of DynamoDB",
            "during: median, ms",
            "95 %, ms",
            "calls of DynamoDB",
            "median against alone",
        ],
        [
            [name, *_figures(alone[name]), *_figures(during[name]), f"{during[name].middle / alone[name].middle:.2f}"]
            for name in sends
        ],
    )


@dataclass(frozen=True)
class Asked:
    """Requests of one kind: how long each took (ms), and the calls of DynamoDB of all of them."""

    milliseconds: tuple[float, ...] = ()
    calls: int = 0

    def __add__(self, other: "Asked") -> "Asked":
        return Asked(self.milliseconds + other.milliseconds, self.calls + other.calls)

    @property
    def middle(self) -> float:
        """The median, ms."""
        return median(self.milliseconds)


def _figures(asked: Asked) -> list[str]:
    slow = quantiles(asked.milliseconds, n=20, method="inclusive")[-1]
    return [f"{asked.middle:.1f}", f"{slow:.1f}", f"{asked.calls / len(asked.milliseconds):.2f}"]


def _asked(sends: Mapping[str, Callable[[], object]], times: int) -> dict[str, Asked]:
    """Send requests of each kind in turn, so that a slow moment meets all alike."""
    found = dict.fromkeys(sends, Asked())
    for _ in range(times):
        for name, send in sends.items():
            with _calls_of_this_thread() as calls:
                began = time.perf_counter()
                send()
                found[name] += Asked(((time.perf_counter() - began) * 1000,), len(calls))
    return found


@contextmanager
def _calls_of_this_thread() -> Iterator[list[str]]:
    calls: list[str] = []
    me = get_ident()

    def sent(event_name: str, **_: object) -> None:
        if get_ident() == me:
            calls.append(event_name)

    events = dynamodb().meta.events
    events.register("before-send.dynamodb", sent)
    try:
        yield calls
    finally:
        events.unregister("before-send.dynamodb", sent)


@contextmanager
def _importing(account_id: AccountId, rows: int) -> Iterator[Callable[[], int]]:
    """Have workers apply a file of time entries for the length of a `with` block; how many rows are applied so far."""
    import_id, bodies = begun(account_id, export(0, rows, FEW))
    _apply(bodies[:NAMED])
    before = jobs.get(account_id, import_id).counts.created
    left = iter(bodies[NAMED:])
    has_ended = Event()

    def work(first: str) -> None:
        body: str | None = first
        while body is not None and not has_ended.is_set():
            applying.apply(body)
            body = next(left, None)

    def rows_done() -> int:
        if next(left, None) is None:
            raise AssertionError(f"{rows} rows were applied before the requests had ended; take more")
        return jobs.get(account_id, import_id).counts.created - before

    with ThreadPoolExecutor(WORKERS) as pool:
        workers = [pool.submit(work, next(left)) for _ in range(WORKERS)]
        try:
            yield rows_done
        finally:
            has_ended.set()
        for worker in workers:
            worker.result()


def _neighbour(account_id: int) -> Account:
    account = make_account(account_id)
    for number in range(1, NEIGHBOURS_TASKS + 1):
        tasks.create(account.id, TaskFields(name=f"Task {number}"), NOW)
    client = clients.create(account.id, ClientFields(name="Example Ltd"), NOW)
    projects.create(account.id, ProjectFields(client_id=client.id, name="Website"), NOW)
    task_assignments.create(account.id, Id(1), WITH_TIME, default_fields, NOW)
    return account
