"""store: time entries as items. An entry lies in four places, whole: by its id, by month, by user and by project."""

from decimal import Decimal

from sheaf.domain.identity import AccountId
from sheaf.domain.time_entry import ExternalReference, TimeEntry
from sheaf.domain.values import Day, Id, Timestamp
from sheaf.store import keys
from sheaf.store.items import Value, flag, number, read_id, read_text, text
from sheaf.store.keys import Key
from sheaf.store.writes import Item


def to_items(account_id: AccountId, entry: TimeEntry) -> list[Item]:
    """An entry as its four items. The one by id also stands in the index by update."""
    attributes = _to_item(entry)
    by_id, *listed = item_keys(account_id, entry.user_id, entry.project_id, entry.spent_date, entry.id)
    changed = {"update_sk": text(keys.update_position(entry.updated_at, entry.id))}
    return [{**by_id, **changed, **attributes}, *({**key, **attributes} for key in listed)]


def item_keys(account_id: AccountId, user_id: Id, project_id: Id, day: Day, entry_id: Id) -> list[Key]:
    """The keys of an entry's four items, the one by its id first."""
    position = {"S": keys.time_position(day, entry_id)}
    lists = (
        keys.time_month(account_id, day[:7]),
        keys.children(account_id, "USER", user_id, "TIME_ENTRY"),
        keys.children(account_id, "PROJECT", project_id, "TIME_ENTRY"),
    )
    return [keys.time_entry(account_id, entry_id), *({"pk": {"S": pk}, "sk": position} for pk in lists)]


def from_item(item: Item) -> TimeEntry:
    """The entry in any of its items."""
    reference = item["external_reference"].get("M")
    return TimeEntry(
        id=read_id(item["id"]),
        user_id=read_id(item["user_id"]),
        project_id=read_id(item["project_id"]),
        task_id=read_id(item["task_id"]),
        assignment_id=read_id(item["assignment_id"]),
        spent_date=Day(item["spent_date"]["S"]),
        hours=Decimal(item["hours"]["N"]),
        notes=read_text(item["notes"]),
        external_reference=None if reference is None else _read_reference(reference),
        created_at=Timestamp(item["created_at"]["S"]),
        updated_at=Timestamp(item["updated_at"]["S"]),
        version=int(item["version"]["N"]),
        imported="imported" in item,
    )


def _to_item(entry: TimeEntry) -> Item:
    item = {
        "id": number(entry.id),
        "user_id": number(entry.user_id),
        "project_id": number(entry.project_id),
        "task_id": number(entry.task_id),
        "assignment_id": number(entry.assignment_id),
        "spent_date": text(entry.spent_date),
        "hours": number(entry.hours),
        "notes": text(entry.notes),
        "external_reference": _reference(entry.external_reference),
        "created_at": text(entry.created_at),
        "updated_at": text(entry.updated_at),
        "version": number(entry.version),
    }
    return item | {"imported": flag(True)} if entry.imported else item


def _reference(reference: ExternalReference | None) -> Value:
    if reference is None:
        return {"NULL": True}
    return {"M": {name: text(getattr(reference, name)) for name in _REFERENCE_FIELDS}}


def _read_reference(reference: Item) -> ExternalReference:
    return ExternalReference(**{name: read_text(reference[name]) for name in _REFERENCE_FIELDS})


_REFERENCE_FIELDS = ("id", "group_id", "account_id", "permalink")
