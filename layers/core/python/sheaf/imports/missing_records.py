"""imports: what rows of time name and is not there is created first, outside the import's own transactions.

Created twice it is still one record, and a record that no row needs in the end does no harm.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sheaf.domain.client import ClientFields, new_client
from sheaf.domain.errors import InvalidError, NameTakenError, NotFoundError
from sheaf.domain.identity import AccountId, fold_person
from sheaf.domain.imports.decisions import NEW
from sheaf.domain.imports.rows import Person, RowError, TimeRow
from sheaf.domain.project import Project, ProjectFields, claim_of, new_project
from sheaf.domain.record import Kind
from sheaf.domain.task import Task, TaskFields, new_task
from sheaf.domain.task_assignment import NoSuchTaskError, TaskTakenError, default_fields, new_task_assignment
from sheaf.domain.user_assignment import (
    NoSuchAssigneeError,
    UserAssignment,
    UserAssignmentFields,
    UserTakenError,
    new_user_assignment,
)
from sheaf.domain.values import Id, Timestamp, fold_name
from sheaf.store import clients, projects, sequence, task_assignments, tasks, user_assignments, users
from sheaf.store.imports import created, time_references
from sheaf.store.imports.time_references import EntryReference, ResolvedReference
from sheaf.store.transactions import StaleError, Write, commit


@dataclass(frozen=True, slots=True)
class MissingRecords:
    """What is to be created for a row, None where it is there. `billable` is the assignment's, None for its default."""

    client: ClientFields | None
    project: ProjectFields | None
    task: TaskFields | None
    billable: bool | None


def missing_records(row: TimeRow, resolved: ResolvedReference) -> MissingRecords:
    """What of a row's records is missing. Raises RowError: it could not be created."""
    client = project = task = None
    field = "client"
    try:
        if resolved.project is None and resolved.client_id is None:
            client = ClientFields(name=row.client.name or "")
            client = replace(client, currency=row.currency or client.currency)
        field = "project"
        if resolved.project is None:
            project = ProjectFields(client_id=NEW, name=row.project.name or "", code=row.project_code)
        field = "task"
        if resolved.task is None:
            task = TaskFields(name=row.task.name or "")
    except InvalidError as problem:
        raise RowError(field, str(problem)) from problem
    return MissingRecords(client, project, task, row.billable)


class Creator:
    """Creates the missing records of the rows of a batch, each once, as the API would.

    Another import may create the same record at the same time: then that one is taken.
    """

    def __init__(self, account_id: AccountId, import_id: Id, now: Timestamp) -> None:
        self._account_id = account_id
        self._import_id = import_id
        self._now = now
        self._users: dict[str, Id] = {}
        self._clients: dict[str, Id] = {}
        self._projects: dict[tuple[Id, str], Project] = {}
        self._tasks: dict[str, Task] = {}
        self._assignments: dict[tuple[Id, Id], tuple[Id, bool]] = {}
        self._user_assignments: dict[tuple[Id, Id], UserAssignment] = {}

    def user(self, person: Person) -> Id:
        """This person as a user. Raises StaleError: another import has just created them."""
        known = fold_name(person.email or fold_person(person.first_name, person.last_name))
        if known not in self._users:
            try:
                made = users.create_imported(self._account_id, self._import_id, person, self._now)
            except NameTakenError:
                raise StaleError from None
            self._users[known] = made.id
        return self._users[known]

    def complete(
        self, reference: EntryReference, resolved: ResolvedReference, missing: MissingRecords
    ) -> ResolvedReference:
        """The reference with all its records. Raises StaleError, BusyError."""
        if resolved.assignment_id is not None:
            return resolved
        project, task = resolved.project, resolved.task
        if project is None and missing.project is not None:
            client_id = resolved.client_id or self._client(reference.client.name or "", missing.client)
            project = self._project(client_id, reference.project.name or "", missing.project)
        if task is None and missing.task is not None:
            task = self._task(reference.task.name or "", missing.task)
        if project is None or task is None:
            raise StaleError  # what a row gives by its id was there a moment ago
        assignment_id, is_active = self._assignment(project, task, missing.billable)
        return ResolvedReference(project.client_id, project, task, assignment_id, is_active)

    def user_assignment(self, user_id: Id, project_id: Id) -> UserAssignment:
        """The user on the project; who is imported manages nothing by that. Raises StaleError, BusyError."""
        pair = user_id, project_id
        if pair not in self._user_assignments:
            fields = UserAssignmentFields(is_project_manager=False)
            new_id = self._next_id("USER_ASSIGNMENT")
            made = new_user_assignment(new_id, project_id, user_id, fields, self._now)
            made = replace(made, import_id=self._import_id)
            try:
                self._create("USER_ASSIGNMENT", made.id, user_assignments.added(self._account_id, made))
            except UserTakenError:
                made = _taken(user_assignments.of_pairs(self._account_id, [pair]), pair)
            except (NotFoundError, NoSuchAssigneeError):
                raise StaleError from None
            self._user_assignments[pair] = made
        return self._user_assignments[pair]

    def _client(self, folded: str, fields: ClientFields | None) -> Id:
        if fields is None:
            raise StaleError
        if folded not in self._clients:
            client = new_client(self._next_id("CLIENT"), fields, self._now)
            client = replace(client, import_id=self._import_id)
            try:
                self._create("CLIENT", client.id, clients.written(self._account_id, None, client))
                self._clients[folded] = client.id
            except NameTakenError:
                self._clients[folded] = _taken(clients.ids_by_name(self._account_id, [folded]), folded)
        return self._clients[folded]

    def _project(self, client_id: Id, folded: str, fields: ProjectFields) -> Project:
        known = self._projects.get((client_id, folded))
        if known is None:
            known = new_project(self._next_id("PROJECT"), replace(fields, client_id=client_id), self._now)
            known = replace(known, import_id=self._import_id)
            try:
                self._create("PROJECT", known.id, projects.written(self._account_id, None, known))
            except NameTakenError:
                claim = claim_of(client_id, folded)
                known = _taken(projects.get_by_claims(self._account_id, [claim]), claim)
            except InvalidError:  # the client was deleted meanwhile
                raise StaleError from None
            self._projects[client_id, folded] = known
        return known

    def _task(self, folded: str, fields: TaskFields) -> Task:
        if folded not in self._tasks:
            task = new_task(self._next_id("TASK"), fields, self._now)
            task = replace(task, import_id=self._import_id)
            try:
                self._create("TASK", task.id, tasks.written(self._account_id, None, task))
                self._tasks[folded] = task
            except NameTakenError:
                self._tasks[folded] = _taken(tasks.get_by_names(self._account_id, [folded]), folded)
        return self._tasks[folded]

    def _assignment(self, project: Project, task: Task, billable: bool | None) -> tuple[Id, bool]:
        pair = project.id, task.id
        if pair not in self._assignments:
            fields = default_fields(project, task)
            fields = fields if billable is None else replace(fields, billable=billable)
            assignment = new_task_assignment(self._next_id("TASK_ASSIGNMENT"), project, task, fields, self._now)
            assignment = replace(assignment, import_id=self._import_id)
            writes = task_assignments.written(self._account_id, None, assignment)
            try:
                self._create("TASK_ASSIGNMENT", assignment.id, writes)
                self._assignments[pair] = assignment.id, assignment.is_active
            except TaskTakenError:
                found = time_references.assignment_of(self._account_id, project.id, task.id)
                if found is None:
                    raise StaleError from None
                self._assignments[pair] = found
            except (NotFoundError, NoSuchTaskError):
                raise StaleError from None
        return self._assignments[pair]

    def _next_id(self, kind: Kind) -> Id:
        return sequence.next_id(self._account_id, kind)

    def _create(self, kind: Kind, record_id: Id, writes: Sequence[Write]) -> None:
        """Carry out the writes that create a record, and note that this import did."""
        noted = created.alone(self._account_id, self._import_id, kind, record_id, self._now)
        commit([*writes, noted])


def _taken[Claim, Value](found: Mapping[Claim, Value], claim: Claim) -> Value:
    """Whose claim it is. Raises StaleError: it is free again already."""
    if claim not in found:
        raise StaleError
    return found[claim]
