"""store: the blocks that changes lie in: one compressed item for all that one transaction has appended.

A line of a block is a change in JSON. Its number is not in it: a block says what its first one has.
"""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from sheaf.domain.change import Action, Change, Names, Origin
from sheaf.domain.record import Kind
from sheaf.domain.values import Id, Timestamp
from sheaf.store import keys
from sheaf.store.items import Item
from sheaf.store.keys import Key
from sheaf.store.stamps import AUTHOR
from sheaf.store.table_stream import READERS, RecordChange

type Line = Sequence[Any]
"""A change as it lies in a block."""


def note(change: RecordChange, position: str) -> Key:
    """Where it is noted which number a change of a record has."""
    return keys.record_change(change.account_id, change.kind, change.id, position)


def numbered(change: RecordChange, sequence: int, names: Names) -> Change:
    """A change with its number and the names of what its record refers to."""
    return Change(sequence, change.kind, change.id, change.action, change.origin, *change.records, names)


def line(change: RecordChange, names: Names) -> Line:
    """A change as a line."""
    origin, named = change.origin, [[*reference, shown] for reference, shown in names.items()]
    whose = [AUTHOR.to_item(origin.author), origin.request_id, origin.at]
    return [change.kind, change.id, change.action, *whose, change.before, change.after, named]


def read_line(sequence: int, written: Line) -> Change:
    """The change in a line."""
    kind, record_id, action, author, request_id, at, *states, named = written
    before, after = (None if attributes is None else READERS[kind](attributes) for attributes in states)
    origin = Origin(AUTHOR.from_item(author), request_id, at)
    names: dict[tuple[Kind, Id], Mapping[str, str | None]] = {(of, Id(its_id)): shown for of, its_id, shown in named}
    return Change(sequence, kind, record_id, Action(action), origin, before, after, names)


def packed(lines: Sequence[Line]) -> Item:
    """The attribute of a block that holds its lines."""
    text = json.dumps(lines, ensure_ascii=False, separators=(",", ":"))
    return {"lines": {"B": b64encode(zlib.compress(text.encode())).decode()}}


def lines_of(block: Item) -> Iterator[tuple[int, Line]]:
    """The lines of a block with their numbers."""
    lines: Sequence[Line] = json.loads(zlib.decompress(b64decode(block["lines"]["B"])))
    return zip(count(int(block["first"]["N"])), lines, strict=False)


def is_kept(item: Item, now: Timestamp) -> bool:
    """Whether the time of a block or a note has not come; DynamoDB deletes it only some time after that."""
    return int(item["purge_at"]["N"]) > int(datetime.fromisoformat(now).timestamp())
