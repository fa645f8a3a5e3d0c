"""An import of account 1 and what happens to it on its way: it is made, begun, and its batches are settled."""

from dataclasses import replace

from sheaf.domain.identity import AccountId
from sheaf.domain.imports.job import FileKind, Import, ImportFields, ImportStatus, StoredFile
from sheaf.domain.imports.rows import Outcome, Verdict
from sheaf.domain.values import Id, Timestamp
from sheaf.store.imports import jobs, progress
from sheaf.store.imports.progress import Batch, Failure, Settled
from sheaf.store.transactions import commit

ACCOUNT, OTHER = AccountId(1), AccountId(2)
NOW, LATER, LAST = (Timestamp(f"2026-03-01T12:00:0{second}Z") for second in range(3))
FILE = StoredFile("accounts/1/imports/1/tasks.csv", "etag", 120, "v1")
FIELDS = ImportFields(kind=FileKind.TASKS, file_name="tasks.csv")
WAITING = Import(
    id=Id(1),
    status=ImportStatus.AWAITING_UPLOAD,
    kind=FileKind.TASKS,
    dry_run=False,
    file_name="tasks.csv",
    user_id=Id(7),
    created_at=NOW,
    updated_at=NOW,
)
RUNNING = replace(WAITING, status=ImportStatus.RUNNING, file=FILE, started_at=LATER, updated_at=LATER)


def created() -> Import:
    return jobs.create(ACCOUNT, FIELDS, Id(7), NOW)


def started() -> Import:
    return jobs.start(ACCOUNT, created().id, FILE, LATER)


def settled(*outcomes: str, is_last: bool = False, used: frozenset[Id] = frozenset(), first: int = 1) -> Settled:
    verdicts = [
        Verdict(number, Outcome(item), *(("name", "Bad") if item == "failed" else ()))
        for number, item in enumerate(outcomes, first)
    ]
    failed: list[Failure] = [
        (verdict, {"name": f"Row {verdict.number}"}) for verdict in verdicts if verdict.outcome is Outcome.FAILED
    ]
    return Settled(verdicts, failed, used, is_last)


def settle(batch: Batch, what: Settled) -> None:
    commit(progress.progress(ACCOUNT, Id(1), batch, what, LAST))


def batch(number: int, digest: str = "d") -> Batch:
    return progress.batch(ACCOUNT, Id(1), number, digest)[1]
