"""Bulk imports: what a row takes to be applied.

The rows go to the local engine first, and its answers are taken down; then the same batches are applied with these
answers in place of the network, so that what is left is our own work. No verdict differs, so neither do the requests.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from types import SimpleNamespace

from botocore.auth import AUTH_TYPE_MAPS, SigV4Auth

from benchmarks.network import Answer, recording, replaying
from benchmarks.table import Table
from sheaf.aws.dynamodb import dynamodb
from sheaf.domain.identity import AccountId
from sheaf.domain.imports import columns
from sheaf.domain.imports.job import ImportFields, RowCounts, StoredFile
from sheaf.domain.imports.reader import Reader
from sheaf.domain.values import Id
from sheaf.imports import applying, clock, formats, staging
from sheaf.imports.batch import ROWS as ROWS_OF_A_BATCH
from sheaf.imports.batch import to_json
from sheaf.store.imports import jobs
from sheaf.store.imports.jobs import Header
from tests.support import sample_files
from tests.support.api import make_account, make_table

ROWS = 2_000
REPLAYS = 3

SHAPE = sample_files.TimeShape()


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


def measure(endpoint_url: str, rows: int = ROWS) -> Table:
    """The table of rows applied."""
    AUTH_TYPE_MAPS["v4"] = SigV4Auth  # as on Lambda: awscrt, which comes with the development tools, is not there
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
        return job.id, [to_json(message) for message in staged.messages(account_id, job.id)]


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
