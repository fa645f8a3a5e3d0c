"""domain: an import, one file on its way into an account, and the states that it goes through."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sheaf.domain.errors import InvalidError
from sheaf.domain.values import Id, Timestamp

UNDO_FOR = timedelta(days=30)  # after its end, as Harvest's own importer
WORKERS_END_IN = timedelta(minutes=1)  # after an import is stopped; a worker takes 40 seconds at most


class FileKind(StrEnum):
    """What the rows of a file are."""

    TASKS = "tasks"
    PROJECTS = "projects"
    TASK_ASSIGNMENTS = "task_assignments"
    TIME_ENTRIES = "time_entries"


class Source(StrEnum):
    """Which program has written a file."""

    HARVEST_DETAILED = "harvest_detailed"
    HARVEST_TIME_IMPORT = "harvest_time_import"
    TOGGL_DETAILED = "toggl_detailed"
    CLOCKIFY_DETAILED = "clockify_detailed"
    GENERIC = "generic"


class ImportStatus(StrEnum):
    """Where an import stands; the last four are final."""

    AWAITING_UPLOAD = "awaiting_upload"
    RUNNING = "running"
    COMPLETED = "completed"
    COMPLETED_WITH_ERRORS = "completed_with_errors"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing of the import will ever change again."""
        return self not in (ImportStatus.AWAITING_UPLOAD, ImportStatus.RUNNING)


@dataclass(frozen=True, slots=True)
class RowCounts:
    """How many rows came to what. None of the numbers ever falls, and they add up to `total` at the end."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0

    @property
    def done(self) -> int:
        """The rows whose verdict is known."""
        return self.created + self.updated + self.unchanged + self.failed

    def __add__(self, other: "RowCounts") -> "RowCounts":
        return RowCounts(
            self.created + other.created,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.failed + other.failed,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFields:
    """What a caller may say of an import. What is None, the file tells; see `reading.Reading`.

    Args:
        encoding: `utf-8` or `windows-1252`; a byte-order mark tells of UTF-8 and UTF-16 in any case.
        time_of_user_id: whose time it is, for files without a column for that.
    """

    kind: FileKind | None = None
    dry_run: bool = False
    file_name: str | None = None
    date_format: str | None = None
    decimal_symbol: str | None = None
    encoding: str | None = None
    default_task: str | None = None
    time_of_user_id: Id | None = None


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One object of the imports bucket, pinned: `version_id` where the bucket keeps versions, and the `etag`."""

    key: str
    etag: str
    size: int
    version_id: str | None = None


class UndoStatus(StrEnum):
    """Where the undoing of an import stands."""

    RUNNING = "running"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class UndoPosition:
    """How far an undo has come: the kind of records and the shard it is at, and what of them is done.

    `ids_done` are done of the note `sk`, and all of the notes that are sorted before it.
    """

    kind: int = 0
    shard: int = 0
    sk: str = ""
    ids_done: int = 0


@dataclass(frozen=True, slots=True)
class ImportUndo:
    """The undoing of an import, or the dry run of it: the `attempt`-th of this import.

    What the import has created is either there no more when it ends, and counted as removed, or left and listed with
    the reason in a report. `steps` grows with each transaction.
    """

    attempt: int
    status: UndoStatus
    dry_run: bool
    user_id: Id | None
    started_at: Timestamp
    updated_at: Timestamp
    finished_at: Timestamp | None = None
    steps: int = 0
    position: UndoPosition = field(default_factory=UndoPosition)
    time_entries_removed: int = 0
    time_entries_left: int = 0
    records_removed: int = 0
    records_left: int = 0

    @property
    def has_report(self) -> bool:
        """Whether what was left is listed in a report."""
        return self.status is UndoStatus.COMPLETED and bool(self.time_entries_left or self.records_left)


@dataclass(frozen=True, slots=True)
class Import:
    """One import of one account.

    `rows_total` is None until the whole file has been read; `batches_total` likewise. `error` says why an import as a
    whole failed. `ignored_columns` are those of the file that mean nothing to Sheaf. `user_id` is None for files that
    were put into the bucket. `has_report` says that the rows which failed are listed in a report in the bucket.
    `source` and all that follows say how the file was read: what the caller said of it, and once its header and its
    rows were looked at, what they showed (`is_date_format_assumed`: nothing showed it). `rows_skipped` are rows that
    say nothing, such as a total or an empty one; `rows_total` is without them. `used_columns` are those that mean
    something. `preview` are the first rows of a dry run, as they would be stored, each as a JSON object. `undo` is the
    last undoing of it, or dry run of that.
    """

    id: Id
    status: ImportStatus
    kind: FileKind | None
    dry_run: bool
    file_name: str | None
    user_id: Id | None
    created_at: Timestamp
    updated_at: Timestamp
    started_at: Timestamp | None = None
    finished_at: Timestamp | None = None
    rows_total: int | None = None
    batches_total: int | None = None
    counts: RowCounts = field(default_factory=RowCounts)
    error: str | None = None
    ignored_columns: tuple[str, ...] = ()
    file: StoredFile | None = None
    has_report: bool = False
    source: Source | None = None
    date_format: str | None = None
    decimal_symbol: str | None = None
    is_date_format_assumed: bool = False
    encoding: str | None = None
    delimiter: str | None = None
    default_task: str | None = None
    time_of_user_id: Id | None = None
    rows_skipped: int = 0
    used_columns: tuple[str, ...] = ()
    preview: tuple[str, ...] = ()
    undo: ImportUndo | None = None

    @property
    def user_ids(self) -> frozenset[Id]:
        """Who began it, and its undo, where that were users."""
        began = (self.user_id, None if self.undo is None else self.undo.user_id)
        return frozenset(user_id for user_id in began if user_id is not None)

    @property
    def is_being_undone(self) -> bool:
        """Whether an undo of it, or the dry run of one, is under way."""
        return self.undo is not None and self.undo.status is UndoStatus.RUNNING

    def next_undo(self, now: Timestamp, user_id: Id | None, *, dry_run: bool) -> ImportUndo:
        """The undo of this import that begins now; the present one, where that is the same or was no dry run.

        Raises:
            InvalidError: there is nothing to undo, it is too late, or another undo is under way.
        """
        if self.undo is not None and not self.undo.dry_run:
            return self.undo
        if self.undo is not None and self.is_being_undone:
            if dry_run:
                return self.undo
            raise InvalidError("A dry run of the undo is still under way; wait until it has ended")
        if not self.status.is_final:
            raise InvalidError("Import is still under way; cancel it first, or wait until it has ended")
        if self.dry_run:
            raise InvalidError("Import was a dry run, which has written nothing")
        ended = datetime.fromisoformat(self.finished_at or self.updated_at)
        since = datetime.fromisoformat(now) - ended
        if self.status in (ImportStatus.CANCELLED, ImportStatus.FAILED) and since < WORKERS_END_IN:
            raise InvalidError("Import was stopped less than a minute ago, and may still create records; wait a minute")
        if since > UNDO_FOR:
            raise InvalidError(f"Import ended more than {UNDO_FOR.days} days ago and can't be undone any more")
        attempt = 1 if self.undo is None else self.undo.attempt + 1
        return ImportUndo(attempt, UndoStatus.RUNNING, dry_run, user_id, started_at=now, updated_at=now)


@dataclass(frozen=True, slots=True)
class ImportSnapshot:
    """An import as it stands now, with its progress: the batches done, and how it is to end if it is stopped.

    `stop` is CANCELLED or FAILED with the reason, from the decision to stop until the import has that status.
    """

    job: Import
    batches_done: int = 0
    stop: tuple[ImportStatus, str | None] | None = None

    @property
    def is_done(self) -> bool:
        """Whether the verdict on every row is known."""
        return self.job.batches_total is not None and self.batches_done >= self.job.batches_total
