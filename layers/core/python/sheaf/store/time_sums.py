"""store: hours summed for reports. Access pattern E14 of docs/data-model.md.

All entries between two days are read, a page of DynamoDB at a time. What is kept of them is one sum for each user, task
and project that occur, so a report takes no more memory for more entries.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from sheaf.domain.identity import AccountId
from sheaf.domain.time_entry import LoggedTime, TimeEntry, TimeFilter, TimeReader
from sheaf.domain.values import Timestamp
from sheaf.store import keys
from sheaf.store.items import Item
from sheaf.store.mappers.time_entry import from_item
from sheaf.store.resumable import operations
from sheaf.store.time_entries import check_merges, joined
from sheaf.store.time_lists import source_of
from sheaf.store.transactions import retried

_AT_ONCE = 1000  # sums whose records are read together


def sums(account_id: AccountId, reader: TimeReader, wanted: TimeFilter, now: Timestamp) -> list[LoggedTime]:
    """What the reader may see of the time that `wanted` leaves (E14), in no order.

    Each is an entry of the sum's hours: that of one user for one task on one project. The hours of running timers are
    those up to `now`.
    """

    def decide() -> list[LoggedTime]:
        pending = operations.pending(account_id)
        source = source_of(account_id, reader, wanted, pending)
        found = list(_summed(source.items(None, 10 * keys.PAGE), now))
        parts = (found[start : start + _AT_ONCE] for start in range(0, len(found), _AT_ONCE))
        summed = [logged for part in parts for logged in joined(account_id, part)]
        check_merges(account_id, wanted, pending)
        return summed

    return retried(decide)


def _summed(items: Iterator[Item], now: Timestamp) -> Iterator[TimeEntry]:
    first: dict[tuple[str, str], TimeEntry] = {}
    hours: dict[tuple[str, str], Decimal] = {}
    for item in items:
        pair: tuple[str, str] = item["user_id"]["N"], item["assignment_id"]["N"]
        if pair not in first:
            first[pair], hours[pair] = from_item(item), Decimal(0)
        hours[pair] += from_item(item).hours_at(now) if "timer_started_at" in item else Decimal(item["hours"]["N"])
    for pair, entry in first.items():
        yield replace(entry, hours=hours[pair], timer_started_at=None)
