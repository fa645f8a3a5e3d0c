"""store: where imported time is to stand, found and made. Access patterns E6 to E7 of docs/data-model.md.

Rows name a client, a project and a task; all that a batch names is read at once, and what is not there is made.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from sheaf.domain.client import ClientFields
from sheaf.domain.errors import InvalidError, NameTakenError, NotFoundError
from sheaf.domain.identity import AccountId
from sheaf.domain.imports.rows import Named
from sheaf.domain.project import Project, ProjectFields, new_project
from sheaf.domain.task import Task, TaskFields
from sheaf.domain.task_assignment import NoSuchTaskError, TaskAssignmentFields, TaskTakenError, default_fields
from sheaf.domain.values import Id, Timestamp
from sheaf.store import clients, keys, reads, sequence, task_assignments, tasks, users
from sheaf.store.items import Item, read_id
from sheaf.store.keys import Key
from sheaf.store.mappers.client import CLIENT
from sheaf.store.mappers.project import PROJECT, claim_of
from sheaf.store.mappers.task import TASK
from sheaf.store.resumable import creation, resume
from sheaf.store.time_guard import AssignmentKey, pair_assignment_id
from sheaf.store.writes import StaleError, commit


@dataclass(frozen=True, slots=True)
class Where:
    """Where a row wants its time, with folded names. A project that is given by its id needs no client."""

    client: Named
    project: Named
    task: Named


@dataclass(frozen=True, slots=True)
class There:
    """What of it is there. `is_open` says whether the assignment is active."""

    client_id: Id | None = None
    project: Project | None = None
    task: Task | None = None
    assignment_id: Id | None = None
    is_open: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """What is to be made where something is missing. `billable` is for the assignment, None for its default."""

    client: ClientFields | None
    project: ProjectFields | None
    task: TaskFields | None
    billable: bool | None


def look(account_id: AccountId, wanted: Collection[Where]) -> dict[Where, There]:
    """What is there of each place (E6), in three reads for all of them.

    Raises:
        StaleError: something came or went between the reads.
    """
    items = _Items()
    items.read(key for where in wanted for key in _first_keys(account_id, where))
    clients_of = {where: _client_id(account_id, where, items) for where in wanted}
    items.read(key for where in wanted for key in _second_keys(account_id, where, clients_of[where], items))
    ids = {where: _ids(account_id, where, clients_of[where], items) for where in wanted}
    items.read(key for project_id, task_id in ids.values() for key in _third_keys(account_id, project_id, task_id))
    return {where: _there(account_id, where, clients_of[where], ids[where], items) for where in wanted}


class Maker:
    """Makes what is missing of places (E7), through the doors that the API uses too; each thing once.

    Another import may make the same at the same time: then that is taken.
    """

    def __init__(self, account_id: AccountId, now: Timestamp) -> None:
        self._account_id = account_id
        self._now = now
        self._people: dict[str, Id] = {}
        self._clients: dict[str, Id] = {}
        self._projects: dict[tuple[Id, str], Project] = {}
        self._tasks: dict[str, Task] = {}
        self._assignments: dict[AssignmentKey, tuple[Id, bool]] = {}

    def person(self, folded: str, first_name: str, last_name: str) -> Id:
        """Whoever is called so. Raises StaleError: somebody else of that name has just come; look again."""
        if folded not in self._people:
            try:
                self._people[folded] = users.create_without_email(self._account_id, first_name, last_name, self._now).id
            except NameTakenError:
                raise StaleError from None
        return self._people[folded]

    def whole(self, where: Where, there: There, making: Making) -> There:
        """The place with all that was missing. Raises StaleError, BusyError."""
        if there.assignment_id is not None:
            return there
        project, task = there.project, there.task
        if project is None and making.project is not None:
            client_id = there.client_id or self._client(where.client.name or "", making.client)
            project = self._project(client_id, where.project.name or "", making.project)
        if task is None and making.task is not None:
            task = self._task(where.task.name or "", making.task)
        if project is None or task is None:
            raise StaleError  # what a row gives by its id was there a moment ago
        assignment_id, is_open = self._assignment(project, task, making.billable)
        return There(project.client_id, project, task, assignment_id, is_open)

    def _client(self, folded: str, fields: ClientFields | None) -> Id:
        if fields is None:
            raise StaleError
        if folded not in self._clients:
            try:
                self._clients[folded] = clients.create(self._account_id, fields, self._now).id
            except NameTakenError:
                self._clients[folded] = _one(CLIENT.owners(self._account_id, [folded]))
        return self._clients[folded]

    def _project(self, client_id: Id, folded: str, fields: ProjectFields) -> Project:
        known = self._projects.get((client_id, folded))
        if known is None:
            project = new_project(
                sequence.next_id(self._account_id, "PROJECT"), replace(fields, client_id=client_id), self._now
            )
            try:
                commit(creation.without_tasks(self._account_id, project))
                known = project
            except NameTakenError:
                holder = _one(PROJECT.owners(self._account_id, [claim_of(client_id, folded)]))
                known = _one(PROJECT.get_many(self._account_id, [holder]))
            except InvalidError:  # the client has gone meanwhile
                raise StaleError from None
            self._projects[client_id, folded] = known
        return known

    def _task(self, folded: str, fields: TaskFields) -> Task:
        if folded not in self._tasks:
            try:
                self._tasks[folded] = tasks.create(self._account_id, fields, self._now)
            except NameTakenError:
                holder = _one(TASK.owners(self._account_id, [folded]))
                self._tasks[folded] = _one(TASK.get_many(self._account_id, [holder]))
        return self._tasks[folded]

    def _assignment(self, project: Project, task: Task, billable: bool | None) -> tuple[Id, bool]:
        def fields(project: Project, task: Task) -> TaskAssignmentFields:
            asked = default_fields(project, task)
            return asked if billable is None else replace(asked, billable=billable)

        spot = AssignmentKey(task.id, project.id)
        if spot not in self._assignments:
            try:
                made = task_assignments.create(self._account_id, project.id, task.id, fields, self._now)
                self._assignments[spot] = made.id, made.assignment.is_active
            except TaskTakenError:
                pair = reads.item(keys.pair(self._account_id, task.id, project.id))
                if pair is None:
                    raise StaleError from None
                self._assignments[spot] = pair_assignment_id(pair), pair["is_open"]["BOOL"]
            except (NotFoundError, NoSuchTaskError):
                raise StaleError from None
        return self._assignments[spot]


# ------------------------------------------------------------ reading


class _Items:
    """Items by key, each read once."""

    def __init__(self) -> None:
        self._asked: set[tuple[str, str]] = set()
        self._found: dict[tuple[str, str], Item] = {}

    def read(self, wanted: Iterable[Key]) -> None:
        new = {place: key for key in wanted if (place := keys.key_pair(key)) not in self._asked}
        self._asked |= new.keys()
        self._found |= reads.items(list(new.values()))

    def get(self, key: Key) -> Item | None:
        return self._found.get(keys.key_pair(key))


def _first_keys(account_id: AccountId, where: Where) -> Iterator[Key]:
    """What needs nothing else to be known: claims on names, and records by ids."""
    if where.project.id is not None:
        yield keys.record(account_id, "PROJECT", where.project.id)
    elif where.client.id is not None:
        yield keys.record(account_id, "CLIENT", where.client.id)
    elif where.client.name is not None:
        yield keys.name(account_id, "CLIENT", where.client.name)
    if where.task.id is not None:
        yield keys.record(account_id, "TASK", where.task.id)
    elif where.task.name is not None:
        yield keys.name(account_id, "TASK", where.task.name)


def _second_keys(account_id: AccountId, where: Where, client_id: Id | None, items: _Items) -> Iterator[Key]:
    if client_id is not None and where.project.name is not None:
        yield keys.name(account_id, "PROJECT", claim_of(client_id, where.project.name))
    task_id = _task_id(account_id, where, items)
    if task_id is not None:
        yield keys.record(account_id, "TASK", task_id)


def _third_keys(account_id: AccountId, project_id: Id | None, task_id: Id | None) -> Iterator[Key]:
    if project_id is not None:
        yield keys.record(account_id, "PROJECT", project_id)
        if task_id is not None:
            yield keys.pair(account_id, task_id, project_id)


def _client_id(account_id: AccountId, where: Where, items: _Items) -> Id | None:
    if where.project.id is not None:
        return None
    if where.client.id is not None:
        return where.client.id if items.get(keys.record(account_id, "CLIENT", where.client.id)) else None
    return None if where.client.name is None else _held(items.get(keys.name(account_id, "CLIENT", where.client.name)))


def _task_id(account_id: AccountId, where: Where, items: _Items) -> Id | None:
    if where.task.id is not None or where.task.name is None:
        return where.task.id
    return _held(items.get(keys.name(account_id, "TASK", where.task.name)))


def _ids(account_id: AccountId, where: Where, client_id: Id | None, items: _Items) -> tuple[Id | None, Id | None]:
    """Of the project and of the task."""
    project_id = where.project.id
    if project_id is None and client_id is not None and where.project.name is not None:
        project_id = _held(items.get(keys.name(account_id, "PROJECT", claim_of(client_id, where.project.name))))
    return project_id, _task_id(account_id, where, items)


def _there(
    account_id: AccountId, where: Where, client_id: Id | None, ids: tuple[Id | None, Id | None], items: _Items
) -> There:
    project_id, task_id = ids
    project_item = None if project_id is None else items.get(keys.record(account_id, "PROJECT", project_id))
    task_item = None if task_id is None else items.get(keys.record(account_id, "TASK", task_id))
    if project_item is None and project_id is not None and where.project.id is None:
        resume.finish_pending(account_id)  # its name is taken, but it is still being made
        raise StaleError
    if task_item is None and task_id is not None and where.task.id is None:
        raise StaleError
    project = None if project_item is None else PROJECT.codec.from_item(project_item)
    task = None if task_item is None else TASK.codec.from_item(task_item)
    if project is None or task is None:
        return There(client_id, project, task)
    pair = items.get(keys.pair(account_id, task.id, project.id))
    if pair is None:
        return There(project.client_id, project, task)
    return There(project.client_id, project, task, pair_assignment_id(pair), pair["is_open"]["BOOL"])


def _held(claim: Item | None) -> Id | None:
    return None if claim is None else read_id(claim["record_id"])


def _one[Value](found: dict[str, Value] | dict[Id, Value]) -> Value:
    """The only value. StaleError: what had taken a name has gone already, or is not there yet."""
    for value in found.values():
        return value
    raise StaleError
