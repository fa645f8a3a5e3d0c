"""store: appending to the feed. Access pattern F1 of docs/data-model.md.

One transaction appends a block, moves the head, which counts the changes, and notes for each record where its change
stands. So numbers have no gaps, a reader never meets n + 1 before n, and a change that is told again is known.

Whoever appends takes turns with the others of the same account: transactions that meet on the head would be cancelled
and paid for. The head's condition is what keeps the feed right, also where a turn lasts too long and another begins.
"""

import json
import secrets
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from sheaf import backoff, settings
from sheaf.domain.change import Change, Names
from sheaf.domain.errors import BusyError
from sheaf.domain.identity import AccountId
from sheaf.domain.record import Kind
from sheaf.domain.values import Id, Timestamp
from sheaf.store import keys, reads
from sheaf.store.feed import blocks
from sheaf.store.items import Item, Value, number, purge_at, read_id, read_text, text
from sheaf.store.keys import Key
from sheaf.store.table_stream import RecordChange
from sheaf.store.transactions import StaleError, Write, commit, retried
from sheaf.store.writes import put_new, update

IN_BLOCK = 98  # changes that one transaction appends, each with a note; beside them the block and the head
BLOCK_BYTES = 300_000  # of a block before it is compressed; an item holds 400 KB
LATEST = timedelta(days=15)  # for so long a change may come late: 24 hours in the stream, 14 days in the dead letters
TURN_SECONDS = 10.0  # after which somebody else may begin, because whoever had the turn has died
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.1  # seconds between two looks at whether it is free

_REFERENCES: Mapping[Kind, Mapping[str, Kind]] = {
    "PROJECT": {"client_id": "CLIENT"},
    "TASK_ASSIGNMENT": {"project_id": "PROJECT", "task_id": "TASK"},
    "USER_ASSIGNMENT": {"project_id": "PROJECT", "user_id": "USER"},
    "TIME_ENTRY": {"user_id": "USER", "project_id": "PROJECT", "task_id": "TASK"},
}
_SHOWN: Mapping[Kind, Sequence[str]] = {
    "CLIENT": ("name", "currency"),
    "PROJECT": ("name", "code"),
    "TASK": ("name",),
    "USER": ("first_name", "last_name"),
}


@dataclass(frozen=True, slots=True)
class Appended:
    """What came of changes that were to be appended: those in the feed now, and those that wait for one before them."""

    changes: Sequence[Change]
    waiting: Sequence[RecordChange]


def append(account_id: AccountId, changes: Sequence[RecordChange], now: Timestamp) -> Appended:
    """Append changes in their order, without those that are in the feed already (F1).

    Raises:
        BusyError: others kept appending to the same feed; what was appended before that stays.
    """
    done: list[Change] = []
    waiting: list[RecordChange] = []
    left = list(changes)
    with _turn(account_id):
        while left:
            part, rest = left[:IN_BLOCK], left[IN_BLOCK:]
            block = _append_block(account_id, part, now)
            done += block.numbered
            waiting += block.waiting
            left = [*block.left, *rest]
    return Appended(done, waiting)


@contextmanager
def _turn(account_id: AccountId) -> Iterator[None]:
    """Be the only one who appends, for the length of a `with` block. Raises BusyError: it was not free for too long."""
    key, holder = keys.change_turn(account_id), text(secrets.token_hex(8))
    for _ in backoff.attempts(first=_FIRST_PAUSE, longest=_LONGEST_PAUSE):
        now = time.time()
        values = {":holder": holder, ":now": _moment(now), ":until": _moment(now + TURN_SECONDS)}
        free = "attribute_not_exists(pk) OR free_at < :now"
        with suppress(StaleError):
            commit([update(key, "SET holder = :holder, free_at = :until", values, free)])
            break
    else:
        raise BusyError("Others are appending to the feed of changes")
    try:
        yield
    finally:
        with suppress(StaleError):  # it lasted too long, and somebody else has begun
            commit([update(key, "SET free_at = :now", {":now": _moment(0), ":holder": holder}, "holder = :holder")])


def _moment(seconds: float) -> Value:
    """Seconds since 1970, to the millisecond."""
    return number(Decimal(f"{seconds:.3f}").normalize())


@dataclass(slots=True)
class _Block:
    """What is to become of some changes: `fresh` are appended, `numbered` are in the feed then, old ones among them."""

    fresh: list[RecordChange] = field(default_factory=list)
    numbered: list[Change] = field(default_factory=list)
    waiting: list[RecordChange] = field(default_factory=list)
    left: list[RecordChange] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read before appending: how many changes there are, the numbers of some by their notes, and names."""

    last: int
    sequences: Mapping[tuple[str, str], int]
    names: Names

    def sequence(self, change: RecordChange, position: str) -> int | None:
        """The number in the feed that a change of this record has."""
        return self.sequences.get(keys.key_pair(blocks.note(change, position)))

    def names_for(self, change: RecordChange) -> Names:
        """The names of what the record refers to."""
        return {reference: self.names[reference] for reference in _references([change]) if reference in self.names}


def _append_block(account_id: AccountId, changes: Sequence[RecordChange], now: Timestamp) -> _Block:
    """Append what fits into one block.

    Nearly always all of them are new, so their own notes are looked for only where that turns out to be wrong.
    """
    with suppress(StaleError):
        return _appended(account_id, changes, now, notes=[])
    notes = [blocks.note(change, change.position) for change in changes]
    return retried(lambda: _appended(account_id, changes, now, notes))


def _appended(account_id: AccountId, changes: Sequence[RecordChange], now: Timestamp, notes: Sequence[Key]) -> _Block:
    """The same, with these notes of the changes known. Raises StaleError: something is in the feed by now."""
    known = _known(account_id, changes, notes)
    block = _chosen(changes, known, now)
    if block.fresh:
        commit(_writes(account_id, known, block.fresh, now))
    return block


def _known(account_id: AccountId, changes: Sequence[RecordChange], notes: Sequence[Key]) -> _Known:
    head_key = keys.change_head(account_id)
    before = [blocks.note(change, change.follows) for change in changes if change.follows]
    references = {each: keys.record(account_id, *each) for each in _references(changes)}
    found = reads.items(_unique([head_key, *notes, *before, *references.values()]))
    head = found.get(keys.key_pair(head_key))
    return _Known(
        last=0 if head is None else int(head["last_sequence"]["N"]),
        sequences={place: int(item["sequence"]["N"]) for place, item in found.items() if "sequence" in item},
        names={
            reference: {name: read_text(found[place][name]) for name in _SHOWN[reference[0]]}
            for reference, key in references.items()
            if (place := keys.key_pair(key)) in found
        },
    )


def _chosen(changes: Sequence[RecordChange], known: _Known, now: Timestamp) -> _Block:
    """Decide of each change what becomes of it."""
    block, chosen = _Block(), dict[tuple[Kind, Id, str], int]()
    at_most = keys.CHANGES_IN_PARTITION - known.last % keys.CHANGES_IN_PARTITION  # no block is in two partitions
    size = 0
    for change in changes:
        if (change.kind, change.id, change.position) in chosen:
            continue  # told twice at once
        sequence = known.sequence(change, change.position)
        if sequence is not None:
            block.numbered.append(blocks.numbered(change, sequence, known.names_for(change)))
            continue
        size += len(json.dumps([change.before, change.after], ensure_ascii=False).encode())
        if block.left or len(block.fresh) == at_most or (block.fresh and size > BLOCK_BYTES):
            block.left.append(change)
        elif _lacks_predecessor(change, known, chosen, now):
            block.waiting.append(change)
        else:
            block.fresh.append(change)
            sequence = chosen[change.kind, change.id, change.position] = known.last + len(block.fresh)
            block.numbered.append(blocks.numbered(change, sequence, known.names_for(change)))
    return block


def _lacks_predecessor(
    change: RecordChange, known: _Known, chosen: Collection[tuple[Kind, Id, str]], now: Timestamp
) -> bool:
    """Whether the change before this one is not in the feed but may still come."""
    if change.follows is None or change.follows_at is None or (change.kind, change.id, change.follows) in chosen:
        return False
    if known.sequence(change, change.follows) is not None:
        return False
    return datetime.fromisoformat(now) - datetime.fromisoformat(change.follows_at) < LATEST


def _writes(account_id: AccountId, known: _Known, fresh: Sequence[RecordChange], now: Timestamp) -> list[Write]:
    """The writes that append a block; StaleError when there is another one already."""
    first, end = known.last + 1, known.last + len(fresh)
    kept: Item = {"purge_at": purge_at(now, timedelta(days=settings.changes_kept_days()))}
    lines = blocks.packed([blocks.line(change, known.names_for(change)) for change in fresh])
    moved = update(
        keys.change_head(account_id),
        "SET last_sequence = :end",
        {":end": number(end)} | ({":last": number(known.last)} if known.last else {}),
        "last_sequence = :last" if known.last else "attribute_not_exists(pk)",
    )
    block = put_new({**keys.change_block(account_id, end), "first": number(first), **lines, **kept}, StaleError())
    notes = [
        {**blocks.note(change, change.position), "sequence": number(first + place), "block": number(end), **kept}
        for place, change in enumerate(fresh)
    ]
    return [moved, block, *(put_new(note, StaleError()) for note in notes)]


def _references(changes: Iterable[RecordChange]) -> Iterator[tuple[Kind, Id]]:
    """What these records refer to, before and after."""
    for change in changes:
        for name, kind in _REFERENCES.get(change.kind, {}).items():
            for attributes in (change.before, change.after):
                if attributes is not None:
                    yield kind, read_id(attributes[name])


def _unique(wanted: Iterable[Key]) -> list[Key]:
    return list({keys.key_pair(key): key for key in wanted}.values())
