"""store: what all records share that stand in lists, have a claim on their name and are counted where they belong.

A record is stored once in each list that shows it, whole, so that every list is one query. All its items change in one
transaction, on the version that was read.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from sheaf.domain.errors import NameTakenError, NotFoundError
from sheaf.domain.identity import AccountId
from sheaf.domain.record import Kind
from sheaf.domain.values import Id, Timestamp
from sheaf.store import keys, reads, stamps
from sheaf.store.codec import Codec
from sheaf.store.items import Item, read_id
from sheaf.store.keys import Key
from sheaf.store.transactions import StaleError, Write
from sheaf.store.writes import IS_RECORD, NOT_MERGING, count, delete_if, put_changed, put_if, put_new, put_new_record


class ListedRecord(Protocol):
    """What the store must know of a record beside its shape."""

    @property
    def id(self) -> Id:
        """Its position in every list."""

    @property
    def is_active(self) -> bool:
        """Whether it is active or archived."""

    @property
    def updated_at(self) -> Timestamp:
        """Its position in the index by update."""

    @property
    def version(self) -> int:
        """What a change is conditioned on."""


@dataclass(frozen=True, slots=True)
class Counter:
    """An item that counts records by state; with `missing`, the error when that item (a parent's guard) is gone.

    `is_spread` says that the count is spread over shards. `is_watched`: how often it was changed is counted too, and
    it is not changed while it is marked (see `resumable.task_merge`).
    """

    key: Key
    missing: Exception | None = None
    is_spread: bool = False
    is_watched: bool = False


def total(account_id: AccountId, kind: Kind) -> Counter:
    """What counts all records of a kind in an account; spread, because everybody who makes one adds to it."""
    return Counter(keys.totals(account_id, kind), is_spread=True)


def task_guard(account_id: AccountId, task_id: Id) -> Counter:
    """What counts the assignments of a task; StaleError where it is gone, or being merged: reading again says which."""
    return Counter(keys.guard(account_id, "TASK", task_id), StaleError(), is_watched=True)


@dataclass(frozen=True, slots=True)
class RecordMapper[R: ListedRecord]:
    """How records of one kind are kept.

    `lists` and `counters` name where a record stands and counts beside its account's own list; `claim` the text that
    must be unique among its kind, or None.
    """

    kind: Kind
    codec: Codec[R]
    lists: Callable[[AccountId, R], Sequence[str]] = lambda _account_id, _record: ()
    counters: Callable[[AccountId, R], Sequence[Counter]] = lambda _account_id, _record: ()
    claim: Callable[[R], str] | None = None

    def get(self, account_id: AccountId, record_id: Id) -> R:
        """One record. Raises NotFoundError."""
        item = reads.item(keys.record(account_id, self.kind, record_id))
        if item is None:
            raise NotFoundError
        return self.codec.from_item(item)

    def get_many(self, account_id: AccountId, record_ids: Collection[Id]) -> dict[Id, R]:
        """Many records by their ids, without the missing ones."""
        return self.pick(account_id, reads.items(self.keys_of(account_id, record_ids)))

    def keys_of(self, account_id: AccountId, record_ids: Iterable[Id]) -> list[Key]:
        """Where these records lie: for whoever reads several kinds in one call, and picks them out with `among`."""
        return [keys.record(account_id, self.kind, record_id) for record_id in record_ids]

    def pick(self, account_id: AccountId, found: Mapping[tuple[str, str], Item]) -> dict[Id, R]:
        """The records of this kind by their ids, among items of whatever kinds."""
        pk = keys.records(account_id, self.kind)
        records = (self.codec.from_item(item) for (partition, _), item in found.items() if partition == pk)
        return {record.id: record for record in records}

    def owners(self, account_id: AccountId, claims: Collection[str]) -> dict[str, Id]:
        """Whose each of these claims is, without those that are free."""
        wanted = {keys.key_pair(keys.name(account_id, self.kind, claim)): claim for claim in claims}
        found = reads.items([keys.name(account_id, self.kind, claim) for claim in claims])
        return {wanted[key_pair]: read_id(item["record_id"]) for key_pair, item in found.items()}

    def get_by_claim(self, account_id: AccountId, claims: Collection[str]) -> dict[str, R]:
        """The records that have these claims, by claim, without those that are free.

        Raises:
            StaleError: one was renamed between two reads, or is being made or removed.
        """
        owners = self.owners(account_id, claims)
        found = self.get_many(account_id, owners.values())
        if any(
            record_id not in found or not self.claim or self.claim(found[record_id]) != name
            for name, record_id in owners.items()
        ):
            raise StaleError
        return {name: found[record_id] for name, record_id in owners.items()}

    def items_by_claim(self, account_id: AccountId, claim: str) -> list[Item]:
        """The item of the record that has a claim; none while that is free, or its record is not shown yet.

        Raises:
            StaleError: it was renamed between two reads.
        """
        owners = self.owners(account_id, [claim]).values()
        found = list(reads.items(self.keys_of(account_id, owners)).values())
        if any(not self.claim or self.claim(self.codec.from_item(item)) != claim for item in found):
            raise StaleError
        return found

    def writes_to_add(self, account_id: AccountId, record: R) -> list[Write]:
        """The writes of a new record. Refused with NameTakenError, or with what its counters say is missing."""
        return [
            *self.item_writes(account_id, record),
            *self.claim_writes(account_id, record),
            *self._counted(account_id, record, 1),
        ]

    def item_writes(self, account_id: AccountId, record: R) -> list[Write]:
        """The writes of a new record's own items alone: whoever adds many counts them once."""
        return [put_new_record(item) for item in self._items(account_id, record)]

    def writes_to_change(self, account_id: AccountId, before: R, after: R) -> list[Write]:
        """The writes that turn one state of a record into another, which may stand in other lists."""
        writes = self.item_changes(account_id, before, after)
        if self.claim and self.claim(before) != self.claim(after):
            writes += [*self._release_writes(account_id, before), *self.claim_writes(account_id, after)]
        return writes + self._recounted(account_id, before, after)

    def item_changes(self, account_id: AccountId, before: R, after: R) -> list[Write]:
        """The writes that turn a record's own items alone into those of another state of it."""
        return replacement_writes(self._items(account_id, before), self._items(account_id, after), before.version)

    def item_removals(self, account_id: AccountId, record: R) -> list[Write]:
        """The writes that take a record's own items away alone, as `writes_to_remove`."""
        return replacement_writes(self._items(account_id, record), [], record.version)

    def writes_to_remove(self, account_id: AccountId, record: R) -> list[Write]:
        """The writes that take a record away, refused with StaleError when it changed meanwhile."""
        return [
            *self.item_removals(account_id, record),
            *self._release_writes(account_id, record),
            *self._counted(account_id, record, -1),
        ]

    def item_keys(self, account_id: AccountId, record: R) -> list[Key]:
        """The keys of all items that hold the record."""
        partitions = [keys.records(account_id, self.kind), *self.lists(account_id, record)]
        return [{"pk": {"S": pk}, "sk": {"S": keys.sortable(record.id)}} for pk in partitions]

    def state(self, record: R) -> Literal["active", "archived"]:
        """Which of the two counts of a counter the record belongs to."""
        return "active" if record.is_active else "archived"

    def _items(self, account_id: AccountId, record: R) -> Iterator[Item]:
        attributes: Item = {
            "state_sk": {"S": keys.state_prefix(record.is_active) + keys.sortable(record.id)},
            "update_sk": {"S": keys.update_position(record.updated_at, record.id)},
            **self.codec.to_item(record),
        }
        own, *listed = self.item_keys(account_id, record)
        yield {**own, **attributes, **stamps.stamp()}
        for key in listed:
            yield {**key, **attributes}

    def claim_writes(self, account_id: AccountId, record: R) -> Iterator[Write]:
        """The write that claims the record's name; refused with NameTakenError."""
        if self.claim:
            key = keys.name(account_id, self.kind, self.claim(record))
            yield put_new({**key, "record_id": {"N": str(record.id)}}, NameTakenError())

    def _release_writes(self, account_id: AccountId, record: R) -> Iterator[Write]:
        if self.claim:
            mine: Item = {":record_id": {"N": str(record.id)}}
            key = keys.name(account_id, self.kind, self.claim(record))
            yield delete_if(key, "record_id = :record_id", mine, StaleError())

    def _all_counters(self, account_id: AccountId, record: R) -> list[Counter]:
        return [total(account_id, self.kind), *self.counters(account_id, record)]

    def _counted(self, account_id: AccountId, record: R, step: int) -> Iterator[Write]:
        for counter in self._all_counters(account_id, record):
            # Only a new record can be refused for what is missing; one that is there has lost it meanwhile.
            known = counter if step > 0 else _known(counter)
            yield count_write(known, **{self.state(record): step})

    def _recounted(self, account_id: AccountId, before: R, after: R) -> list[Write]:
        """A counter that both states share is written once: a transaction takes each item once."""
        old, new = (self._all_counters(account_id, record) for record in (before, after))
        left = [counter for counter in old if counter.key not in [each.key for each in new]]
        writes = [count_write(_known(counter), **{self.state(before): -1}) for counter in left]
        for counter in new:
            if counter.key not in [each.key for each in old]:
                writes.append(count_write(counter, **{self.state(after): 1}))
            elif before.is_active != after.is_active:
                writes.append(count_write(_known(counter), **{self.state(before): -1, self.state(after): 1}))
        return writes


def replacement_writes(before: Iterable[Item], after: Iterable[Item], version: int) -> list[Write]:
    """The writes that turn a record's items into others, each still at the version that was read."""
    old, new = ({keys.key_pair(item): item for item in items} for items in (before, after))
    return [
        *(put_changed(item, version) if key_pair in old else put_new_record(item) for key_pair, item in new.items()),
        *(_without(item, version) for key_pair, item in old.items() if key_pair not in new),
    ]


def count_write(counter: Counter, *, active: int = 0, archived: int = 0) -> Write:
    """The write that moves a counter by these amounts."""
    condition = "attribute_exists(pk)" if counter.missing else ""
    amounts = {"active": active, "archived": archived}
    if counter.is_watched:
        condition = f"{condition} AND {NOT_MERGING}"
        amounts["changes"] = 1
    return count(counter.key, amounts, condition, counter.missing, is_spread=counter.is_spread)


def _known(counter: Counter) -> Counter:
    """The counter of what was there when it was read; where it has gone since, reading again shows that."""
    return replace(counter, missing=StaleError() if counter.missing else None)


def gone(own: Key, copies: Iterable[Key]) -> list[Write]:
    """The writes that take the items of a record away, its own one first, whatever its version is.

    `StaleError` where they are gone already.
    """
    return [
        put_if(stamps.tombstone(own), IS_RECORD, {}, StaleError()),
        *(delete_if(key, "attribute_exists(pk)", {}, StaleError()) for key in copies),
    ]


def _without(item: Item, version: int) -> Write:
    """Without an item of a record; a tombstone takes the place of its own one, which alone has a stamp."""
    key = {"pk": item["pk"], "sk": item["sk"]}
    values: Item = {":version": {"N": str(version)}}
    if "changed" in item:
        return put_if(stamps.tombstone(key), "version = :version", values, StaleError())
    return delete_if(key, "version = :version", values, StaleError())
