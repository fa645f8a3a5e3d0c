"""store: what the table's stream says: the change of a record, from the images of its own item before and after."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sheaf.domain.change import Action, Author, Origin, action_of
from sheaf.domain.identity import AccountId
from sheaf.domain.imports.job import ImportStatus, UndoStatus
from sheaf.domain.record import Kind
from sheaf.domain.values import Id, Timestamp
from sheaf.store import keys, stamps
from sheaf.store.items import Item
from sheaf.store.mappers import client, import_job, project, role, task, task_assignment, time_entry, user, webhook
from sheaf.store.mappers.user_assignment import USER_ASSIGNMENT

READERS: Mapping[Kind, Callable[[Item], Any]] = {
    "TASK": task.TASK.codec.from_item,
    "CLIENT": client.CLIENT.codec.from_item,
    "PROJECT": project.PROJECT.codec.from_item,
    "TASK_ASSIGNMENT": task_assignment.TASK_ASSIGNMENT.codec.from_item,
    "TIME_ENTRY": time_entry.from_item,
    "USER": user.USER.codec.from_item,
    "USER_ASSIGNMENT": USER_ASSIGNMENT.codec.from_item,
    "ROLE": role.ROLE.codec.from_item,
    "WEBHOOK": webhook.WEBHOOK.codec.from_item,
    "IMPORT": lambda item: import_job.from_item(item, {}).job,
}
"""The kinds of records whose changes are in the feed, and how each is read from its item."""

_KINDS: Mapping[str, Kind] = {kind: kind for kind in READERS}
_BESIDE = frozenset({"pk", "sk", "state_sk", "update_sk", "changed", "purge_at"})


@dataclass(frozen=True, slots=True)
class RecordChange:
    """A change of a record as the stream tells it: `before` and `after` are attributes, None where it is not there.

    `records` are the same two as records. `position` names the change among those of its record. `follows` is the one
    before it, None where there is none, and was made at `follows_at`.
    """

    account_id: AccountId
    kind: Kind
    id: Id
    action: Action
    origin: Origin
    before: Item | None
    after: Item | None
    records: tuple[Any, Any]
    position: str
    follows: str | None
    follows_at: Timestamp | None


def read(old: Item | None, new: Item | None) -> RecordChange | None:
    """The change that two images of an item tell; None where it is not a record's own item, or nothing has changed.

    Raises:
        KeyError, ValueError: an image is not what the store writes.
    """
    if new is None or "changed" not in new:
        return None  # a copy, a count, or a tombstone that goes by itself
    place = keys.record_of(new["pk"]["S"])
    kind = _KINDS.get(place[1]) if place else None
    if place is None or kind is None:
        return None
    follows = None if old is None else _position(kind, old)
    position = _position(kind, new)
    if position == follows:
        return None
    before, after = _attributes(old), _attributes(new)
    record_before, record_after = (
        None if attributes is None else READERS[kind](attributes) for attributes in (before, after)
    )
    return RecordChange(
        account_id=place[0],
        kind=kind,
        id=Id(int(new["sk"]["S"])),
        action=action_of(record_before, record_after),
        origin=_origin(kind, old, new),
        before=before,
        after=after,
        records=(record_before, record_after),
        position=position,
        follows=follows,
        follows_at=None if old is None else stamps.read(old).at,
    )


def _position(kind: Kind, item: Item) -> str:
    """Of an import only the steps of its way are changes, not what it counts."""
    if kind == "IMPORT":
        undo = item["undo"]["M"] if "undo" in item else None
        status = list(ImportStatus).index(ImportStatus(item["status"]["S"]))
        again = "" if undo is None else f"#{undo['attempt']['N']}#{int(undo['status']['S'] != UndoStatus.RUNNING)}"
        return f"{item['created_at']['S']}#{status}{again}"
    return stamps.position(item)


def _attributes(item: Item | None) -> Item | None:
    if item is not None and "merged_into" in item:
        return dict(item["merged_into"]["M"])
    if item is None or "deleted_at" in item:
        return None
    return {name: value for name, value in item.items() if name not in _BESIDE}


def _origin(kind: Kind, old: Item | None, new: Item) -> Origin:
    origin = stamps.read(new)
    if kind == "IMPORT" and old is not None:
        return Origin(Author(import_id=Id(int(new["sk"]["S"]))), origin.request_id, Timestamp(new["updated_at"]["S"]))
    return origin
