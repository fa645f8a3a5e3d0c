"""store: many task assignments made, changed and removed at once. Access pattern A11 of docs/data-model.md."""

from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass

from sheaf.domain.bulk import AssignmentChange, ChangedAssignment, NewAssignment, Refused, RemovedAssignment
from sheaf.domain.errors import NotFoundError, NotPermittedError, SheafError
from sheaf.domain.idempotency import Keep, keep_nothing
from sheaf.domain.identity import AccountId
from sheaf.domain.task_assignment import (
    AssignedTask,
    NoSuchTaskError,
    TaskAssignment,
    TaskAssignmentHasTimeError,
    TaskTakenError,
    new_task_assignment,
)
from sheaf.domain.values import Id, Timestamp
from sheaf.store import keys, reads, sequence, task_assignments, time_guard
from sheaf.store.bulk import series
from sheaf.store.mappers.project import PROJECT
from sheaf.store.mappers.task import TASK
from sheaf.store.mappers.task_assignment import TASK_ASSIGNMENT
from sheaf.store.resumable import operations
from sheaf.store.transactions import StaleError, Write

_LEAST_WRITES = {NewAssignment: 4, ChangedAssignment: 2, RemovedAssignment: 4 + keys.SHARDS, Refused: 1}


@dataclass(frozen=True, slots=True)
class AssignmentChanges:
    """Changes of an account's assignments at one moment; `may_manage` says of which projects they may be."""

    account_id: AccountId
    may_manage: Callable[[Id], bool]
    now: Timestamp

    def carried_out(
        self,
        changes: Sequence[AssignmentChange],
        keep: Keep[Sequence[AssignedTask | SheafError]] = keep_nothing,
    ) -> Sequence[AssignedTask | SheafError]:
        """What comes of the first of these changes (A11), as many as one transaction makes; at least one.

        Raises:
            AnsweredError, BusyError.
        """
        return series.carried_out(self.account_id, changes, self, keep)

    def all_or_none(
        self, changes: Sequence[AssignmentChange], keep: Keep[Sequence[AssignedTask]]
    ) -> Sequence[AssignedTask]:
        """What comes of a few changes that are made in one transaction (A11).

        Raises:
            AtomicError: one is refused, or cannot be made together with those before it. AnsweredError, BusyError.
        """
        return series.all_or_none(self.account_id, changes, self, keep)

    def least_writes(self, change: AssignmentChange) -> int:
        """As `Planner.least_writes`."""
        sets_state = isinstance(change, ChangedAssignment) and change.sets_state
        return _LEAST_WRITES[type(change)] + keys.SHARDS * sets_state

    def read(self, changes: Sequence[AssignmentChange]) -> "_Plan":
        """As `Planner.read`: one read, and one more where assignments that are there are changed."""
        return _Plan(self, changes)


class _Plan:
    def __init__(self, of: AssignmentChanges, changes: Sequence[AssignmentChange]) -> None:
        self._of = of
        account_id = of.account_id
        self._new = [change for change in changes if isinstance(change, NewAssignment)]
        known = [change.id for change in changes if isinstance(change, ChangedAssignment | RemovedAssignment)]
        projects, tasks = {change.project_id for change in self._new}, {change.task_id for change in self._new}
        pairs = [keys.pair(account_id, change.task_id, change.project_id) for change in self._new]
        found = reads.items([*TASK_ASSIGNMENT.keys_of(account_id, known), *self._ends(projects, tasks), *pairs])
        self._assignments = TASK_ASSIGNMENT.pick(account_id, found)
        ends = self._ends(
            {assignment.project_id for assignment in self._assignments.values()} - projects,
            {assignment.task_id for assignment in self._assignments.values()} - tasks,
        )
        times = [
            key
            for change in changes
            if isinstance(change, RemovedAssignment) and change.id in self._assignments
            for key in time_guard.keys_of_time(account_id, time_guard.key_of(self._assignments[change.id]))
        ]
        found |= reads.items([*ends, *times])
        self._items = found
        self._projects, self._tasks = PROJECT.pick(account_id, found), TASK.pick(account_id, found)
        if any(assignment.task_id not in self._tasks for assignment in self._assignments.values()):
            merges = operations.pending(account_id).merges
            if any(assignment.task_id in merges for assignment in self._assignments.values()):
                raise StaleError  # it is the other task's already: whoever decides again finishes that first
        self._taken = {
            (change.project_id, change.task_id)
            for change, pair in zip(self._new, pairs, strict=True)
            if keys.key_pair(pair) in found
        }
        self._ids: Iterator[Id] = iter(())

    def touched(self, change: AssignmentChange) -> Collection[Hashable]:
        """The pair of project and task."""
        if isinstance(change, NewAssignment):
            return [(change.project_id, change.task_id)]
        assignment = None if isinstance(change, Refused) else self._assignments.get(change.id)
        return [(assignment.project_id, assignment.task_id)] if assignment else []

    def decided(self, change: AssignmentChange) -> tuple[AssignedTask, Sequence[Write]]:
        """As `Plan.decided`, refused as the operation on one assignment."""
        account_id = self._of.account_id
        match change:
            case NewAssignment():
                made = self._made(change)
                return self._joined(made), task_assignments.written(account_id, None, made)
            case ChangedAssignment():
                before = self._found(change.id)
                after = change.change(before)
                writes = task_assignments.written(account_id, before, after) if after is not before else []
                return self._joined(after), writes
            case RemovedAssignment():
                before = self._found(change.id)
                time = time_guard.time_among(self._items, account_id, time_guard.key_of(before))
                if time.total:
                    raise TaskAssignmentHasTimeError
                return self._joined(before), task_assignments.removed(account_id, before, time, self._of.now)
            case Refused():
                raise change.refusal

    def _made(self, change: NewAssignment) -> TaskAssignment:
        refusal = self._refusal(change)
        if refusal is not None:
            raise refusal
        project, task = self._projects[change.project_id], self._tasks[change.task_id]
        fields = change.fields(project, task)
        return new_task_assignment(self._next_id(), project, task, fields, self._of.now)

    def _refusal(self, change: NewAssignment) -> SheafError | None:
        if not self._of.may_manage(change.project_id):
            return NotPermittedError()
        if change.project_id not in self._projects:
            return NotFoundError()
        if change.task_id not in self._tasks:
            return NoSuchTaskError()
        return TaskTakenError() if (change.project_id, change.task_id) in self._taken else None

    def _next_id(self) -> Id:
        """The next of as many ids as new assignments may need: all are taken at once."""
        new_id = next(self._ids, None)
        if new_id is None:
            needed = sum(self._refusal(change) is None for change in self._new)
            self._ids = iter(sequence.next_ids(self._of.account_id, "TASK_ASSIGNMENT", needed))
            new_id = next(self._ids)
        return new_id

    def _found(self, assignment_id: Id) -> TaskAssignment:
        assignment = self._assignments.get(assignment_id)
        if assignment is None or assignment.project_id not in self._projects or assignment.task_id not in self._tasks:
            raise NotFoundError
        if not self._of.may_manage(assignment.project_id):
            raise NotPermittedError
        return assignment

    def _joined(self, assignment: TaskAssignment) -> AssignedTask:
        return AssignedTask(assignment, self._projects[assignment.project_id], self._tasks[assignment.task_id])

    def _ends(self, projects: Collection[Id], tasks: Collection[Id]) -> list[keys.Key]:
        account_id = self._of.account_id
        return [*PROJECT.keys_of(account_id, projects), *TASK.keys_of(account_id, tasks)]
