"""store: many tasks made, changed and removed at once. Access pattern T8 of docs/data-model.md."""

from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass

from sheaf.domain.bulk import ChangedTask, NewTask, Refused, RemovedTask, TaskChange
from sheaf.domain.errors import BusyError, InvalidError, NameTakenError, NotFoundError, SheafError
from sheaf.domain.idempotency import Keep, keep_nothing
from sheaf.domain.identity import AccountId
from sheaf.domain.task import Task, TaskHasTimeError, new_task
from sheaf.domain.values import Id, Timestamp, fold_name
from sheaf.store import answers, keys, reads, sequence, tasks, time_guard
from sheaf.store.bulk import series
from sheaf.store.bulk.series import AloneError
from sheaf.store.mappers.task import TASK
from sheaf.store.resumable import resume
from sheaf.store.transactions import StaleError, Write

_LEAST_WRITES = {NewTask: 3, ChangedTask: 1, RemovedTask: 3 + keys.SHARDS, Refused: 1}


@dataclass(frozen=True, slots=True)
class TaskChanges:
    """Changes of an account's tasks at one moment."""

    account_id: AccountId
    now: Timestamp

    def carried_out(
        self, changes: Sequence[TaskChange], keep: Keep[Sequence[Task | SheafError]] = keep_nothing
    ) -> Sequence[Task | SheafError]:
        """What comes of the first of these changes (T8), as many as one transaction makes; at least one.

        Raises:
            AnsweredError, BusyError.
        """
        try:
            return series.carried_out(self.account_id, changes, self, keep)
        except AloneError:
            return self._removed_alone(changes[0], keep)

    def all_or_none(self, changes: Sequence[TaskChange], keep: Keep[Sequence[Task]]) -> Sequence[Task]:
        """What comes of a few changes that are made in one transaction (T8).

        Raises:
            AtomicError: one is refused, or cannot be made together with those before it. AnsweredError, BusyError.
        """
        if any(isinstance(change, RemovedTask) for change in changes):
            resume.finish_pending(self.account_id)  # what a removal has left may still count for a task
        return series.all_or_none(self.account_id, changes, self, keep)

    def least_writes(self, change: TaskChange) -> int:
        """As `Planner.least_writes`."""
        sets_state = isinstance(change, ChangedTask) and change.sets_state
        return _LEAST_WRITES[type(change)] + keys.SHARDS * sets_state

    def read(self, changes: Sequence[TaskChange]) -> "_Plan":
        """As `Planner.read`: one read."""
        return _Plan(self, changes)

    def _removed_alone(
        self, change: TaskChange, keep: Keep[Sequence[Task | SheafError]]
    ) -> Sequence[Task | SheafError]:
        """What comes of removing a task that has assignments or time."""
        if not isinstance(change, RemovedTask):
            raise TypeError(f"{change!r} can be made together with others")
        try:
            return [tasks.delete(self.account_id, change.id, self.now, keep=lambda task: keep([task]))]
        except BusyError:
            raise
        except SheafError as refusal:
            results = [refusal]
        if answer := keep(results):
            answers.keep(self.account_id, answer)
        return results


class _Plan:
    def __init__(self, of: TaskChanges, changes: Sequence[TaskChange]) -> None:
        self._of = of
        self._new = [change for change in changes if isinstance(change, NewTask)]
        known = [change.id for change in changes if isinstance(change, ChangedTask | RemovedTask)]
        names = {name for change in changes for name in [_new_name(change)] if name is not None}
        claims = {name: keys.name(of.account_id, "TASK", name) for name in names}
        guards = [
            key
            for change in changes
            if isinstance(change, RemovedTask)
            for key in time_guard.keys_of_counts(of.account_id, "TASK", change.id)
        ]
        found = reads.items([*TASK.keys_of(of.account_id, known), *claims.values(), *guards])
        self._items = found
        self._tasks = TASK.pick(of.account_id, found)
        self._taken = {name for name, claim in claims.items() if keys.key_pair(claim) in found}
        self._ids: Iterator[Id] = iter(())

    def touched(self, change: TaskChange) -> Collection[Hashable]:
        """The names that a change takes or frees."""
        before = self._tasks.get(change.id) if isinstance(change, ChangedTask | RemovedTask) else None
        return {name for name in (_new_name(change), before and fold_name(before.name)) if name}

    def decided(self, change: TaskChange) -> tuple[Task, Sequence[Write]]:
        """As `Plan.decided`, refused as the operation on one task."""
        account_id = self._of.account_id
        match change:
            case NewTask():
                if fold_name(change.fields.name) in self._taken:
                    raise NameTakenError
                made = new_task(self._next_id(), change.fields, self._of.now)
                return made, tasks.written(account_id, None, made)
            case ChangedTask():
                before = self._found(change.id)
                after = change.change(before)
                name = fold_name(after.name)
                if name != fold_name(before.name) and name in self._taken:
                    raise NameTakenError
                return after, tasks.written(account_id, before, after) if after is not before else []
            case RemovedTask():
                before = self._found(change.id)
                return before, self._removed(before)
            case Refused():
                raise change.refusal

    def _removed(self, task: Task) -> list[Write]:
        counts = time_guard.counts_among(self._items, self._of.account_id, "TASK", task.id)
        if counts is None:
            raise StaleError
        if counts.time_entries:
            raise AloneError(TaskHasTimeError())
        if counts.active or counts.archived:
            raise AloneError(InvalidError("A task that has assignments cannot be deleted together with others"))
        return [
            *tasks.removed(self._of.account_id, task, self._of.now),
            *time_guard.remove_task(self._of.account_id, task.id, counts, self._of.now),
        ]

    def _next_id(self) -> Id:
        """The next of as many ids as new tasks may need: all are taken at once."""
        new_id = next(self._ids, None)
        if new_id is None:
            needed = sum(fold_name(change.fields.name) not in self._taken for change in self._new)
            self._ids = iter(sequence.next_ids(self._of.account_id, "TASK", needed))
            new_id = next(self._ids)
        return new_id

    def _found(self, task_id: Id) -> Task:
        if task_id not in self._tasks:
            raise NotFoundError
        return self._tasks[task_id]


def _new_name(change: TaskChange) -> str | None:
    """The folded name that a change gives to a task, None where it gives none."""
    match change:
        case NewTask():
            return fold_name(change.fields.name)
        case ChangedTask(name=str() as name):
            return fold_name(name)
    return None
