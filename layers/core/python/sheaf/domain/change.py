"""domain: changes: who changed which record, by which request, when, and what it was before and after."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sheaf.domain.identity import (
    Role,
    User,
    may_manage_clients,
    may_manage_project,
    may_manage_tasks,
)
from sheaf.domain.record import Kind
from sheaf.domain.values import Id, Timestamp


class Action(StrEnum):
    """What a change does to a record."""

    CREATED = "created"
    UPDATED = "updated"
    ARCHIVED = "archived"
    RESTORED = "restored"
    DELETED = "deleted"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class Author:
    """Who makes a change: a user (with the name they had then), an import, or whoever operates the deployment."""

    user_id: Id | None = None
    name: str | None = None
    import_id: Id | None = None
    operator: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where changes come from; `at` is when they were asked for."""

    author: Author
    request_id: str
    at: Timestamp


type Names = Mapping[tuple[Kind, Id], Mapping[str, str | None]]
"""What some records are called, with their other short fields, by kind and id."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one record, the `sequence`-th of its account.

    `before` and `after` are the record, None where it is not there. `names` are those of what it refers to,
    without what was gone when the change was read.
    """

    sequence: int
    kind: Kind
    id: Id
    action: Action
    origin: Origin
    before: Any
    after: Any
    names: Names

    def seen_by(self, reader: User) -> "Change | None":
        """The change with what the reader may see of it, None where that is nothing."""
        if reader.role is Role.ADMINISTRATOR:
            return self
        before, after = (
            record if record is not None and _may_see(reader, self.kind, record) else None
            for record in (self.before, self.after)
        )
        return None if before is None and after is None else replace(self, before=before, after=after)


def action_of(before: Any, after: Any) -> Action:
    """What turns the one state of a record into the other; None is a record that is not there.

    A record that became part of another has that one as its state after.
    """
    if after is None:
        return Action.DELETED
    if before is None:  # what comes back after its deletion is no longer at its first version
        return Action.CREATED if getattr(after, "version", 1) == 1 else Action.RESTORED
    if getattr(before, "id", None) != getattr(after, "id", None):
        return Action.MERGED
    was_active, is_active = (getattr(record, "is_active", True) for record in (before, after))
    if was_active != is_active:
        return Action.RESTORED if is_active else Action.ARCHIVED
    return Action.UPDATED


def _may_see(reader: User, kind: Kind, record: Any) -> bool:
    """As the lists of the kind decide."""
    match kind:
        case "TASK":
            return may_manage_tasks(reader)
        case "CLIENT":
            return may_manage_clients(reader)
        case "PROJECT":
            return may_manage_project(reader, record.id)
        case "TASK_ASSIGNMENT" | "USER_ASSIGNMENT":
            return may_manage_project(reader, record.project_id)
        case "TIME_ENTRY":
            return record.user_id == reader.id or may_manage_project(reader, record.project_id)
    return False
