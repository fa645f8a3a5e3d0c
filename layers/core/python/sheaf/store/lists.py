"""store: lists, cut into pages. Where records are read from is a source; how a page is cut from it is the same for all.

A page costs what it holds. Only the deprecated page numbers cost their offset, and `updated_since` its matches.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Protocol

from sheaf.domain.identity import AccountId
from sheaf.domain.paging import Cursor, Filter, Page, PageRequest
from sheaf.domain.values import Id, Timestamp
from sheaf.store import keys, reads
from sheaf.store.items import Item
from sheaf.store.keys import Key
from sheaf.store.reads import KeyRange
from sheaf.store.records import ListedRecord, RecordMapper
from sheaf.store.transactions import StaleError, retried

_LOWEST = "0" * keys.ID_WIDTH
_HIGHEST = "9" * keys.ID_WIDTH


class Source(Protocol):
    """A list that can be read from a cursor on: newest first, or away from newer ones where the cursor says before."""

    def items(self, cursor: Cursor | None, page_size: int) -> Iterator[Item]:
        """The items on the cursor's far side, nearest first, read `at_once` at a time."""

    def count(self) -> int:
        """The exact length of the list."""


def page_of(source: Source, request: PageRequest) -> Page[Item]:
    """One page of a source. One record more than the page is read, to see whether another page follows."""
    total = source.count() if request.offset else None
    if total is not None and request.offset >= total:
        return Page([], total, has_newer=True, has_older=False)
    backwards = request.cursor is not None and request.cursor.direction == "before"
    end = request.offset + request.per_page + 1
    found = list(islice(source.items(request.cursor, end), request.offset, end))
    beyond = len(found) > request.per_page
    records = found[: request.per_page]
    if backwards:
        records.reverse()
    has_newer = beyond if backwards else request.cursor is not None or request.offset > 0
    has_older = True if backwards else beyond
    if not has_newer and not has_older:
        total = len(records)  # the page is the list: no need to look its length up
    elif total is None:
        total = source.count()
    return Page(records, total, has_newer=has_newer, has_older=has_older)


def with_records[Record](found: Page[Item], records: Sequence[Record]) -> Page[Record]:
    """The page of records that was made of a page of items. Raises StaleError when one was lost on the way."""
    if len(records) < len(found.records):
        raise StaleError  # something went between two reads
    return Page(records, found.total_entries, found.has_newer, found.has_older)


@dataclass(frozen=True, slots=True)
class Listing:
    """The records of one partition in the order of their ids; `counter` is what counts them by state."""

    pk: str
    counter: Key

    def source(self, wanted: Filter) -> Source:
        """The part of the list that the filter leaves. Everything is read strongly consistently."""
        if wanted.updated_since is not None:
            return _Updated(self.pk, wanted.is_active, wanted.updated_since)
        return _Partition(self.pk, self.counter, wanted.is_active)


def count(counter: Key, is_active: bool | None = None) -> int:
    """What a counter says: all records of a list, or only the active or the archived ones."""
    active, archived = reads.counts(counter, "active", "archived")
    if is_active is None:
        return active + archived
    return active if is_active else archived


@dataclass(frozen=True, slots=True)
class Merged:
    """Several lists as one, in the common order of their sort keys."""

    sources: Sequence[Source]

    def items(self, cursor: Cursor | None, page_size: int) -> Iterator[Item]:
        """As `Source.items`."""
        newest_first = cursor is None or cursor.direction == "after"
        streams = [source.items(cursor, page_size) for source in self.sources]
        return merge(*streams, key=lambda item: str(item["sk"]["S"]), reverse=newest_first)

    def count(self) -> int:
        """As `Source.count`."""
        return sum(source.count() for source in self.sources)


@dataclass(frozen=True, slots=True)
class Visible:
    """A list without the items that are hidden, because they belong to something that is going or not yet there.

    `counted` gives the length of what is left, where that is kept somewhere; otherwise the list is read for it, which
    happens only while something is hidden.
    """

    source: Source
    is_hidden: Callable[[Item], bool]
    counted: Callable[[], int] | None = None

    def items(self, cursor: Cursor | None, page_size: int) -> Iterator[Item]:
        """As `Source.items`; read in large parts, because nobody knows how many are passed over."""
        found = self.source.items(cursor, max(page_size, keys.PAGE))
        return (item for item in found if not self.is_hidden(item))

    def count(self) -> int:
        """As `Source.count`."""
        return self.counted() if self.counted else sum(1 for _ in self.items(None, keys.PAGE))


@dataclass(frozen=True, slots=True)
class _Partition:
    """The whole list, or its active or archived half from the index by state."""

    pk: str
    counter: Key
    is_active: bool | None

    def items(self, cursor: Cursor | None, page_size: int) -> Iterator[Item]:
        """As `Source.items`."""
        whole = self.is_active is None
        prefix = "" if self.is_active is None else keys.state_prefix(self.is_active)
        low, high = key_range(cursor, _LOWEST, _HIGHEST)
        stretch = KeyRange(
            pk=self.pk,
            low=prefix + low,
            high=prefix + high,
            newest_first=cursor is None or cursor.direction == "after",
            index=None if whole else keys.BY_STATE,
            sort_attribute="sk" if whole else "state_sk",
        )
        return reads.items_in(stretch, page_size)

    def count(self) -> int:
        """As `Source.count`: one read."""
        return count(self.counter, self.is_active)


class _Updated:
    """The records of a list changed at a time or later.

    All their keys are read from the index by update, because the list is in the order of creation and its length must
    be exact; then only the items that are asked for.
    """

    def __init__(self, pk: str, is_active: bool | None, since: Timestamp) -> None:
        self._pk = pk
        self._is_active = is_active
        changed = reads.items_in(
            KeyRange(pk, low=since, high="~", index=keys.BY_UPDATE, sort_attribute="update_sk"),
            attributes="sk, is_active",
        )
        matching = (item for item in changed if is_active is None or item["is_active"]["BOOL"] is is_active)
        self._positions = sorted((str(item["sk"]["S"]) for item in matching), reverse=True)

    def items(self, cursor: Cursor | None, page_size: int) -> Iterator[Item]:
        """As `Source.items`; whatever went or changed its state since the keys were read is passed over."""
        key_pairs = [(self._pk, position) for position in beyond(self._positions, cursor)]
        items = reads.ordered(key_pairs, page_size)
        return (item for item in items if self._is_active in (None, item["is_active"]["BOOL"]))

    def count(self) -> int:
        """As `Source.count`: known already."""
        return len(self._positions)


class Chosen:
    """Some records of a partition that have been read, the newest first, such as the projects that a manager manages.

    Of these those that pass the filter, and are of a client where one is given.
    """

    def __init__(self, items: Iterable[Item], wanted: Filter, client_id: Id | None = None) -> None:
        self._items = [
            item
            for item in items
            if wanted.is_active in (None, item["is_active"]["BOOL"])
            and (wanted.updated_since is None or item["updated_at"]["S"] >= wanted.updated_since)
            and (client_id is None or item["client_id"]["N"] == str(client_id))
        ]

    def items(self, cursor: Cursor | None, page_size: int) -> Iterator[Item]:  # noqa: ARG002 - all are read
        """As `Source.items`."""
        by_position = {item["sk"]["S"]: item for item in self._items}
        return (by_position[position] for position in beyond(list(by_position), cursor))

    def count(self) -> int:
        """As `Source.count`."""
        return len(self._items)


def page_of_kind[R: ListedRecord](
    mapper: RecordMapper[R], account_id: AccountId, wanted: Filter, request: PageRequest, claim: str | None
) -> Page[R]:
    """One page of an account's records of a kind, newest first, or of the one that has a claim."""

    def decide() -> Page[R]:
        if claim is None:
            source = Listing(keys.records(account_id, mapper.kind), keys.totals(account_id, mapper.kind)).source(wanted)
        else:
            source = Chosen(mapper.items_by_claim(account_id, claim), wanted)
        return page_of(source, request).map(mapper.codec.from_item)

    return retried(decide)


def by_ids(pk: str, ids: Collection[Id]) -> Iterator[Item]:
    """The records of a partition with these ids, the newest first, without the missing ones."""
    return reads.ordered([(pk, keys.sortable(record_id)) for record_id in sorted(ids, reverse=True)], keys.PAGE)


def key_range(cursor: Cursor | None, low: str, high: str) -> tuple[str, str]:
    """The sort keys between which a list goes on from a cursor; the record at the cursor is left out."""
    if cursor is None:
        return low, high
    if cursor.direction == "after":
        return low, position_of(cursor, -1)
    return position_of(cursor, 1), high


def beyond(positions: Sequence[str], cursor: Cursor | None) -> Sequence[str]:
    """The positions on the cursor's far side, nearest first; `positions` falls."""
    if cursor is None:
        return positions
    at = position_of(cursor)
    if cursor.direction == "after":
        return [position for position in positions if position < at]
    return [position for position in reversed(positions) if position > at]


def position_of(cursor: Cursor, step: int = 0) -> str:
    """A cursor's position as a sort key, or the position right beside it."""
    number = keys.sortable(max(0, cursor.id + step))
    return f"{cursor.day}#{number}" if cursor.day else number
