"""store: reading the feed. Access patterns F2 to F4 of docs/data-model.md."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sheaf.domain.change import Change
from sheaf.domain.errors import InvalidError
from sheaf.domain.identity import AccountId
from sheaf.domain.record import Kind
from sheaf.domain.values import Id, Timestamp
from sheaf.store import keys, reads
from sheaf.store.feed.blocks import Line, is_kept, lines_of, read_line
from sheaf.store.items import Item
from sheaf.store.reads import KeyRange

LOOKED_AT = 2000  # changes that are read for one page, however few of them are wanted
PAGE_BYTES = 3_000_000  # of the records of a page; an answer of Lambda holds 6 MB
BLOCKS_READ = 100  # for one page of a record's changes, each of which may stand in a block of its own
_HIGHEST = "9" * keys.ID_WIDTH


class ChangesGoneError(InvalidError):
    """What follows a cursor is not kept any more, so whoever follows the feed has missed something."""

    def __init__(self) -> None:
        super().__init__("after is older than the changes that are kept: read all records anew, then go on after=now")


@dataclass(frozen=True, slots=True)
class FeedRequest:
    """At most `limit` changes after the one with the number `after`, of which `wanted` says what is to be seen."""

    after: int
    limit: int
    now: Timestamp
    wanted: Callable[[Change], Change | None] = lambda change: change


@dataclass(frozen=True, slots=True)
class ChangePage:
    """Some changes, the oldest first. `next` is the number after which to go on."""

    changes: Sequence[Change]
    next: int
    has_more: bool


def last_sequence(account_id: AccountId) -> int:
    """How many changes the feed has (F2)."""
    head = reads.item(keys.change_head(account_id))
    return 0 if head is None else int(head["last_sequence"]["N"])


def page(account_id: AccountId, request: FeedRequest) -> ChangePage:
    """A page of the feed (F3): fewer than asked for where much is passed over, or where the records are large.

    After 0 it begins with the oldest change that is kept.

    Raises:
        ChangesGoneError: some of what follows is not kept any more.
    """
    last = last_sequence(account_id)
    found: list[Change] = []
    position, size = request.after, 0
    for looked_at, (sequence, line) in enumerate(_lines(account_id, request, last), 1):
        change = request.wanted(read_line(sequence, line))
        if change is not None:
            size += len(json.dumps(line))
            if found and size > PAGE_BYTES:
                return ChangePage(found, position, has_more=True)
            found.append(change)
        position = sequence
        if len(found) == request.limit or looked_at == LOOKED_AT:
            return ChangePage(found, position, has_more=position < last)
    return ChangePage(found, max(position, last), has_more=False)


def of_record(account_id: AccountId, kind: Kind, record_id: Id, request: FeedRequest) -> ChangePage:
    """A page of one record's changes (F4): it is noted where they stand, and other blocks are not read."""
    stretch = KeyRange(keys.record_changes(account_id, kind, record_id), "0", "~", newest_first=False)
    notes = [item for item in reads.items_in(stretch) if is_kept(item, request.now)]
    ends = {int(note["sequence"]["N"]): int(note["block"]["N"]) for note in notes}
    later = sorted(sequence for sequence in ends if sequence > request.after)
    chosen = later[: min(request.limit, BLOCKS_READ)]
    found = reads.items([keys.change_block(account_id, end) for end in {ends[sequence] for sequence in chosen}])
    lines = {sequence: line for block in found.values() for sequence, line in lines_of(block)}
    seen = (request.wanted(read_line(sequence, lines[sequence])) for sequence in chosen if sequence in lines)
    changes = [change for change in seen if change is not None]
    return ChangePage(changes, chosen[-1] if chosen else request.after, has_more=len(chosen) < len(later))


def _lines(account_id: AccountId, request: FeedRequest, last: int) -> Iterator[tuple[int, Line]]:
    """The lines that follow, up to the number `last`, with their numbers. Raises ChangesGoneError."""
    expected = request.after + 1
    for block in _blocks(account_id, request, last):
        if int(block["first"]["N"]) > expected > 1:
            raise ChangesGoneError
        for sequence, line in lines_of(block):
            if request.after < sequence <= last:
                yield sequence, line
        expected = int(block["sk"]["S"]) + 1
    if 1 < expected <= last:
        raise ChangesGoneError


def _blocks(account_id: AccountId, request: FeedRequest, last: int) -> Iterator[Item]:
    """The blocks that are kept, from the one that holds the next change on."""
    start, is_first = request.after + 1, True
    while start <= last:
        some = False
        for block in _in_partition(account_id, start, request.limit, request.now):
            some = True
            yield block
        start = _next_partition(start) if some or not is_first else _first_kept(account_id, start, last, request.now)
        is_first = False


def _in_partition(account_id: AccountId, start: int, limit: int, now: Timestamp) -> Iterator[Item]:
    """The blocks of one partition that end with this number or a later one."""
    stretch = KeyRange(keys.changes(account_id, start), keys.sortable(start), _HIGHEST, newest_first=False)
    return (block for block in reads.items_in(stretch, limit) if is_kept(block, now))


def _next_partition(number: int) -> int:
    """With which number the partition begins after the one of this number."""
    size = keys.CHANGES_IN_PARTITION
    return ((number - 1) // size + 1) * size + 1


def _first_kept(account_id: AccountId, start: int, last: int, now: Timestamp) -> int:
    """With which number the first partition begins of which something is kept; what is older goes first."""
    size = keys.CHANGES_IN_PARTITION
    low, high = (_next_partition(start) - 1) // size, (last - 1) // size + 1
    while low < high:
        middle = (low + high) // 2
        if next(_in_partition(account_id, middle * size + 1, 1, now), None) is None:
            low = middle + 1
        else:
            high = middle
    return low * size + 1
