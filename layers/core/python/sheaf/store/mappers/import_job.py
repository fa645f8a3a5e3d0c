"""store: an import as items: its own, and the eight shards that count for it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sheaf.domain.identity import AccountId
from sheaf.domain.imports.job import FileKind, Import, ImportStatus, RowCounts, StoredFile
from sheaf.domain.imports.rows import Outcome
from sheaf.domain.values import Id, Timestamp
from sheaf.store import keys
from sheaf.store.items import flag, number, read_id, read_text, text
from sheaf.store.keys import Key
from sheaf.store.writes import Item

KEPT_SECONDS = 120 * 86_400  # what an import needed on its way is kept; its own item stays for good


@dataclass(frozen=True, slots=True)
class ImportSnapshot:
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


def own_key(account_id: AccountId, import_id: Id) -> Key:
    """The key of an import's own item."""
    return keys.record(account_id, "IMPORT", import_id)


def shard_keys(account_id: AccountId, import_id: Id) -> list[Key]:
    """The keys of its shards."""
    return [keys.import_counts(account_id, import_id, shard) for shard in range(keys.IMPORT_SHARDS)]


def has_shards(item: Item) -> bool:
    """Whether an import's counts still lie in its shards."""
    return "counts" not in item and "S" in item["started_at"]


def summed(account_id: AccountId, item: Item, found: Mapping[tuple[str, str], Item]) -> Item:
    """What the shards among `found` say of an import, added up, and when the latest of them moved."""
    key_pairs = map(keys.key_pair, shard_keys(account_id, read_id(item["id"])))
    shards = [found[key_pair] for key_pair in key_pairs if key_pair in found]
    names = (*Outcome, "batches_done")
    added: Item = {name: number(sum(int(shard[name]["N"]) for shard in shards)) for name in names}
    return {**added, "updated_at": max((shard["updated_at"] for shard in shards), key=str, default=item["updated_at"])}


def to_item(job: Import) -> Item:
    """An import's own item, but for its key, its counts and what only the cutter reads."""
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


def from_item(item: Item, counted_: Item) -> ImportSnapshot:
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
        ignored_columns=tuple(read_list(item["ignored_columns"])),
        file=None if file is None else _read_file(file),
        has_report=item["has_report"]["BOOL"],
    )
    done = int(counted_["batches_done"]["N"]) if counted_ else 0
    return ImportSnapshot(job, done, None if stopped is None else _read_stop(stopped["M"]))


def read_list(value: Mapping[str, Any]) -> list[str]:
    """A list of names."""
    read: list[str] = json.loads(value["S"])
    return read


def purge_at(now: Timestamp) -> dict[str, Any]:
    """When DynamoDB may delete an item: seconds since 1970."""
    return number(int(datetime.fromisoformat(now).timestamp()) + KEPT_SECONDS)


def _read_file(file: Item) -> StoredFile:
    return StoredFile(file["key"]["S"], file["etag"]["S"], int(file["size"]["N"]), read_text(file["version_id"]))


def _read_stop(stopped: Item) -> tuple[ImportStatus, str | None]:
    return ImportStatus(stopped["status"]["S"]), read_text(stopped["error"])


def _read_number(value: Mapping[str, Any]) -> Any:
    return int(value["N"]) if "N" in value else None


def _read_time(value: Mapping[str, Any]) -> Timestamp | None:
    return Timestamp(value["S"]) if "S" in value else None
