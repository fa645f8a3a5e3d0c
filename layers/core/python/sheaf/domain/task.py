"""domain: a task, the name of a kind of work that an account's projects share."""

from dataclasses import dataclass, replace
from decimal import Decimal

from sheaf.domain.errors import InvalidError, NotRemovableError
from sheaf.domain.values import Id, Timestamp, clean_amount, clean_name


@dataclass(frozen=True, slots=True)
class Task:
    """One task of one account.

    `default_hourly_rate` is a currency amount with at most two decimals, or None where the task has no rate of its own.
    `version` starts at 1 and grows by 1 with each change that is stored.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFields:
    """What a caller may say of a task. The defaults are those of a new one (Harvest's "Create a task" table)."""

    name: str
    billable_by_default: bool = True
    default_hourly_rate: Decimal | None = Decimal(0)
    is_default: bool = False
    is_active: bool = True

    def __post_init__(self) -> None:
        """Hold every field to its rule, whoever builds this: a request, an import or a test.

        Raises:
            InvalidError: a field breaks its rule; every broken one is named, joined by commas as Harvest does.
        """
        problems = []
        for field, check in (("name", clean_name), ("default_hourly_rate", _clean_rate)):
            try:
                object.__setattr__(self, field, check(getattr(self, field)))
            except InvalidError as problem:
                problems.append(str(problem))
        if problems:
            raise InvalidError(", ".join(problems))


def _clean_rate(rate: Decimal | None) -> Decimal | None:
    return None if rate is None else clean_amount(rate, "default_hourly_rate")


def new_task(task_id: Id, fields: TaskFields, now: Timestamp) -> Task:
    """The task that `fields` asks for, as it is on its first day."""
    return _with_fields(Task(task_id, "", False, None, False, False, now, now), fields)


def changed_task(task: Task, fields: TaskFields, now: Timestamp) -> Task:
    """The task after `fields` was applied; the very same object when nothing differs, so that nothing is written."""
    changed = _with_fields(task, fields)
    if changed == task:
        return task
    return replace(changed, updated_at=max(now, task.updated_at), version=task.version + 1)


def current_fields(task: Task) -> TaskFields:
    """What the caller could have said to get this task: the ground on which a partial update is laid."""
    return TaskFields(
        name=task.name,
        billable_by_default=task.billable_by_default,
        default_hourly_rate=task.default_hourly_rate,
        is_default=task.is_default,
        is_active=task.is_active,
    )


def _with_fields(task: Task, fields: TaskFields) -> Task:
    return replace(
        task,
        name=fields.name,
        billable_by_default=fields.billable_by_default,
        default_hourly_rate=fields.default_hourly_rate,
        is_default=fields.is_default,
        is_active=fields.is_active,
    )


class NameTakenError(InvalidError):
    """Another task of the account, active or archived, has this name already; upper and lower case do not differ."""

    def __init__(self) -> None:
        super().__init__("Name has already been taken")


class TaskHasTimeError(NotRemovableError):
    """The task has time entries; Harvest deletes only tasks that have none."""

    def __init__(self) -> None:
        super().__init__("This task is not removable. It still has time entries.")
