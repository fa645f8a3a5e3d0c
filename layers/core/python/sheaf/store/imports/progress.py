"""store: the progress of imports. Access patterns B8 to B10 of docs/data-model.md.

How far a batch has come is written, and what came of its rows is counted, in the very transactions that change the
account's records: whatever is redelivered, repeated or interrupted, the counts say what the table holds.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched, islice
from typing import Any

from sheaf.domain.identity import AccountId
from sheaf.domain.imports.job import Import, ImportStatus
from sheaf.domain.imports.rows import Outcome, Verdict
from sheaf.domain.record import Kind
from sheaf.domain.values import Id, Timestamp
from sheaf.store import keys, reads
from sheaf.store.imports import created
from sheaf.store.imports.jobs import ImportClosedError, assign
from sheaf.store.items import Item, flag, number, text
from sheaf.store.keys import Key
from sheaf.store.mappers.import_job import from_item, own_key, purge_at
from sheaf.store.reads import KeyRange
from sheaf.store.transactions import StaleError, Write, commit
from sheaf.store.writes import put_new, update

SKIPPED = "Skipped: the row is about nobody, nothing and no day"
_SKIPPED_AT_ONCE = 25  # rows of one item, which holds 400 KB
_SHORT = 200  # characters of a cell

type Failure = tuple[Verdict, Mapping[str, Any]]
"""A row that failed, and its values as they stand in the file."""


class BatchDiffersError(Exception):
    """A batch holds other rows than a batch of this number that was begun before: the file was cut in two ways."""


@dataclass(frozen=True, slots=True)
class Batch:
    """How far a batch has come: see `batch.Work`. `digest` is that of the message which was applied first."""

    number: int
    digest: str
    rows_done: int = 0
    used: frozenset[Id] = frozenset()


@dataclass(frozen=True, slots=True)
class Settled:
    """What a step settles of a batch: see `batch.Step`. `failures` are its failed rows, `is_last` says none is left."""

    verdicts: Sequence[Verdict]
    failures: Sequence[Failure]
    used: frozenset[Id]
    is_last: bool
    created: Mapping[Kind, Sequence[Id]] = field(default_factory=dict)


def batch(account_id: AccountId, import_id: Id, batch_number: int, digest: str) -> tuple[Import, Batch]:
    """An import and how far one of its batches has come, in one read (B8). The counts of the import are left out.

    Raises:
        ImportClosedError: it was stopped, has ended, or is not there. BatchDiffersError: another message came under
            this number before.
    """
    wanted = [own_key(account_id, import_id), keys.import_batch(account_id, import_id, batch_number)]
    job_key, batch_key = map(keys.key_pair, wanted)
    found = reads.items(wanted)
    if job_key not in found:
        raise ImportClosedError
    job = from_item(found[job_key], {})
    if job.stop or job.job.status is not ImportStatus.RUNNING:
        raise ImportClosedError
    if batch_key not in found:
        return job.job, Batch(batch_number, digest)
    item = found[batch_key]
    if item["digest"]["S"] != digest:
        raise BatchDiffersError
    used = frozenset(Id(int(number)) for number in item.get("used", {}).get("NS", []))
    return job.job, Batch(batch_number, digest, int(item["rows_done"]["N"]), used)


def progress(account_id: AccountId, import_id: Id, before: Batch, settled: Settled, now: Timestamp) -> list[Write]:
    """The writes, four at most, that put verdicts on record, for the transaction that makes them true (B9).

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
        rows = [[verdict.number, verdict.field, verdict.message, values] for verdict, values in settled.failures]
        failed: Item = {
            **keys.import_failures(account_id, import_id, before.number, before.rows_done),
            "rows": text(json.dumps(rows, ensure_ascii=False, default=str)),
            "purge_at": purge_at(now),
        }
        writes.append(put_new(failed, StaleError()))
    step = before.number, before.rows_done
    return [*writes, *created.by_step(account_id, import_id, settled.created, step, now)]


def add_skipped(
    account_id: AccountId, import_id: Id, rows: Sequence[tuple[int, Mapping[str, Any]]], now: Timestamp
) -> None:
    """Have the report list rows that were skipped, by number and values; the same however often it is done (B9).

    They stand where the failures of a batch 0 would stand: batches are counted from 1.
    """
    for some in batched(rows, _SKIPPED_AT_ONCE, strict=False):
        listed = [[row_number, "", SKIPPED, _short(values)] for row_number, values in some]
        item: Item = {
            **keys.import_failures(account_id, import_id, 0, some[0][0]),
            "rows": text(json.dumps(listed, ensure_ascii=False, default=str)),
            "purge_at": purge_at(now),
        }
        commit([Write("Put", {"Item": item}, StaleError())])


def has_skipped(account_id: AccountId, import_id: Id) -> bool:
    """Whether the report lists rows that were skipped (B10)."""
    pk, first = keys.key_pair(keys.import_failures(account_id, import_id, 0, 0))
    found = reads.items_in(KeyRange(pk, first.rpartition("#")[0], f"{first.rpartition('#')[0]}#~"), 1)
    return next(found, None) is not None


def failures(account_id: AccountId, import_id: Id) -> Iterator[Failure]:
    """All rows that failed so far, and those that were skipped, in no order (B10)."""
    for shard in range(keys.IMPORT_SHARDS):
        pk = keys.import_shard(account_id, import_id, shard)
        for item in reads.items_in(KeyRange(pk, low=keys.IMPORT_FAILURES, high=f"{keys.IMPORT_FAILURES}~")):
            for row_number, column, message, values in json.loads(item["rows"]["S"]):
                yield Verdict(row_number, Outcome.FAILED, column, message), values


def _short(values: Mapping[str, Any]) -> dict[str, str]:
    """The first cells of a row that have any text, so that many rows fit into an item."""
    filled = ((name, str(value)[:_SHORT]) for name, value in values.items() if value not in (None, ""))
    return dict(islice(filled, 20))


def _count(shard: Key, settled: Settled, now: Timestamp) -> Write:
    """Count verdicts, and the batch where they were its last, while the shard is open."""
    outcomes = [verdict.outcome for verdict in settled.verdicts]
    steps: Item = {f":{outcome}": number(outcomes.count(outcome)) for outcome in Outcome}
    added = ", ".join(f"{outcome} :{outcome}" for outcome in Outcome)
    values = {**steps, ":done": number(int(settled.is_last)), ":now": text(now), ":open": flag(True)}
    expression = f"ADD {added}, batches_done :done SET updated_at = :now"
    return update(shard, expression, values, "is_open = :open", ImportClosedError())


def _advance(key: Key, before: Batch, rows_done: int, used: frozenset[Id], now: Timestamp) -> Write:
    told: Item = {"rows_done": number(rows_done), "digest": text(before.digest), "purge_at": purge_at(now)}
    if used:
        told["used"] = {"NS": [str(entry_id) for entry_id in sorted(used)]}
    if not before.rows_done:
        return assign(key, told, "attribute_not_exists(pk)")
    values = {":before": number(before.rows_done), ":same": told["digest"]}
    return assign(key, told, "#rows_done = :before AND #digest = :same", values, remove="" if used else "used")
