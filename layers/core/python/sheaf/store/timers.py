"""store: running timers, one for each user at most. Access pattern E13 of docs/data-model.md.

Which entry a user's timer runs on stands in an item of that user's, which every start, stop and restart writes in the
transaction that changes the entry. So two starts at once meet there, and one of them finds the other's entry and stops
it.
"""

from collections.abc import Iterator, Sequence

from sheaf.domain.identity import AccountId, User
from sheaf.domain.time_entry import TimeEntry
from sheaf.domain.timers import Clock, with_timer_stopped
from sheaf.domain.values import Id
from sheaf.store import keys, reads
from sheaf.store.items import Item, number, read_id
from sheaf.store.mappers.time_entry import from_item, to_items
from sheaf.store.reads import KeyRange
from sheaf.store.records import replacement_writes
from sheaf.store.transactions import StaleError, Write
from sheaf.store.writes import delete_if, put_if, put_new


def started(account_id: AccountId, user: User, entry: TimeEntry, clock: Clock) -> list[Write]:
    """The writes by which the timer of the entry's user runs on it, and on no other any more.

    They are of another entry and the timer; that entry's hours are written as they are now. Refused with StaleError
    when the user's timer was started or stopped since it was read.
    """
    timer = reads.item(keys.timer(account_id, entry.user_id))
    mine: Item = {**keys.timer(account_id, entry.user_id), "entry_id": number(entry.id)}
    if timer is None:
        return [put_new(mine, StaleError())]
    other = _running(account_id, read_id(timer["entry_id"]))
    moved = put_if(mine, "entry_id = :as_read", {":as_read": timer["entry_id"]}, StaleError())
    if other is None or other.id == entry.id:  # left of a project that was removed
        return [moved]
    return [moved, *_replaced(account_id, other, with_timer_stopped(other, user, clock))]


def stopped(account_id: AccountId, entry: TimeEntry) -> list[Write]:
    """The write by which a user's timer, which runs on this entry, runs no more; none where it does not run.

    Refused with StaleError when it was started on another entry since.
    """
    if not entry.is_running:
        return []
    mine: Item = {":entry_id": number(entry.id)}
    return [delete_if(keys.timer(account_id, entry.user_id), "entry_id = :entry_id", mine, StaleError())]


def everything(account_id: AccountId) -> Sequence[Item]:
    """The items of all entries whose timer runs (E13), in no order."""
    timers: Iterator[Item] = reads.items_in(KeyRange(keys.timers(account_id), low="0", high="~"))
    found = reads.items([keys.time_entry(account_id, read_id(timer["entry_id"])) for timer in timers])
    return [item for item in found.values() if "timer_started_at" in item]


def _running(account_id: AccountId, entry_id: Id) -> TimeEntry | None:
    item = reads.item(keys.time_entry(account_id, entry_id))
    entry = None if item is None else from_item(item)
    return entry if entry is not None and entry.is_running else None


def _replaced(account_id: AccountId, before: TimeEntry, after: TimeEntry) -> list[Write]:
    return replacement_writes(to_items(account_id, before), to_items(account_id, after), before.version)
