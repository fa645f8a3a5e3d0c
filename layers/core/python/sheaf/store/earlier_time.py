"""store: time that was logged before users were assigned to projects. Access pattern E15 of docs/data-model.md.

It is shown as any other, but it counts on no user assignment, and it can be changed only once its user has one.
"""

from collections.abc import Iterator
from dataclasses import replace

from sheaf.domain.identity import AccountId
from sheaf.domain.time_entry import TimeEntry
from sheaf.domain.values import Id
from sheaf.store import keys, reads, time_guard, user_assignments
from sheaf.store.mappers.time_entry import from_item, to_items
from sheaf.store.reads import KeyRange
from sheaf.store.records import replacement_writes
from sheaf.store.transactions import commit, retried


def of_project(account_id: AccountId, project_id: Id) -> Iterator[TimeEntry]:
    """Such entries of a project (E15); all its time is read."""
    listed = KeyRange(keys.children(account_id, "PROJECT", project_id, "TIME_ENTRY"), "0", "~")
    return (from_item(item) for item in reads.items_in(listed) if "user_assignment_id" not in item)


def assign(account_id: AccountId, entry_id: Id) -> bool:
    """Count an entry on the assignment of its user; False when it has gone, has one, or its user is not assigned."""

    def decide() -> bool:
        item = reads.item(keys.time_entry(account_id, entry_id))
        entry = None if item is None else from_item(item)
        if entry is None or entry.user_assignment_id is not None:
            return False
        pair = entry.user_id, entry.project_id
        assigned = user_assignments.of_pairs(account_id, [pair]).get(pair)
        if assigned is None:
            return False
        after = replace(entry, user_assignment_id=assigned.id, version=entry.version + 1)
        commit(
            [
                *replacement_writes(to_items(account_id, entry), to_items(account_id, after), entry.version),
                *time_guard.count_time(account_id, leaving=[entry], entering=[after], even_archived=True),
            ]
        )
        return True

    return retried(decide)
