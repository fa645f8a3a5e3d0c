"""store: the records that rows of time name, found for a whole batch. Access pattern E6 of docs/data-model.md."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sheaf.domain import logging_time
from sheaf.domain.identity import AccountId
from sheaf.domain.imports.rows import Named
from sheaf.domain.project import Project, claim_of
from sheaf.domain.task import Task
from sheaf.domain.user_assignment import UserAssignment
from sheaf.domain.values import Id
from sheaf.store import keys, reads
from sheaf.store.items import Item, read_id
from sheaf.store.keys import Key
from sheaf.store.mappers.project import PROJECT
from sheaf.store.mappers.task import TASK
from sheaf.store.resumable import resume
from sheaf.store.time_guard import pair_assignment_id
from sheaf.store.transactions import StaleError


@dataclass(frozen=True, slots=True)
class EntryReference:
    """The client, project and task of a row, with folded names. A project that is given by its id needs no client."""

    client: Named
    project: Named
    task: Named


@dataclass(frozen=True, slots=True)
class ResolvedReference:
    """The records that a reference names, None where there is none. `is_active` is the assignment's."""

    client_id: Id | None = None
    project: Project | None = None
    task: Task | None = None
    assignment_id: Id | None = None
    is_active: bool = True

    def require_loggable(self, user_assignment: UserAssignment | None) -> None:
        """Raises TimeNotLoggableError: what is there takes no time; whoever is not assigned (None) can still be."""
        logging_time.require_active(
            self.project,
            self.task,
            is_assignment_active=self.is_active,
            is_user_assigned=user_assignment is None or user_assignment.is_active,
        )


def resolve(account_id: AccountId, wanted: Collection[EntryReference]) -> dict[EntryReference, ResolvedReference]:
    """The records of each reference (E6), in three reads for all of them.

    Raises:
        StaleError: a record was created or removed between the reads.
    """
    items = _Items()
    items.read(key for reference in wanted for key in _first_keys(account_id, reference))
    clients = {reference: _client_id(account_id, reference, items) for reference in wanted}
    items.read(key for reference in wanted for key in _second_keys(account_id, reference, clients[reference], items))
    ids = {reference: _ids(account_id, reference, clients[reference], items) for reference in wanted}
    items.read(key for project_id, task_id in ids.values() for key in _third_keys(account_id, project_id, task_id))
    project_ids = {project_id for project_id, _ in ids.values() if project_id is not None}
    task_ids = {task_id for _, task_id in ids.values() if task_id is not None}
    found = _Found(
        items,
        PROJECT.pick(account_id, items.under(PROJECT.keys_of(account_id, project_ids))),
        TASK.pick(account_id, items.under(TASK.keys_of(account_id, task_ids))),
    )
    return {
        reference: _resolved(account_id, reference, clients[reference], ids[reference], found) for reference in wanted
    }


def assignment_of(account_id: AccountId, project_id: Id, task_id: Id) -> tuple[Id, bool] | None:
    """The assignment of a task to a project and whether it is active; None where there is none."""
    pair = reads.item(keys.pair(account_id, task_id, project_id))
    return None if pair is None else (pair_assignment_id(pair), pair["is_open"]["BOOL"])


class _Items:
    """Items by key, each read once."""

    def __init__(self) -> None:
        self._asked: set[tuple[str, str]] = set()
        self._found: dict[tuple[str, str], Item] = {}

    def read(self, wanted: Iterable[Key]) -> None:
        new = {key_pair: key for key in wanted if (key_pair := keys.key_pair(key)) not in self._asked}
        self._asked |= new.keys()
        self._found |= reads.items(list(new.values()))

    def get(self, key: Key) -> Item | None:
        return self._found.get(keys.key_pair(key))

    def under(self, wanted: Iterable[Key]) -> dict[tuple[str, str], Item]:
        key_pairs = map(keys.key_pair, wanted)
        return {key_pair: self._found[key_pair] for key_pair in key_pairs if key_pair in self._found}


@dataclass(frozen=True, slots=True)
class _Found:
    """What was read; the projects and tasks of all references, each decoded once."""

    items: _Items
    projects: Mapping[Id, Project]
    tasks: Mapping[Id, Task]


def _first_keys(account_id: AccountId, reference: EntryReference) -> Iterator[Key]:
    """What needs nothing else to be known: claims on names, and records by ids."""
    if reference.project.id is not None:
        yield keys.record(account_id, "PROJECT", reference.project.id)
    elif reference.client.id is not None:
        yield keys.record(account_id, "CLIENT", reference.client.id)
    elif reference.client.name is not None:
        yield keys.name(account_id, "CLIENT", reference.client.name)
    if reference.task.id is not None:
        yield keys.record(account_id, "TASK", reference.task.id)
    elif reference.task.name is not None:
        yield keys.name(account_id, "TASK", reference.task.name)


def _second_keys(
    account_id: AccountId, reference: EntryReference, client_id: Id | None, items: _Items
) -> Iterator[Key]:
    if client_id is not None and reference.project.name is not None:
        yield keys.name(account_id, "PROJECT", claim_of(client_id, reference.project.name))
    task_id = _task_id(account_id, reference, items)
    if task_id is not None:
        yield keys.record(account_id, "TASK", task_id)


def _third_keys(account_id: AccountId, project_id: Id | None, task_id: Id | None) -> Iterator[Key]:
    if project_id is not None:
        yield keys.record(account_id, "PROJECT", project_id)
        if task_id is not None:
            yield keys.pair(account_id, task_id, project_id)


def _client_id(account_id: AccountId, reference: EntryReference, items: _Items) -> Id | None:
    if reference.project.id is not None:
        return None
    if reference.client.id is not None:
        return reference.client.id if items.get(keys.record(account_id, "CLIENT", reference.client.id)) else None
    return (
        None
        if reference.client.name is None
        else _claimant(items.get(keys.name(account_id, "CLIENT", reference.client.name)))
    )


def _task_id(account_id: AccountId, reference: EntryReference, items: _Items) -> Id | None:
    if reference.task.id is not None or reference.task.name is None:
        return reference.task.id
    return _claimant(items.get(keys.name(account_id, "TASK", reference.task.name)))


def _ids(
    account_id: AccountId, reference: EntryReference, client_id: Id | None, items: _Items
) -> tuple[Id | None, Id | None]:
    """Of the project and of the task."""
    project_id = reference.project.id
    if project_id is None and client_id is not None and reference.project.name is not None:
        project_id = _claimant(items.get(keys.name(account_id, "PROJECT", claim_of(client_id, reference.project.name))))
    return project_id, _task_id(account_id, reference, items)


def _resolved(
    account_id: AccountId,
    reference: EntryReference,
    client_id: Id | None,
    ids: tuple[Id | None, Id | None],
    found: _Found,
) -> ResolvedReference:
    project_id, task_id = ids
    project = None if project_id is None else found.projects.get(project_id)
    task = None if task_id is None else found.tasks.get(task_id)
    if project is None and project_id is not None and reference.project.id is None:
        resume.finish_pending(account_id)  # its name is taken, but it is still being created
        raise StaleError
    if task is None and task_id is not None and reference.task.id is None:
        raise StaleError
    if project is None or task is None:
        return ResolvedReference(client_id, project, task)
    pair = found.items.get(keys.pair(account_id, task.id, project.id))
    if pair is None:
        return ResolvedReference(project.client_id, project, task)
    return ResolvedReference(project.client_id, project, task, pair_assignment_id(pair), pair["is_open"]["BOOL"])


def _claimant(claim: Item | None) -> Id | None:
    return None if claim is None else read_id(claim["record_id"])
