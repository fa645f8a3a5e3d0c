"""store: what the items of records say of their last change, for the table's stream: where it comes from."""

import random
from datetime import timedelta

from sheaf import origin
from sheaf.domain.change import Author, Origin
from sheaf.domain.values import Timestamp
from sheaf.store import items
from sheaf.store.codec import Codec
from sheaf.store.items import Item, Value, text
from sheaf.store.keys import Key

TOMBSTONE_KEPT = timedelta(days=1)  # the stream carries a tombstone the moment it is written
AUTHOR = Codec(Author, sparse={"user_id", "name", "import_id", "operator"})


def stamp() -> Item:
    """What a record's own item, and that of a resumable operation, say of where they come from."""
    return {"changed": _written(origin.current())}


def tombstone(key: Key) -> Item:
    """What takes the place of a deleted record's own item: that it is deleted, when and by whom.

    It costs what deleting would cost. Readers never meet it (see `reads`), and it goes by itself.
    """
    known = origin.current()
    return {
        **key,
        "deleted_at": text(known.at),
        "changed": _written(known),
        "purge_at": items.purge_at(known.at, TOMBSTONE_KEPT),
    }


def read(item: Item) -> Origin:
    """Where the last change of a record comes from."""
    stamped = item["changed"]["M"]
    return Origin(AUTHOR.from_item(stamped), stamped["request_id"]["S"], Timestamp(stamped["at"]["S"]))


def position(item: Item) -> str:
    """What names the last change of a record among all of this record: when it was made, and a random number."""
    stamped = item["changed"]["M"]
    return f"{stamped['at']['S']}#{stamped['change']['S']}"


def _written(known: Origin) -> Value:
    own = {"request_id": text(known.request_id), "at": text(known.at), "change": text(f"{random.getrandbits(48):012x}")}
    return {"M": {**AUTHOR.to_item(known.author), **own}}
