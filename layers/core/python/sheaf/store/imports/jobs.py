"""store: imports. Access patterns B1 to B7 of docs/data-model.md.

An import's own item has its state as a whole: its file, what the splitter found in it and how far it has come, and
how it ended. What its workers do is counted in shards, by the number of the batch (see `progress`). A marker
item in a partition of its own lets the watchdog find imports that nobody ended (see `endings`).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sheaf.domain.errors import NotFoundError
from sheaf.domain.idempotency import Keep, keep_nothing
from sheaf.domain.identity import AccountId
from sheaf.domain.imports.job import FileKind, Import, ImportFields, ImportSnapshot, ImportStatus, Source, StoredFile
from sheaf.domain.imports.reading import Reading
from sheaf.domain.imports.rows import Outcome
from sheaf.domain.paging import Filter, Page, PageRequest
from sheaf.domain.values import Id, Timestamp
from sheaf.store import answers, keys, reads, sequence, stamps
from sheaf.store.items import Item, flag, number, read_id, text
from sheaf.store.keys import Key
from sheaf.store.lists import Listing, page_of
from sheaf.store.mappers.import_job import (
    from_item,
    has_shards,
    own_key,
    purge_at,
    read_list,
    shard_keys,
    summed,
    to_item,
)
from sheaf.store.records import count_write, total
from sheaf.store.transactions import StaleError, Write, commit, retried
from sheaf.store.writes import put_new, update


class ImportClosedError(Exception):
    """The import is stopped, has ended, or never was: nothing of it may be written any more."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the splitter reads first: what the file is, its columns (for the report too), and how its cells are read."""

    kind: FileKind
    columns: Sequence[str]
    ignored: Sequence[str]
    source: Source = Source.GENERIC
    reading: Reading = field(default_factory=Reading)
    encoding: str = "utf-8"
    delimiter: str | None = None


@dataclass(frozen=True, slots=True)
class SplitProgress:
    """How far the splitter has come: the batches that the queue has for sure, and a digest of all that they hold."""

    batches_sent: int = 0
    digest: str = ""


# ------------------------------------------------------------ for whoever asks


def create(
    account_id: AccountId,
    fields: ImportFields,
    user_id: Id | None,
    now: Timestamp,
    *,
    keep: Keep[Import] = keep_nothing,
) -> Import:
    """A new import that waits for its file (B1). Raises AnsweredError, BusyError."""

    def decide() -> Import:
        job = _new(sequence.next_id(account_id, "IMPORT"), fields, user_id, now)
        commit([*answers.kept(account_id, keep(job)), *_added(account_id, job)])
        return job

    return retried(decide)


def get(account_id: AccountId, import_id: Id) -> Import:
    """One import, with its counts as they are now (B2). Raises NotFoundError."""
    return snapshot(account_id, import_id).job


def snapshot(account_id: AccountId, import_id: Id) -> ImportSnapshot:
    """An import and how far it has come (B2). Raises NotFoundError."""
    key = own_key(account_id, import_id)
    found = reads.items([key, *shard_keys(account_id, import_id)])
    item = found.get(keys.key_pair(key))
    if item is None:
        raise NotFoundError
    return from_item(item, summed(account_id, item, found))


def page(account_id: AccountId, request: PageRequest) -> Page[Import]:
    """One page of the account's imports, newest first (B3)."""
    listing = Listing(keys.records(account_id, "IMPORT"), keys.totals(account_id, "IMPORT"))
    found = page_of(listing.source(Filter()), request)
    moving = [read_id(item["id"]) for item in found.records if has_shards(item)]
    shards = reads.items([key for import_id in moving for key in shard_keys(account_id, import_id)])
    return found.map(lambda item: from_item(item, summed(account_id, item, shards)).job)


# ------------------------------------------------------------ for the splitter


def start(account_id: AccountId, import_id: Id, file: StoredFile, now: Timestamp) -> Import:
    """The import for which its file was uploaded: running with that file, if it was waiting (B4).

    Otherwise as it stands, which the caller has to compare with the file: an upload is told more than once, and an
    import takes the first only.

    Raises:
        NotFoundError, BusyError.
    """

    def decide() -> Import:
        before = snapshot(account_id, import_id)
        if before.job.status is not ImportStatus.AWAITING_UPLOAD or before.stop:
            return before.job
        after = _started(before.job, file, now)
        begun = assign(
            own_key(account_id, import_id),
            {name: to_item(after)[name] for name in ("status", "file", "started_at", "updated_at")},
            condition="#status = :awaiting AND attribute_not_exists(stop)",
            values={":awaiting": text(ImportStatus.AWAITING_UPLOAD)},
        )
        commit([begun, *_opened_shards(account_id, import_id, now)])
        return after

    return retried(decide)


def start_from_inbox(account_id: AccountId, fields: ImportFields, file: StoredFile, now: Timestamp) -> Import:
    """The import of a file that was put into the inbox: one for each version of an object, however often told (B5)."""
    claim = keys.import_file(account_id, json.dumps([file.key, file.version_id or file.etag]))

    def decide() -> Import:
        taken = reads.item(claim)
        if taken is not None:
            return get(account_id, read_id(taken["import_id"]))
        job = _started(_new(sequence.next_id(account_id, "IMPORT"), fields, None, now), file, now)
        claimed = put_new({**claim, "import_id": number(job.id), "purge_at": purge_at(now)}, StaleError())
        commit([claimed, *_added(account_id, job), *_opened_shards(account_id, job.id, now)])
        return job

    return retried(decide)


def describe(account_id: AccountId, import_id: Id, header: Header, now: Timestamp) -> None:
    """Write down what the header of the file says (B6). Raises ImportClosedError."""
    attributes = {
        "kind": text(header.kind),
        "columns": text(json.dumps(header.columns, ensure_ascii=False)),
        "ignored_columns": text(json.dumps(header.ignored, ensure_ascii=False)),
        "source": text(header.source),
        "date_format": text(header.reading.date_format),
        "decimal_symbol": text(header.reading.decimal_symbol),
        "is_date_format_assumed": flag(header.reading.is_assumed),
        "encoding": text(header.encoding),
        "delimiter": text(header.delimiter),
        "updated_at": text(now),
    }
    commit([while_running(account_id, import_id, attributes)])


def columns(account_id: AccountId, import_id: Id) -> list[str]:
    """The columns of an import's file, in their order (B6). Raises NotFoundError."""
    return read_list(_item(account_id, import_id)["columns"])


def split_progress(account_id: AccountId, import_id: Id) -> SplitProgress:
    """How far the splitter has come (B7). Raises NotFoundError."""
    item = _item(account_id, import_id)
    return SplitProgress(int(item["batches_sent"]["N"]), item["digest"]["S"])


def mark_sent(account_id: AccountId, import_id: Id, until: SplitProgress, now: Timestamp) -> None:
    """Write down that the queue has all batches up to there (B7). Raises ImportClosedError."""
    attributes = {"batches_sent": number(until.batches_sent), "digest": text(until.digest), "updated_at": text(now)}
    commit([while_running(account_id, import_id, attributes)])


@dataclass(frozen=True, slots=True)
class Cut:
    """A file that is cut: its rows without those that say nothing, its batches, and the former.

    `preview`: its first rows as they would be stored, each as a JSON object.
    """

    rows_total: int
    batches_total: int
    rows_skipped: int = 0
    preview: Sequence[str] = ()


def mark_all_sent(account_id: AccountId, import_id: Id, cut: Cut, now: Timestamp) -> None:
    """Write down that the whole file is in the queue (B7). Raises ImportClosedError."""
    attributes: Item = {
        "rows_total": number(cut.rows_total),
        "batches_total": number(cut.batches_total),
        "rows_skipped": number(cut.rows_skipped),
        "updated_at": text(now),
    }
    if cut.preview:
        attributes["preview"] = {"L": list(map(text, cut.preview))}
    commit([while_running(account_id, import_id, attributes)])


# ------------------------------------------------------------ writes


def while_running(account_id: AccountId, import_id: Id, attributes: Item) -> Write:
    """Write something into an import that is running and not to be stopped; ImportClosedError otherwise."""
    running = {":running": text(ImportStatus.RUNNING)}
    condition = "#status = :running AND attribute_not_exists(stop)"
    return replace(assign(own_key(account_id, import_id), attributes, condition, running), refusal=ImportClosedError())


def assign(key: Key, attributes: Item, condition: str, values: Item | None = None, remove: str = "") -> Write:
    """Set attributes; each goes by `#name`, since DynamoDB keeps words such as `status` and `file` for itself."""
    expression = "SET " + ", ".join(f"#{name} = :{name}" for name in attributes)
    values = {**{f":{name}": value for name, value in attributes.items()}, **(values or {})}
    write = update(key, f"{expression} REMOVE {remove}" if remove else expression, values, condition)
    names = {f"#{name}": name for name in attributes} | ({"#status": "status"} if "#status" in condition else {})
    return replace(write, parameters={**write.parameters, "ExpressionAttributeNames": names})


def _new(import_id: Id, fields: ImportFields, user_id: Id | None, now: Timestamp) -> Import:
    return Import(
        id=import_id,
        status=ImportStatus.AWAITING_UPLOAD,
        kind=fields.kind,
        dry_run=fields.dry_run,
        file_name=fields.file_name,
        date_format=fields.date_format,
        decimal_symbol=fields.decimal_symbol,
        encoding=fields.encoding,
        default_task=fields.default_task,
        time_of_user_id=fields.time_of_user_id,
        user_id=user_id,
        created_at=now,
        updated_at=now,
    )


def _started(job: Import, file: StoredFile, now: Timestamp) -> Import:
    return replace(job, status=ImportStatus.RUNNING, file=file, started_at=now, updated_at=now)


def _added(account_id: AccountId, job: Import) -> list[Write]:
    """The writes of a new import: itself, the total, and the sign for the watchdog."""
    fresh: Item = {"batches_sent": number(0), "digest": text(""), "columns": text("[]")}
    return [
        put_new({**own_key(account_id, job.id), **to_item(job), **fresh, **stamps.stamp()}, StaleError()),
        count_write(total(account_id, "IMPORT"), active=1),
        put_new({**keys.open_import(account_id, job.id)}, StaleError()),
    ]


def _opened_shards(account_id: AccountId, import_id: Id, now: Timestamp) -> list[Write]:
    fresh: Item = {
        **dict.fromkeys((*Outcome, "batches_done"), number(0)),
        "is_open": flag(True),
        "updated_at": text(now),
        "purge_at": purge_at(now),
    }
    return [put_new({**shard, **fresh}, StaleError()) for shard in shard_keys(account_id, import_id)]


def _item(account_id: AccountId, import_id: Id) -> Item:
    item = reads.item(own_key(account_id, import_id))
    if item is None:
        raise NotFoundError
    return item
