"""http: changes as `GET /v2/changes` and events show them. Harvest has none, so their fields are ours.

A record is shown as v2 shows it, with what is its own. Of what it refers to stands the id, and how it was called when
the change was read; that name is null where it was gone by then.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sheaf.domain.change import Action, Author, Change, Names
from sheaf.domain.identity import User
from sheaf.domain.imports.job import Import
from sheaf.domain.project import Project
from sheaf.domain.record import Kind
from sheaf.domain.task_assignment import TaskAssignment
from sheaf.domain.time_entry import TimeEntry
from sheaf.domain.user_assignment import UserAssignment
from sheaf.domain.values import Id
from sheaf.http.v2.responses import (
    as_number,
    show_client,
    show_own_assignment,
    show_own_project,
    show_own_user_assignment,
    show_reference,
    show_role,
    show_task,
    show_user,
)
from sheaf.http.v2.webhook_responses import show_webhook


def show_change(change: Change, reader: User) -> dict[str, Any]:
    """A change, its record before and after as the reader may see it.

    A record that became part of another is gone, and `into` names the other.
    """
    is_merged = change.action is Action.MERGED
    return {
        "sequence": change.sequence,
        "kind": change.kind.lower(),
        "id": change.id,
        "action": change.action,
        "at": change.origin.at,
        "by": _author(change.origin.author),
        "request_id": change.origin.request_id,
        "before": _record(change, change.before, reader),
        "after": None if is_merged else _record(change, change.after, reader),
        **({"into": {"id": change.after.id, "name": change.after.name}} if is_merged else {}),
    }


def _author(author: Author) -> dict[str, Any]:
    if author.user_id is not None:
        return {"user_id": author.user_id, "name": author.name}
    return {"import_id": author.import_id} if author.import_id is not None else {"operator": author.operator}


def _record(change: Change, record: Any, reader: User) -> dict[str, Any] | None:
    return None if record is None else _SHOWN[change.kind](record, change.names, reader)


def _project(project: Project, names: Names, _reader: User) -> dict[str, Any]:
    return {**show_own_project(project), "client": _referred("CLIENT", project.client_id, names)}


def _task_assignment(assignment: TaskAssignment, names: Names, _reader: User) -> dict[str, Any]:
    return {
        **show_own_assignment(assignment),
        "project": _referred("PROJECT", assignment.project_id, names),
        "task": _referred("TASK", assignment.task_id, names),
    }


def _user_assignment(assignment: UserAssignment, names: Names, reader: User) -> dict[str, Any]:
    return {
        **show_own_user_assignment(assignment, reader),
        "project": _referred("PROJECT", assignment.project_id, names),
        "user": _person(assignment.user_id, names),
    }


def _time_entry(entry: TimeEntry, names: Names, _reader: User) -> dict[str, Any]:
    return {
        "id": entry.id,
        "spent_date": entry.spent_date,
        "hours": as_number(entry.hours),
        "notes": entry.notes,
        "timer_started_at": entry.timer_started_at,
        "started_time": entry.started_time,
        "ended_time": entry.ended_time,
        "is_running": entry.is_running,
        "created_at": entry.created_at,
        "updated_at": entry.updated_at,
        "user": _person(entry.user_id, names),
        "project": _referred("PROJECT", entry.project_id, names),
        "task": _referred("TASK", entry.task_id, names),
        "user_assignment": entry.user_assignment_id and {"id": entry.user_assignment_id},
        "task_assignment": {"id": entry.assignment_id},
        "external_reference": entry.external_reference and show_reference(entry.external_reference),
    }


def _import(job: Import, _names: Names, _reader: User) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind,
        "status": job.status,
        "dry_run": job.dry_run,
        "file_name": job.file_name,
        "error": job.error,
        "undo": job.undo and {"status": job.undo.status, "dry_run": job.undo.dry_run},
        "user_id": job.user_id,
        "created_at": job.created_at,
        "updated_at": job.updated_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
    }


def _referred(kind: Kind, record_id: Id, names: Names) -> dict[str, Any]:
    """What a record refers to, by its id and its short fields."""
    return {"id": record_id, **(names.get((kind, record_id)) or dict.fromkeys(_SHORT[kind]))}


def _user(user: User, _names: Names, reader: User) -> dict[str, Any]:
    """Without the names of their business roles, which are records of their own."""
    return {name: value for name, value in show_user(user, reader, ()).items() if name != "roles"}


def _person(user_id: Id, names: Names) -> dict[str, Any]:
    known = names.get(("USER", user_id))
    return {"id": user_id, "name": known and f"{known['first_name']} {known['last_name']}".strip()}


_SHORT: Mapping[Kind, tuple[str, ...]] = {
    "CLIENT": ("name", "currency"),
    "PROJECT": ("name", "code"),
    "TASK": ("name",),
}
_SHOWN: Mapping[Kind, Callable[[Any, Names, User], dict[str, Any]]] = {
    "TASK": lambda task, _names, _reader: show_task(task),
    "CLIENT": lambda client, _names, _reader: show_client(client),
    "PROJECT": _project,
    "TASK_ASSIGNMENT": _task_assignment,
    "USER_ASSIGNMENT": _user_assignment,
    "TIME_ENTRY": _time_entry,
    "USER": _user,
    "ROLE": lambda role, _names, _reader: show_role(role),
    "IMPORT": _import,
    "WEBHOOK": lambda webhook, _names, _reader: show_webhook(webhook),
}
KINDS = frozenset(_SHOWN)
"""The kinds of records whose changes are in the feed."""
