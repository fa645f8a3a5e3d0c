"""store: the time that imports read and write, many entries at once. Access patterns E8 to E10 of docs/data-model.md.

Reads are for a batch of rows, not for each row; and entries that stand beside each other share what they count on.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from sheaf.domain.identity import AccountId
from sheaf.domain.time_entry import TimeEntry
from sheaf.domain.values import Day, Id
from sheaf.store import keys, reads, time_guard, time_totals
from sheaf.store.items import Item, number, text
from sheaf.store.mappers.time_entry import from_item, item_keys, to_items
from sheaf.store.reads import KeyRange
from sheaf.store.records import replacement_writes
from sheaf.store.resumable import operations, resume
from sheaf.store.time_guard import AssignmentKey
from sheaf.store.writes import StaleError, Write, update

_QUERIES = 8  # by which the days of one user are read at most
_GAP = 30  # days without rows that are worth a query more


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is to write a user's time, `number` counts how often that has changed."""

    holder: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """One entry as it was, None for a new one, and as it shall be."""

    before: TimeEntry | None
    after: TimeEntry


def imported(account_id: AccountId, user_id: Id, wanted: Collection[tuple[Id, Id, Day]]) -> Iterator[TimeEntry]:
    """The entries of a user that an import made (E8) for a project and task on a day, read in a few queries."""
    listed = keys.children(account_id, "USER", user_id, "TIME_ENTRY")
    # Compared as they lie there: a user has far more entries on these days than are wanted.
    spots = {(str(project_id), str(task_id), day) for project_id, task_id, day in wanted}
    for first, last in stretches({day for _, _, day in wanted}):
        for item in reads.items_in(KeyRange(listed, f"{first}#", f"{last}#~", newest_first=False)):
            spot = item["project_id"]["N"], item["task_id"]["N"], item["spent_date"]["S"]
            if spot in spots and "imported" in item:
                yield from_item(item)


def stretches(days: Collection[Day], at_most: int = _QUERIES) -> list[tuple[Day, Day]]:
    """The first and last days of the few stretches that hold these days and leave the longest gaps out."""
    if not days:
        return []
    ordered = sorted(set(days))
    gaps = [
        (date.fromisoformat(ordered[place]) - date.fromisoformat(ordered[place - 1])).days
        for place in range(1, len(ordered))
    ]
    longest = sorted(range(len(gaps)), key=lambda place: gaps[place], reverse=True)[: at_most - 1]
    cuts = sorted(place + 1 for place in longest if gaps[place] > _GAP)
    edges = [0, *cuts, len(ordered)]
    return [(ordered[first], ordered[end - 1]) for first, end in pairwise(edges)]


def by_ids(account_id: AccountId, entry_ids: Collection[Id]) -> dict[Id, TimeEntry]:
    """Many entries by their ids (E9), without the missing ones; also such as a removed project has left lying."""
    found = reads.items([keys.time_entry(account_id, entry_id) for entry_id in entry_ids])
    return {entry.id: entry for entry in map(from_item, found.values())}


def finish_removals(account_id: AccountId) -> None:
    """Sweep up what removed projects have left lying; an id that a row brings may be among it."""
    for operation in operations.of_account(account_id):
        resume.resume(account_id, operation)


def turns(account_id: AccountId, user_ids: Collection[Id]) -> dict[Id, Turn]:
    """Whose turn it is with each user (E10); to be read before their entries are."""
    wanted = {user_id: keys.import_lease(account_id, user_id) for user_id in user_ids}
    items = reads.items(list(wanted.values()))
    found = {user_id: items.get(keys.key_pair(key)) for user_id, key in wanted.items()}
    return {
        user_id: Turn() if item is None else Turn(item["holder"]["S"], int(item["turn"]["N"]))
        for user_id, item in found.items()
    }


def take_turn(account_id: AccountId, user_id: Id, known: Turn, holder: str) -> Write:
    """The write without which an import must not write a user's time: nobody else has had a turn since `known`.

    StaleError otherwise. Transactions of one holder only check it, so they do not make one another stale.
    """
    key = keys.import_lease(account_id, user_id)
    if known.holder == holder:
        condition = {
            "ConditionExpression": "turn = :known",
            "ExpressionAttributeValues": {":known": number(known.number)},
        }
        return Write("ConditionCheck", {"Key": key, **condition}, StaleError())
    values: Item = {":holder": text(holder), ":next": number(known.number + 1)}
    expression = "SET holder = :holder, turn = :next"
    if not known.number:
        return update(key, expression, values, condition="attribute_not_exists(pk)")
    return update(key, expression, {**values, ":known": number(known.number)}, condition="turn = :known")


def taken(known: Turn, holder: str) -> Turn:
    """The turn after `take_turn`."""
    return known if known.holder == holder else Turn(holder, known.number + 1)


def written(account_id: AccountId, changes: Sequence[Change]) -> list[Write]:
    """The writes of all these changes, with their counts; StaleError when an entry or its place has changed."""
    before = [change.before for change in changes if change.before is not None]
    after = [change.after for change in changes]
    writes = [write for change in changes for write in _rewritten(account_id, change)]
    writes += time_guard.count_time(account_id, leaving=list(map(_spot, before)), entering=list(map(_spot, after)))
    return writes + time_totals.count(account_id, leaving=before, entering=after)


def counters(change: Change) -> Iterator[tuple[str | int, ...]]:
    """What stands for the items that a change counts on, which other changes of a transaction may share."""
    for entry in (change.before, change.after):
        if entry is not None:
            yield "TASK", entry.task_id
            yield "PROJECT", entry.project_id
            yield "PAIR", entry.task_id, entry.project_id
            yield "MONTH", entry.spent_date[:7]
            yield "USER", entry.user_id
            yield "TURN", entry.user_id


def own_items(account_id: AccountId, change: Change) -> int:
    """How many items a change writes beside its counters."""
    positions = [_places(account_id, entry) for entry in (change.before, change.after) if entry is not None]
    return len({position for some in positions for position in some})


def _rewritten(account_id: AccountId, change: Change) -> list[Write]:
    before = [] if change.before is None else to_items(account_id, change.before)
    return replacement_writes(before, to_items(account_id, change.after), change.before.version if change.before else 0)


def _spot(entry: TimeEntry) -> AssignmentKey:
    return AssignmentKey(entry.task_id, entry.project_id)


def _places(account_id: AccountId, entry: TimeEntry) -> Iterator[tuple[str, str]]:
    return map(keys.key_pair, item_keys(account_id, entry.user_id, entry.project_id, entry.spent_date, entry.id))
