"""store: how many time entries there are, by month and by user. The months say too where an account has time at all."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from sheaf.domain.identity import AccountId
from sheaf.domain.time_entry import TimeEntry
from sheaf.domain.values import Id
from sheaf.store import keys, reads, time_guard
from sheaf.store.reads import KeyRange
from sheaf.store.transactions import Write
from sheaf.store.writes import count as count_write


def count(account_id: AccountId, *, leaving: Iterable[TimeEntry], entering: Iterable[TimeEntry]) -> list[Write]:
    """The writes that keep the totals when entries come, go, or move; each total is written once.

    Refused with StaleError when one of the users has been removed.
    """
    months: dict[str, int] = {}
    users: dict[Id, int] = {}
    for entries, step in ((leaving, -1), (entering, 1)):
        for entry in entries:
            month = entry.spent_date[:7]
            months[month] = months.get(month, 0) + step
            users[entry.user_id] = users.get(entry.user_id, 0) + step
    return [
        *(
            count_write(keys.month_total(account_id, month), {"time_entry_count": step}, is_spread=True)
            for month, step in months.items()
            if step
        ),
        *(time_guard.count_time_of_user(account_id, user_id, step) for user_id, step in users.items() if step),
    ]


def months(account_id: AccountId, first: str, last: str, *, newest_first: bool) -> Iterator[tuple[str, int]]:
    """The months from `first` to `last` (`2026-11`) that have or had time, with their number of entries."""
    found = reads.items_in(KeyRange(keys.month_totals(account_id), first, f"{last}#~", newest_first))
    for month, shards in groupby(found, key=lambda item: str(item["sk"]["S"][: len("2026-11")])):
        yield month, sum(int(item["time_entry_count"]["N"]) for item in shards)


def of_user(account_id: AccountId, user_id: Id) -> int:
    """How many entries a user has."""
    return reads.counts(keys.guard_time(account_id, "USER", user_id), "time_entry_count")[0]


def of_project(account_id: AccountId, project_id: Id) -> int:
    """How many entries a project has, as is counted beside its guard."""
    return reads.counts(keys.guard_time(account_id, "PROJECT", project_id), "time_entry_count")[0]
