"""store: imports and their progress. Access patterns B1 to B12 of docs/data-model.md.

An import's own item says where it stands as a whole. What its workers do is counted in eight shards, by the number of
the batch, in the very transactions that change the account's records: whatever is redelivered, repeated or cut off, the
counts say what the table holds. A sign in a partition of its own lets the watchdog find imports that nobody ended.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sheaf.domain.bulk_import.job import FileKind, Import, ImportFields, ImportStatus, RowCounts, StoredFile
from sheaf.domain.bulk_import.rows import Outcome, Verdict
from sheaf.domain.errors import InvalidError, NotFoundError
from sheaf.domain.identity import AccountId
from sheaf.domain.paging import Filter, Page, PageRequest
from sheaf.domain.values import Id, Timestamp
from sheaf.store import keys, reads, sequence
from sheaf.store.items import flag, number, read_id, read_text, text
from sheaf.store.keys import Key
from sheaf.store.lists import Listing, page_of
from sheaf.store.reads import Stretch
from sheaf.store.records import Counter, counted
from sheaf.store.writes import Item, StaleError, Write, commit, put_new, retried, update

KEPT_SECONDS = 120 * 86_400  # what an import needed on its way is kept; its own item stays for good

type Failure = tuple[Verdict, Mapping[str, Any]]
"""A row that failed, and its values as they stand in the file."""


class ImportClosedError(Exception):
    """The import is stopped, has ended, or never was: nothing of it may be written any more."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the cutter reads first: the kind of the rows, the columns (for the report too), and the ignored ones."""

    kind: FileKind
    columns: Sequence[str]
    ignored: Sequence[str]


@dataclass(frozen=True, slots=True)
class Cut:
    """How far the cutter has come: the batches that the queue has for sure, and a digest of all that they hold."""

    batches_sent: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """How far a batch has come: see `batch.Work`. `digest` is that of the message which was applied first."""

    number: int
    digest: str
    rows_done: int = 0
    used: frozenset[Id] = frozenset()


@dataclass(frozen=True, slots=True)
class Standing:
    """An import as it stands now, for those who bring it on: the batches done, and how it is to end if it is stopped.

    `stop` is CANCELLED or FAILED with the reason, from the decision to stop until the import has that status.
    """

    job: Import
    batches_done: int = 0
    stop: tuple[ImportStatus, str | None] | None = None

    @property
    def is_done(self) -> bool:
        """Whether the verdict on every row is known."""
        return self.job.batches_total is not None and self.batches_done >= self.job.batches_total


# ------------------------------------------------------------ for whoever asks


def create(account_id: AccountId, fields: ImportFields, user_id: Id | None, now: Timestamp) -> Import:
    """A new import that waits for its file (B1)."""

    def decide() -> Import:
        job = _new(sequence.next_id(account_id, "IMPORT"), fields, user_id, now)
        commit(_added(account_id, job))
        return job

    return retried(decide)


def get(account_id: AccountId, import_id: Id) -> Import:
    """One import, with its counts as they are now (B2). Raises NotFoundError."""
    return standing(account_id, import_id).job


def page(account_id: AccountId, request: PageRequest) -> Page[Import]:
    """One page of the account's imports, newest first (B3)."""
    listing = Listing(keys.records(account_id, "IMPORT"), keys.totals(account_id, "IMPORT"))
    found = page_of(listing.source(Filter()), request)
    moving = [read_id(item["id"]) for item in found.records if _has_shards(item)]
    shards = reads.items([one for import_id in moving for one in _shards(account_id, import_id)])
    return found.map(lambda item: _standing(item, _counted(account_id, item, shards)).job)


def cancel(account_id: AccountId, import_id: Id, now: Timestamp) -> Import:
    """Stop an import; what is applied stays applied, and is what the counts say (B4).

    Raises:
        NotFoundError. InvalidError: it has ended already. BusyError.
    """
    job = stop(account_id, import_id, ImportStatus.CANCELLED, None, now)
    if job is None:
        raise InvalidError("Import has already ended")
    return job


# ------------------------------------------------------------ for the cutter


def start(account_id: AccountId, import_id: Id, file: StoredFile, now: Timestamp) -> Import:
    """The import for which a file was put at the place made for it: running with that file, if it was waiting (B5).

    Otherwise as it stands, which the caller has to compare with the file: an upload is told more than once, and an
    import takes the first only.

    Raises:
        NotFoundError, BusyError.
    """

    def decide() -> Import:
        before = standing(account_id, import_id)
        if before.job.status is not ImportStatus.AWAITING_UPLOAD or before.stop:
            return before.job
        after = _started(before.job, file, now)
        begun = _set(
            _key(account_id, import_id),
            {name: _to_item(after)[name] for name in ("status", "file", "started_at", "updated_at")},
            condition="#status = :awaiting AND attribute_not_exists(stop)",
            values={":awaiting": text(ImportStatus.AWAITING_UPLOAD)},
        )
        commit([begun, *_opened_shards(account_id, import_id, now)])
        return after

    return retried(decide)


def adopt(account_id: AccountId, fields: ImportFields, file: StoredFile, now: Timestamp) -> Import:
    """The import of a file that was put into the inbox: one for each version of an object, however often told (B6)."""
    claim = keys.import_file(account_id, json.dumps([file.key, file.version_id or file.etag]))

    def decide() -> Import:
        taken = reads.item(claim)
        if taken is not None:
            return get(account_id, read_id(taken["import_id"]))
        job = _started(_new(sequence.next_id(account_id, "IMPORT"), fields, None, now), file, now)
        claimed = put_new({**claim, "import_id": number(job.id), "purge_at": _purge_at(now)}, StaleError())
        commit([claimed, *_added(account_id, job), *_opened_shards(account_id, job.id, now)])
        return job

    return retried(decide)


def describe(account_id: AccountId, import_id: Id, header: Header, now: Timestamp) -> None:
    """Write down what the header of the file says (B7). Raises ImportClosedError."""
    told = {
        "kind": text(header.kind),
        "columns": text(json.dumps(header.columns, ensure_ascii=False)),
        "ignored_columns": text(json.dumps(header.ignored, ensure_ascii=False)),
        "updated_at": text(now),
    }
    commit([_while_running(account_id, import_id, told)])


def cut(account_id: AccountId, import_id: Id) -> Cut:
    """How far the cutter has come (B8). Raises NotFoundError."""
    item = _item(account_id, import_id)
    return Cut(int(item["batches_sent"]["N"]), item["digest"]["S"])


def sent(account_id: AccountId, import_id: Id, until: Cut, now: Timestamp) -> None:
    """Write down that the queue has all batches up to there (B8). Raises ImportClosedError."""
    told = {"batches_sent": number(until.batches_sent), "digest": text(until.digest), "updated_at": text(now)}
    commit([_while_running(account_id, import_id, told)])


def all_sent(account_id: AccountId, import_id: Id, rows_total: int, batches_total: int, now: Timestamp) -> None:
    """Write down that the whole file is in the queue (B8). Raises ImportClosedError."""
    told = {"rows_total": number(rows_total), "batches_total": number(batches_total), "updated_at": text(now)}
    commit([_while_running(account_id, import_id, told)])


# ------------------------------------------------------------ for the workers


def batch(account_id: AccountId, import_id: Id, batch_number: int, digest: str) -> tuple[Import, Batch]:
    """An import and how far one of its batches has come, in one read (B9). The counts of the import are left out.

    Raises:
        ImportClosedError: it was stopped, has ended, or is not there. BatchDiffersError: another message came under
            this number before.
    """
    places = [_key(account_id, import_id), keys.import_batch(account_id, import_id, batch_number)]
    job_place, place = (keys.place(key) for key in places)
    found = reads.items(places)
    if job_place not in found:
        raise ImportClosedError
    job = _standing(found[job_place], {})
    if job.stop or job.job.status is not ImportStatus.RUNNING:
        raise ImportClosedError
    if place not in found:
        return job.job, Batch(batch_number, digest)
    item = found[place]
    if item["digest"]["S"] != digest:
        raise BatchDiffersError
    used = frozenset(Id(int(one)) for one in item.get("used", {}).get("NS", []))
    return job.job, Batch(batch_number, digest, int(item["rows_done"]["N"]), used)


class BatchDiffersError(Exception):
    """A batch holds other rows than a batch of this number that was begun before: the file was cut in two ways."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What a step settles of a batch: see `batch.Step`. `failures` are its failed rows, `is_last` says none is left."""

    verdicts: Sequence[Verdict]
    failures: Sequence[Failure]
    used: frozenset[Id]
    is_last: bool


def progress(account_id: AccountId, import_id: Id, before: Batch, settled: Settled, now: Timestamp) -> list[Write]:
    """The writes, three at most, that put verdicts on record, for the transaction that makes them true (B10).

    Refused with ImportClosedError when the import was stopped, and with StaleError when somebody else brought the
    batch further.
    """
    shard = keys.import_counts(account_id, import_id, before.number % keys.IMPORT_SHARDS)
    rows_done = before.rows_done + len(settled.verdicts)
    writes = [
        _count(shard, settled, now),
        _advance(keys.import_batch(account_id, import_id, before.number), before, rows_done, settled.used, now),
    ]
    if settled.failures:
        rows = [[one.number, one.field, one.message, values] for one, values in settled.failures]
        failed: Item = {
            **keys.import_failures(account_id, import_id, before.number, before.rows_done),
            "rows": text(json.dumps(rows, ensure_ascii=False, default=str)),
            "purge_at": _purge_at(now),
        }
        writes.append(put_new(failed, StaleError()))
    return writes


# ------------------------------------------------------------ for the end


def standing(account_id: AccountId, import_id: Id) -> Standing:
    """An import and how far it has come (B2). Raises NotFoundError."""
    place = _key(account_id, import_id)
    found = reads.items([place, *_shards(account_id, import_id)])
    item = found.get(keys.place(place))
    if item is None:
        raise NotFoundError
    return _standing(item, _counted(account_id, item, found))


def columns(account_id: AccountId, import_id: Id) -> list[str]:
    """The columns of an import's file, in their order (B11). Raises NotFoundError."""
    return _read_list(_item(account_id, import_id)["columns"])


def failures(account_id: AccountId, import_id: Id) -> Iterator[Failure]:
    """All rows that failed so far, in no order (B11)."""
    for shard in range(keys.IMPORT_SHARDS):
        pk = keys.import_shard(account_id, import_id, shard)
        for item in reads.stretch(Stretch(pk, low=keys.IMPORT_FAILURES, high=f"{keys.IMPORT_FAILURES}~")):
            for row_number, field, message, values in json.loads(item["rows"]["S"]):
                yield Verdict(row_number, Outcome.FAILED, field, message), values


def complete(account_id: AccountId, import_id: Id, now: Timestamp, *, has_report: bool) -> Import | None:
    """The import with its final status, once all its batches are done; None where it ended or was stopped before (B4).

    Raises:
        NotFoundError, BusyError.
    """
    job = get(account_id, import_id)
    status = ImportStatus.COMPLETED_WITH_ERRORS if job.counts.failed else ImportStatus.COMPLETED
    after = replace(job, status=status, updated_at=now, finished_at=now, has_report=has_report)
    try:
        commit([_while_running(account_id, import_id, _ending(after))])
    except ImportClosedError:
        return None
    return after


def stop(
    account_id: AccountId, import_id: Id, status: ImportStatus, error: str | None, now: Timestamp
) -> Import | None:
    """The import with this final status (CANCELLED or FAILED), or None where it has come to another end before (B4).

    Three steps, of which each leaves the next to whoever comes: the decision, which only one can take; the closing of
    the shards, one by one, since there is hardly a moment in which no worker holds any; and the status, with the
    counts, which nothing can change any more.

    Raises:
        NotFoundError, BusyError.
    """

    def decide() -> Import | None:
        before = standing(account_id, import_id)
        if before.job.status.is_final:
            return None
        if before.stop is None:
            commit([_decision(account_id, import_id, status, error, now)])
            raise StaleError  # look again: the shards may have been opened meanwhile
        return carry_on_stop(account_id, import_id, now)

    job = retried(decide)
    return job if job and job.status is status else None


def carry_on_stop(account_id: AccountId, import_id: Id, now: Timestamp) -> Import:
    """The import that somebody has decided to stop, brought to its end (B4).

    Raises:
        NotFoundError, BusyError. StaleError: look again.
    """
    if standing(account_id, import_id).job.started_at is not None:
        for shard in _shards(account_id, import_id):
            closed = update(shard, "SET is_open = :no", {":no": flag(False)}, "attribute_exists(pk)")
            with suppress(StaleError):
                commit([closed])
    now_still = standing(account_id, import_id)
    if now_still.stop is None:
        raise StaleError
    status, error = now_still.stop
    after = replace(now_still.job, status=status, error=error, updated_at=now, finished_at=now)
    condition = "attribute_exists(stop) AND attribute_not_exists(finished_at)"
    commit([_set(_key(account_id, import_id), _ending(after), condition, remove="stop")])
    return after


def reported(account_id: AccountId, import_id: Id) -> None:
    """Write down that a stopped import has a report after all (B4)."""
    commit([_set(_key(account_id, import_id), {"has_report": flag(True)}, "attribute_exists(pk)")])


def open_imports() -> Iterator[tuple[AccountId, Id]]:
    """Every import of this deployment that was not brought to its end and announced, for the watchdog (B12)."""
    for item in reads.stretch(Stretch(keys.OPEN_IMPORTS, low="0", high="~")):
        account, _, import_id = item["sk"]["S"].partition("#")
        yield AccountId(int(account)), Id(int(import_id))


def concluded(account_id: AccountId, import_id: Id) -> None:
    """Take an import that has ended, and of which everybody was told, out of the watchdog's sight (B12)."""
    gone = Write("Delete", {"Key": keys.open_import(account_id, import_id)}, StaleError())
    commit([gone])


# ------------------------------------------------------------ writes


def _new(import_id: Id, fields: ImportFields, user_id: Id | None, now: Timestamp) -> Import:
    return Import(
        id=import_id,
        status=ImportStatus.AWAITING_UPLOAD,
        kind=fields.kind,
        dry_run=fields.dry_run,
        file_name=fields.file_name,
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
        put_new({**_key(account_id, job.id), **_to_item(job), **fresh}, StaleError()),
        counted(Counter(keys.totals(account_id, "IMPORT")), active=1),
        put_new({**keys.open_import(account_id, job.id)}, StaleError()),
    ]


def _opened_shards(account_id: AccountId, import_id: Id, now: Timestamp) -> list[Write]:
    fresh: Item = {
        **dict.fromkeys((*Outcome, "batches_done"), number(0)),
        "is_open": flag(True),
        "updated_at": text(now),
        "purge_at": _purge_at(now),
    }
    return [put_new({**shard, **fresh}, StaleError()) for shard in _shards(account_id, import_id)]


def _while_running(account_id: AccountId, import_id: Id, told: Item) -> Write:
    """Write something into an import that is running and not to be stopped; ImportClosedError otherwise."""
    running = {":running": text(ImportStatus.RUNNING)}
    condition = "#status = :running AND attribute_not_exists(stop)"
    return replace(_set(_key(account_id, import_id), told, condition, running), refusal=ImportClosedError())


def _decision(account_id: AccountId, import_id: Id, status: ImportStatus, error: str | None, now: Timestamp) -> Write:
    decided: Item = {
        "stop": {"M": {"status": text(status), "error": text(error)}},
        "updated_at": text(now),
    }
    alive = {":awaiting": text(ImportStatus.AWAITING_UPLOAD), ":running": text(ImportStatus.RUNNING)}
    condition = "#status IN (:awaiting, :running) AND attribute_not_exists(stop)"
    return _set(_key(account_id, import_id), decided, condition, alive)


def _ending(after: Import) -> Item:
    """The attributes that an import's end sets."""
    counts: Item = {outcome: number(getattr(after.counts, outcome)) for outcome in Outcome}
    names = ("status", "error", "updated_at", "finished_at", "has_report")
    return {"counts": {"M": counts}, **{name: _to_item(after)[name] for name in names}}


def _count(shard: Key, settled: Settled, now: Timestamp) -> Write:
    """Count verdicts, and the batch where they were its last, while the shard is open."""
    outcomes = [one.outcome for one in settled.verdicts]
    steps: Item = {f":{outcome}": number(outcomes.count(outcome)) for outcome in Outcome}
    added = ", ".join(f"{outcome} :{outcome}" for outcome in Outcome)
    values = {**steps, ":done": number(int(settled.is_last)), ":now": text(now), ":open": flag(True)}
    expression = f"ADD {added}, batches_done :done SET updated_at = :now"
    return update(shard, expression, values, "is_open = :open", ImportClosedError())


def _advance(key: Key, before: Batch, rows_done: int, used: frozenset[Id], now: Timestamp) -> Write:
    told: Item = {"rows_done": number(rows_done), "digest": text(before.digest), "purge_at": _purge_at(now)}
    if used:
        told["used"] = {"NS": [str(one) for one in sorted(used)]}
    if not before.rows_done:
        return _set(key, told, "attribute_not_exists(pk)")
    values = {":before": number(before.rows_done), ":same": told["digest"]}
    return _set(key, told, "#rows_done = :before AND #digest = :same", values, remove="" if used else "used")


def _set(key: Key, told: Item, condition: str, values: Item | None = None, remove: str = "") -> Write:
    """Set attributes; each goes by `#name`, since DynamoDB keeps words such as `status` and `file` for itself."""
    expression = "SET " + ", ".join(f"#{name} = :{name}" for name in told)
    values = {**{f":{name}": value for name, value in told.items()}, **(values or {})}
    write = update(key, f"{expression} REMOVE {remove}" if remove else expression, values, condition)
    names = {f"#{name}": name for name in told} | ({"#status": "status"} if "#status" in condition else {})
    return replace(write, parameters={**write.parameters, "ExpressionAttributeNames": names})


def _purge_at(now: Timestamp) -> dict[str, Any]:
    """When DynamoDB may delete an item: seconds since 1970."""
    return number(int(datetime.fromisoformat(now).timestamp()) + KEPT_SECONDS)


# ------------------------------------------------------------ items


def _key(account_id: AccountId, import_id: Id) -> Key:
    return keys.record(account_id, "IMPORT", import_id)


def _shards(account_id: AccountId, import_id: Id) -> list[Key]:
    return [keys.import_counts(account_id, import_id, shard) for shard in range(keys.IMPORT_SHARDS)]


def _item(account_id: AccountId, import_id: Id) -> Item:
    item = reads.item(_key(account_id, import_id))
    if item is None:
        raise NotFoundError
    return item


def _has_shards(item: Item) -> bool:
    """Whether an import's counts still lie in its shards."""
    return "counts" not in item and "S" in item["started_at"]


def _counted(account_id: AccountId, item: Item, found: Mapping[tuple[str, str], Item]) -> Item:
    """What the shards among `found` say of an import, added up, and when the latest of them moved."""
    places = map(keys.place, _shards(account_id, read_id(item["id"])))
    shards = [found[place] for place in places if place in found]
    names = (*Outcome, "batches_done")
    added: Item = {name: number(sum(int(one[name]["N"]) for one in shards)) for name in names}
    return {**added, "updated_at": max((one["updated_at"] for one in shards), key=str, default=item["updated_at"])}


def _to_item(job: Import) -> Item:
    file = job.file and {
        "key": text(job.file.key),
        "etag": text(job.file.etag),
        "size": number(job.file.size),
        "version_id": text(job.file.version_id),
    }
    return {
        "id": number(job.id),
        "status": text(job.status),
        "kind": text(job.kind),
        "dry_run": flag(job.dry_run),
        "file_name": text(job.file_name),
        "user_id": number(job.user_id),
        "created_at": text(job.created_at),
        "updated_at": text(job.updated_at),
        "started_at": text(job.started_at),
        "rows_total": number(job.rows_total),
        "batches_total": number(job.batches_total),
        "error": text(job.error),
        "ignored_columns": text(json.dumps(job.ignored_columns)),
        "file": {"M": file} if file else {"NULL": True},
        "has_report": flag(job.has_report),
        **({"finished_at": text(job.finished_at)} if job.finished_at else {}),
    }


def _standing(item: Item, counted_: Item) -> Standing:
    """An import as its item says, with what its shards count (nothing, where `counted_` is empty)."""
    kind, file, stopped = read_text(item["kind"]), item["file"].get("M"), item.get("stop")
    counts = item["counts"]["M"] if "counts" in item else counted_
    updated_at = item["updated_at"]["S"]
    if "counts" not in item and counted_:
        updated_at = max(updated_at, counted_["updated_at"]["S"])
    job = Import(
        id=read_id(item["id"]),
        status=ImportStatus(item["status"]["S"]),
        kind=None if kind is None else FileKind(kind),
        dry_run=item["dry_run"]["BOOL"],
        file_name=read_text(item["file_name"]),
        user_id=_read_number(item["user_id"]),
        created_at=Timestamp(item["created_at"]["S"]),
        updated_at=Timestamp(updated_at),
        started_at=_read_time(item["started_at"]),
        finished_at=_read_time(item.get("finished_at", {})),
        rows_total=_read_number(item["rows_total"]),
        batches_total=_read_number(item["batches_total"]),
        counts=RowCounts(**{outcome: int(counts[outcome]["N"]) for outcome in Outcome}) if counts else RowCounts(),
        error=read_text(item["error"]),
        ignored_columns=tuple(_read_list(item["ignored_columns"])),
        file=None if file is None else _read_file(file),
        has_report=item["has_report"]["BOOL"],
    )
    done = int(counted_["batches_done"]["N"]) if counted_ else 0
    return Standing(job, done, None if stopped is None else _read_stop(stopped["M"]))


def _read_file(file: Item) -> StoredFile:
    return StoredFile(file["key"]["S"], file["etag"]["S"], int(file["size"]["N"]), read_text(file["version_id"]))


def _read_stop(stopped: Item) -> tuple[ImportStatus, str | None]:
    return ImportStatus(stopped["status"]["S"]), read_text(stopped["error"])


def _read_number(value: Mapping[str, Any]) -> Any:
    return int(value["N"]) if "N" in value else None


def _read_time(value: Mapping[str, Any]) -> Timestamp | None:
    return Timestamp(value["S"]) if "S" in value else None


def _read_list(value: Mapping[str, Any]) -> list[str]:
    read: list[str] = json.loads(value["S"])
    return read
