"""store: time entries as items. An entry is stored four times, whole: by its id, by month, by user and by project."""

from sheaf.domain.identity import AccountId
from sheaf.domain.time_entry import TimeEntry
from sheaf.domain.values import Day, Id
from sheaf.store import keys, stamps
from sheaf.store.codec import Codec
from sheaf.store.items import Item, text
from sheaf.store.keys import Key

ITEMS = 4  # that hold an entry


def to_items(account_id: AccountId, entry: TimeEntry) -> list[Item]:
    """An entry as its four items. The one by id also stands in the index by update."""
    attributes = CODEC.to_item(entry)
    by_id, *listed = item_keys(account_id, entry.user_id, entry.project_id, entry.spent_date, entry.id)
    changed = {"update_sk": text(keys.update_position(entry.updated_at, entry.id))}
    return [{**by_id, **changed, **attributes, **stamps.stamp()}, *({**key, **attributes} for key in listed)]


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
    return CODEC.from_item(item)


_SPARSE = {"import_id", "timer_started_at", "started_time", "ended_time", "user_assignment_id"}
CODEC = Codec(TimeEntry, sparse=_SPARSE)
