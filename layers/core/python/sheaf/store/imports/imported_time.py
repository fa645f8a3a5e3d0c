"""store: the time that imports read and write, many entries at once. Access patterns E8 and E9 of docs/data-model.md.

Reads are for a batch of rows, not for each row; entries of one transaction share the items that count them.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from sheaf.domain.identity import AccountId
from sheaf.domain.time_entry import TimeEntry
from sheaf.domain.values import Day, Id
from sheaf.store import keys, reads, time_guard, time_totals
from sheaf.store.imports import leases
from sheaf.store.imports.leases import Stretch
from sheaf.store.mappers.time_entry import ITEMS, from_item, item_keys, to_items
from sheaf.store.reads import KeyRange
from sheaf.store.records import replacement_writes
from sheaf.store.resumable import operations, resume
from sheaf.store.transactions import Write

_QUERIES = 8  # by which the days of one user are read at most
_GAP = 30  # days without rows that are worth a query more


@dataclass(frozen=True, slots=True)
class Change:
    """One entry as it was, None for a new one, and as it shall be."""

    before: TimeEntry | None
    after: TimeEntry


def imported(account_id: AccountId, user_id: Id, wanted: Collection[tuple[Id, Id, Day]]) -> Iterator[TimeEntry]:
    """The entries of a user that an import made (E8) for a project and task on a day, read in a few queries."""
    listed = keys.children(account_id, "USER", user_id, "TIME_ENTRY")
    # Compared as they lie there: a user has far more entries on these days than are wanted.
    slots = {(str(project_id), str(task_id), day) for project_id, task_id, day in wanted}
    for first, last in stretches({day for _, _, day in wanted}):
        for item in reads.items_in(KeyRange(listed, f"{first}#", f"{last}#~", newest_first=False)):
            slot = item["project_id"]["N"], item["task_id"]["N"], item["spent_date"]["S"]
            if slot in slots and "import_id" in item:
                yield from_item(item)


def stretches(days: Collection[Day], at_most: int = _QUERIES) -> list[tuple[Day, Day]]:
    """The first and last days of the few stretches that hold these days and leave the longest gaps out."""
    if not days:
        return []
    ordered = sorted(set(days))
    gaps = [
        (date.fromisoformat(ordered[index]) - date.fromisoformat(ordered[index - 1])).days
        for index in range(1, len(ordered))
    ]
    longest = sorted(range(len(gaps)), key=lambda index: gaps[index], reverse=True)[: at_most - 1]
    cuts = sorted(index + 1 for index in longest if gaps[index] > _GAP)
    edges = [0, *cuts, len(ordered)]
    return [(ordered[first], ordered[end - 1]) for first, end in pairwise(edges)]


def by_ids(account_id: AccountId, entry_ids: Collection[Id]) -> dict[Id, TimeEntry]:
    """Many entries by their ids (E9), without the missing ones, but with those that are left of a removed project."""
    found = reads.items([keys.time_entry(account_id, entry_id) for entry_id in entry_ids])
    return {entry.id: entry for entry in map(from_item, found.values())}


def finish_removals(account_id: AccountId) -> None:
    """Delete what is left of removed projects: an id that a row brings may be among it."""
    for operation in operations.of_account(account_id):
        resume.resume(account_id, operation)


def written(account_id: AccountId, changes: Sequence[Change]) -> list[Write]:
    """The writes of all these changes, with their counts; StaleError when an entry or its place has changed."""
    before = [change.before for change in changes if change.before is not None]
    after = [change.after for change in changes]
    writes = [write for change in changes for write in _rewritten(account_id, change)]
    writes += time_guard.count_time(account_id, leaving=before, entering=after)
    return writes + time_totals.count(account_id, leaving=before, entering=after)


def removed(account_id: AccountId, entries: Sequence[TimeEntry]) -> list[Write]:
    """The writes that delete these entries; StaleError when one, or the place where it is logged, has changed."""
    writes = [
        write for entry in entries for write in replacement_writes(to_items(account_id, entry), [], entry.version)
    ]
    writes += time_guard.count_time(account_id, leaving=entries, entering=[])
    return writes + time_totals.count(account_id, leaving=entries, entering=[])


def counters(change: Change) -> Iterator[tuple[str | int, ...]]:
    """What stands for the items that a change counts on, which other changes of a transaction may share."""
    for entry in (change.before, change.after):
        if entry is not None:
            yield "TASK", entry.task_id
            yield "PROJECT", entry.project_id
            yield "PAIR", entry.task_id, entry.project_id
            yield "MONTH", entry.spent_date[:7]
            yield "USER", entry.user_id
            yield "USER_ASSIGNMENT", entry.user_id, entry.project_id
    yield "LEASE", change.after.user_id, change.after.project_id, change.after.spent_date[:7]


def stretch_of(change: Change) -> Stretch:
    """What a change needs a lease on, where its entry was found by what it says and not by its id."""
    return leases.stretch_of(change.after.user_id, change.after.project_id, change.after.spent_date)


def own_items(account_id: AccountId, change: Change) -> int:
    """How many items a change writes beside its counters."""
    if change.before is None:
        return ITEMS
    positions = [_key_pairs(account_id, entry) for entry in (change.before, change.after) if entry is not None]
    return len({position for some in positions for position in some})


def _rewritten(account_id: AccountId, change: Change) -> list[Write]:
    before = [] if change.before is None else to_items(account_id, change.before)
    return replacement_writes(before, to_items(account_id, change.after), change.before.version if change.before else 0)


def _key_pairs(account_id: AccountId, entry: TimeEntry) -> Iterator[tuple[str, str]]:
    return map(keys.key_pair, item_keys(account_id, entry.user_id, entry.project_id, entry.spent_date, entry.id))
