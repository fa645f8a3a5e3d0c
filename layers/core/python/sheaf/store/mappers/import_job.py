"""store: an import as items: its own, and the shards that count for it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sheaf.domain.identity import AccountId
from sheaf.domain.imports.job import Import, ImportSnapshot, ImportStatus, ImportUndo
from sheaf.domain.imports.rows import Outcome
from sheaf.domain.values import Id, Timestamp
from sheaf.store import items, keys
from sheaf.store.codec import Codec
from sheaf.store.items import Item, number, read_id, read_text, text
from sheaf.store.keys import Key

KEPT_SECONDS = 120 * 86_400  # what an import needed on its way is kept; its own item stays for good


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
    """An import's own item, but for its key, its counts and what only the splitter reads."""
    item = _CODEC.to_item(job)
    del item["counts"]
    return {**item, "ignored_columns": text(json.dumps(job.ignored_columns))}


def from_item(item: Item, counted_: Item) -> ImportSnapshot:
    """An import as its item says, with what its shards count (nothing, where `counted_` is empty)."""
    ignored, columns = read_list(item["ignored_columns"]), read_list(item.get("columns", text("[]")))
    used = [name for name in columns if name not in ignored]
    names = {"ignored_columns": {"L": list(map(text, ignored))}, "used_columns": {"L": list(map(text, used))}}
    job = _CODEC.from_item({"counts": {"M": counted_}, **item, **names})
    if "counts" not in item and counted_:
        job = replace(job, updated_at=max(job.updated_at, Timestamp(counted_["updated_at"]["S"])))
    done = int(counted_["batches_done"]["N"]) if counted_ else 0
    stop = item.get("stop")
    return ImportSnapshot(job, done, None if stop is None else _read_stop(stop["M"]))


def read_list(value: Mapping[str, Any]) -> list[str]:
    """A list of names."""
    read: list[str] = json.loads(value["S"])
    return read


def purge_at(now: Timestamp) -> dict[str, Any]:
    """When DynamoDB may delete an item: seconds since 1970."""
    return items.purge_at(now, timedelta(seconds=KEPT_SECONDS))


def _read_stop(stopped: Item) -> tuple[ImportStatus, str | None]:
    return ImportStatus(stopped["status"]["S"]), read_text(stopped["error"])


_CODEC = Codec(Import, sparse={"finished_at", "used_columns", "preview", "undo"})
UNDO = Codec(ImportUndo)
