"""domain: a task, the name of a kind of work that an account's projects share."""

from dataclasses import dataclass
from decimal import Decimal

from sheaf.domain.errors import InvalidError, NotRemovableError
from sheaf.domain.record import as_dict, validate
from sheaf.domain.values import Id, Timestamp, clean_amount, clean_name, optional


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFields:
    """What a caller may say of a task. The defaults are those of a new one (Harvest v2, "Create a task")."""

    name: str
    billable_by_default: bool = True
    default_hourly_rate: Decimal | None = Decimal(0)
    is_default: bool = False
    is_active: bool = True

    def __post_init__(self) -> None:
        """Raises InvalidError, whoever builds this: a request, an import or a test."""
        validate(self, {"name": clean_name, "default_hourly_rate": optional(clean_amount, "default_hourly_rate")})


@dataclass(frozen=True, slots=True)
class Task:
    """One task of one account.

    `default_hourly_rate` is a currency amount with at most two decimals, or None where the task has no rate of its own.
    `import_id` is the import that made it, if one did.
    """

    id: Id
    name: str
    billable_by_default: bool
    default_hourly_rate: Decimal | None
    is_default: bool
    is_active: bool
    created_at: Timestamp
    updated_at: Timestamp
    version: int = 1
    import_id: Id | None = None


def new_task(task_id: Id, fields: TaskFields, now: Timestamp) -> Task:
    """The task that `fields` asks for, as it is on its first day."""
    return Task(id=task_id, **as_dict(fields), created_at=now, updated_at=now)


@dataclass(frozen=True, slots=True)
class DeletedTask:
    """A task that was deleted and can be restored, as it was."""

    task: Task
    deleted_at: Timestamp

    @property
    def id(self) -> Id:
        """The task's."""
        return self.task.id


def require_mergeable(source_id: Id, target_id: Id, target: Task | None) -> Task:
    """The task that another one can become part of. Raises InvalidError: it is that one, or not there, or archived."""
    if source_id == target_id:
        raise InvalidError("into_task_id must be another task")
    if target is None:
        raise InvalidError(f"into_task_id must be a task of the account; there is no task {target_id}")
    if not target.is_active:
        raise InvalidError(f"into_task_id must be an active task; task {target_id} is archived")
    return target


class TaskHasTimeError(NotRemovableError):
    """The task has time entries; Harvest deletes only tasks that have none."""

    def __init__(self) -> None:
        super().__init__("This task is not removable. It still has time entries.")
