"""store: which records an import has created, for its undo. Access patterns B13 and E7 of docs/data-model.md.

They are noted in the very transactions that create them. An item holds the ids of one kind that one of them created.
The items are spread over the import's shards, so that its workers do not wait for one partition.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sheaf.domain.identity import AccountId
from sheaf.domain.record import Kind
from sheaf.domain.values import Id, Timestamp
from sheaf.store import keys, reads
from sheaf.store.items import Item
from sheaf.store.keys import Key
from sheaf.store.mappers.import_job import purge_at
from sheaf.store.reads import KeyRange
from sheaf.store.transactions import StaleError, Write
from sheaf.store.writes import put_new

SHARDS = keys.IMPORT_SHARDS


@dataclass(frozen=True, slots=True)
class Created:
    """The ids that one transaction created, in ascending order. `sk` sorts it among those of its kind and shard."""

    sk: str
    ids: tuple[Id, ...]


def by_step(
    account_id: AccountId,
    import_id: Id,
    created: Mapping[Kind, Collection[Id]],
    step: tuple[int, int],
    now: Timestamp,
) -> list[Write]:
    """The notes of what a step of a batch creates (B13); `step` is the batch's number, and its rows done before."""
    batch, rows_done = step
    name = f"{keys.sortable(batch)}#{keys.sortable(rows_done)}"
    return [
        _noted(keys.import_created(account_id, import_id, kind, batch, name), ids, now)
        for kind, ids in created.items()
        if ids
    ]


def alone(account_id: AccountId, import_id: Id, kind: Kind, record_id: Id, now: Timestamp) -> Write:
    """The note of one record that is created for rows which name it (E7)."""
    name = keys.sortable(record_id)
    return _noted(keys.import_created(account_id, import_id, kind, record_id, name), [record_id], now)


def in_shard(account_id: AccountId, import_id: Id, kind: Kind, shard: int, first: str) -> Iterator[Created]:
    """What was created of a kind, by the notes of a shard in their order, from `first` on, or all (B13)."""
    pk, prefix = keys.key_pair(keys.import_created(account_id, import_id, kind, shard, ""))
    for item in reads.items_in(KeyRange(pk, first or prefix, f"{prefix}~", newest_first=False)):
        yield Created(item["sk"]["S"], tuple(sorted(Id(int(digits)) for digits in item["ids"]["NS"])))


def _noted(key: Key, ids: Collection[Id], now: Timestamp) -> Write:
    item: Item = {**key, "ids": {"NS": [str(record_id) for record_id in ids]}, "purge_at": purge_at(now)}
    return put_new(item, StaleError())
