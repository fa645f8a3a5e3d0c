"""domain: many changes that are asked for at once, and what each of them is about."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from sheaf.domain.errors import BusyError, InvalidError, NotPermittedError, SheafError
from sheaf.domain.project import Project
from sheaf.domain.task import Task, TaskFields
from sheaf.domain.task_assignment import TaskAssignment, TaskAssignmentFields
from sheaf.domain.values import Id, fold_name

ATOMIC_MOST = 20  # changes that are made all or none


class Change(Protocol):
    """A change of one record; `status` is what a request for this change alone is answered with."""

    status: ClassVar[int]

    @property
    def subject(self) -> Hashable:
        """What no other change of the request may be about."""


@dataclass(frozen=True, slots=True, eq=False)
class Refused:
    """What is asked for cannot be read; the others are not concerned."""

    status: ClassVar[int] = 422

    refusal: InvalidError

    @property
    def subject(self) -> Hashable:
        """Nothing that another one could be about."""
        return self


@dataclass(frozen=True, slots=True)
class NewAssignment:
    """Assign a task to a project; `fields` says how, once both are known."""

    status: ClassVar[int] = 201

    project_id: Id
    task_id: Id
    fields: Callable[[Project, Task], TaskAssignmentFields]

    @property
    def subject(self) -> Hashable:
        """The pair: a project has a task once."""
        return self.project_id, self.task_id


@dataclass(frozen=True, slots=True)
class ChangedAssignment:
    """Change an assignment; `sets_state`: it may be archived by that, or made active."""

    status: ClassVar[int] = 200

    id: Id
    change: Callable[[TaskAssignment], TaskAssignment]
    sets_state: bool = False

    @property
    def subject(self) -> Hashable:
        """The assignment."""
        return self.id


@dataclass(frozen=True, slots=True)
class RemovedAssignment:
    """Take a task off its project."""

    status: ClassVar[int] = 200

    id: Id

    @property
    def subject(self) -> Hashable:
        """The assignment."""
        return self.id


@dataclass(frozen=True, slots=True)
class NewTask:
    """Make a task."""

    status: ClassVar[int] = 201

    fields: TaskFields

    @property
    def subject(self) -> Hashable:
        """The name: an account has it once."""
        return fold_name(self.fields.name)


@dataclass(frozen=True, slots=True)
class ChangedTask:
    """Change a task; `name` is its new one, None where that stays. `sets_state` as for an assignment."""

    status: ClassVar[int] = 200

    id: Id
    change: Callable[[Task], Task]
    sets_state: bool = False
    name: str | None = None

    @property
    def subject(self) -> Hashable:
        """The task."""
        return self.id


@dataclass(frozen=True, slots=True)
class RemovedTask:
    """Delete a task."""

    status: ClassVar[int] = 200

    id: Id

    @property
    def subject(self) -> Hashable:
        """The task."""
        return self.id


type AssignmentChange = NewAssignment | ChangedAssignment | RemovedAssignment | Refused
type TaskChange = NewTask | ChangedTask | RemovedTask | Refused


class NotReachedError(BusyError):
    """The time of a request was over before this change was looked at."""

    def __init__(self) -> None:
        super().__init__("There was no time left for this one and nothing was changed; send it again")


class AtomicError(InvalidError):
    """One of several changes that are made all or none is refused, and so are all."""

    def __init__(self, number: int, refusal: SheafError) -> None:
        reason = str(refusal) or ("Not authorized!" if isinstance(refusal, NotPermittedError) else "Not Found")
        super().__init__(f"Nothing was changed, because operations[{number}] is refused: {reason}")


def distinct(changes: Sequence[Change]) -> None:
    """Whether no two changes are about one record. Raises InvalidError: two are."""
    first: dict[Hashable, int] = {}
    for number, change in enumerate(changes):
        if (before := first.setdefault(change.subject, number)) != number:
            raise InvalidError(f"operations[{number}] repeats or contradicts operations[{before}]; send one of the two")
