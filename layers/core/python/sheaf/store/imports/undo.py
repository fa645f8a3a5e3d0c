"""store: the undoing of an import. Access patterns B14 to B16 of docs/data-model.md.

Where it stands is part of the import's own item and moves on in the very transactions that remove something, so that
whoever takes it up goes on where it stands. What it leaves is listed in items of its own.
"""

import heapq
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sheaf.domain.identity import AccountId
from sheaf.domain.imports.job import Import, ImportUndo, UndoStatus
from sheaf.domain.record import Kind
from sheaf.domain.values import Id, Timestamp
from sheaf.store import keys, reads
from sheaf.store.imports import jobs
from sheaf.store.imports.jobs import assign
from sheaf.store.items import Item, number, text
from sheaf.store.mappers.import_job import UNDO, own_key, purge_at
from sheaf.store.reads import KeyRange
from sheaf.store.transactions import StaleError, Write, commit, retried
from sheaf.store.writes import put_new, update


@dataclass(frozen=True, slots=True)
class Left:
    """A record that an undo has left, as its report lists it. `name` is empty where it has none."""

    kind: Kind
    id: Id
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class References:
    """What refers to a record: how many time entries, and how many records of other kinds."""

    time_entries: int = 0
    records: int = 0


def begin(account_id: AccountId, import_id: Id, user_id: Id | None, now: Timestamp, *, dry_run: bool) -> Import:
    """The import with the undo that begins now, or with the same that was begun before (B14).

    Raises:
        NotFoundError, InvalidError: see `Import.next_undo`. BusyError.
    """

    def decide() -> Import:
        job = jobs.get(account_id, import_id)
        undo = job.next_undo(now, user_id, dry_run=dry_run)
        if undo == job.undo:
            return job
        sign = Write("Put", {"Item": {**keys.open_undo(account_id, import_id)}}, StaleError())
        commit([_moved(account_id, import_id, job.undo, undo), sign])
        return jobs.get(account_id, import_id)

    return retried(decide)


def under_way(account_id: AccountId, import_id: Id) -> ImportUndo | None:
    """How far the undo of an import is (B15); None where none is under way."""
    item = reads.item(own_key(account_id, import_id))
    state = None if item is None or "undo" not in item else UNDO.from_item(item["undo"]["M"])
    return state if state is not None and state.status is UndoStatus.RUNNING else None


def advanced(account_id: AccountId, import_id: Id, before: ImportUndo, after: ImportUndo) -> Write:
    """The write that brings an undo one step further; StaleError when somebody else did (B15)."""
    return _moved(account_id, import_id, before, after)


def end(account_id: AccountId, import_id: Id, before: ImportUndo, after: ImportUndo) -> None:
    """Write down that an undo is complete, and take away the sign of it (B15). Raises StaleError."""
    gone = Write("Delete", {"Key": keys.open_undo(account_id, import_id)}, StaleError())
    commit([_moved(account_id, import_id, before, after), gone])


def left(account_id: AccountId, import_id: Id, undo: ImportUndo, records: Sequence[Left], now: Timestamp) -> Write:
    """The write that lists what a step leaves; `undo` is where it stood before that (B15)."""
    rows = [[record.kind, record.id, record.name, record.reason] for record in records]
    item: Item = {
        **keys.undo_left(account_id, import_id, undo.attempt, undo.steps),
        "rows": text(json.dumps(rows, ensure_ascii=False)),
        "purge_at": purge_at(now),
    }
    return put_new(item, StaleError())


def everything_left(account_id: AccountId, import_id: Id, undo: ImportUndo) -> Iterator[Left]:
    """All that an undo has left, in the order of its steps (B16)."""
    shards = []
    for shard in range(keys.IMPORT_SHARDS):
        pk, sk = keys.key_pair(keys.undo_left(account_id, import_id, undo.attempt, shard))
        prefix = sk.rpartition("#")[0]
        shards.append(reads.items_in(KeyRange(pk, f"{prefix}#", f"{prefix}#~", newest_first=False)))
    for item in heapq.merge(*shards, key=lambda item: item["sk"]["S"]):
        for kind, record_id, name, reason in json.loads(item["rows"]["S"]):
            yield Left(kind, record_id, name, reason)


def tally(
    account_id: AccountId,
    import_id: Id,
    undo: ImportUndo,
    more: Mapping[tuple[Kind, Id], References],
    now: Timestamp,
) -> list[Write]:
    """The writes by which a dry run counts what would refer to records no more (B15)."""
    return [
        update(
            keys.undo_tally(account_id, import_id, undo.attempt, kind, record_id),
            "ADD time_entries :time_entries, records :records SET purge_at = :purge_at",
            {
                ":time_entries": number(added.time_entries),
                ":records": number(added.records),
                ":purge_at": purge_at(now),
            },
        )
        for (kind, record_id), added in more.items()
    ]


def tallied(account_id: AccountId, import_id: Id, undo: ImportUndo, kind: Kind, record_id: Id) -> References:
    """What a dry run has counted of a record (B15); nothing, in an undo that is none."""
    item = reads.item(keys.undo_tally(account_id, import_id, undo.attempt, kind, record_id)) if undo.dry_run else None
    return References() if item is None else References(int(item["time_entries"]["N"]), int(item["records"]["N"]))


def open_undos() -> Iterator[tuple[AccountId, Id]]:
    """Every import of this deployment that is being undone, for the watchdog (B16)."""
    for item in reads.items_in(KeyRange(keys.OPEN_UNDOS, low="0", high="~")):
        account, _, import_id = item["sk"]["S"].partition("#")
        yield AccountId(int(account)), Id(int(import_id))


def _moved(account_id: AccountId, import_id: Id, before: ImportUndo | None, after: ImportUndo) -> Write:
    attributes: Item = {"undo": {"M": UNDO.to_item(after)}}
    if before is None:
        return assign(own_key(account_id, import_id), attributes, "attribute_not_exists(#undo)")
    as_read: Item = {":attempt": number(before.attempt), ":steps": number(before.steps)}
    condition = "#undo.attempt = :attempt AND #undo.steps = :steps"
    return assign(own_key(account_id, import_id), attributes, condition, as_read)
