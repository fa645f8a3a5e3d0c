"""domain: a time entry, hours of one person for a task on a project."""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sheaf.domain.client import Client
from sheaf.domain.errors import NotFoundError, NotPermittedError
from sheaf.domain.identity import User, may_manage_project
from sheaf.domain.project import BillBy, BudgetBy, Project
from sheaf.domain.record import as_dict, validate
from sheaf.domain.task import Task
from sheaf.domain.task_assignment import TaskAssignment
from sheaf.domain.user_assignment import UserAssignment
from sheaf.domain.values import (
    Day,
    Id,
    TimeOfDay,
    Timestamp,
    clean_amount,
    clean_day,
    clean_line,
    clean_text,
    clean_time_of_day,
    optional,
)


@dataclass(frozen=True, slots=True)
class ExternalReference:
    """Where the entry came from in another system (Harvest v2, "The external reference object")."""

    id: str | None = None
    group_id: str | None = None
    account_id: str | None = None
    permalink: str | None = None

    def __post_init__(self) -> None:
        """Raises InvalidError for texts that are too long or no text."""
        names = ("id", "group_id", "account_id", "permalink")
        validate(self, {name: optional(clean_line, f"external_reference {name}") for name in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeEntryFields:
    """What a caller may say of an entry. `hours` has at most two decimals; `domain.timers` decides on the times."""

    project_id: Id
    task_id: Id
    spent_date: Day
    hours: Decimal = Decimal(0)
    notes: str | None = None
    external_reference: ExternalReference | None = None
    started_time: TimeOfDay | None = None
    ended_time: TimeOfDay | None = None
    timer_started_at: Timestamp | None = None

    def __post_init__(self) -> None:
        """Raises InvalidError, whoever builds this."""
        checks: dict[str, Any] = {
            "spent_date": lambda value: clean_day(value, "Spent date"),
            "hours": lambda value: clean_amount(value, "hours"),
            "notes": optional(clean_text, "notes"),
            "started_time": optional(clean_time_of_day, "started_time"),
            "ended_time": optional(clean_time_of_day, "ended_time"),
        }
        validate(self, checks)


@dataclass(frozen=True, slots=True)
class TimeEntry:
    """One entry of one account. Its assignment is the one of its project and task; both stay while the entry does.

    Its user assignment, that of its project and user, stays too. An entry of before there were any has none.
    `import_id` is the import that made it, if one did; another import of the same rows finds it and makes no second.
    While its timer runs, `timer_started_at` says since when, and `hours` are those before that. `started_time` and
    `ended_time` are kept of what was logged by start and end and does not run, by the clock of its user.
    """

    id: Id
    user_id: Id
    project_id: Id
    task_id: Id
    assignment_id: Id
    spent_date: Day
    hours: Decimal
    notes: str | None
    external_reference: ExternalReference | None
    created_at: Timestamp
    updated_at: Timestamp
    version: int = 1
    import_id: Id | None = None
    timer_started_at: Timestamp | None = None
    started_time: TimeOfDay | None = None
    ended_time: TimeOfDay | None = None
    user_assignment_id: Id | None = None

    @property
    def is_running(self) -> bool:
        """Whether its timer runs."""
        return self.timer_started_at is not None

    def hours_at(self, now: Timestamp) -> Decimal:
        """Its hours with those of a running timer, to two decimals: real time, whatever local clocks were set to."""
        if self.timer_started_at is None:
            return self.hours
        elapsed = datetime.fromisoformat(now) - datetime.fromisoformat(self.timer_started_at)
        seconds = Decimal(max(0, int(elapsed.total_seconds())))
        return self.hours + (seconds / 3600).quantize(Decimal("0.01"), ROUND_HALF_UP)


FIRST_DAY, LAST_DAY = Day("0000-01-01"), Day("9999-12-31")


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeFilter:
    """What narrows a list of time entries; all that is given must hold. `since` and `until` are both included.

    `is_empty` is for what Sheaf's time never is, such as billed.
    """

    user_id: Id | None = None
    client_id: Id | None = None
    project_id: Id | None = None
    task_id: Id | None = None
    external_reference_id: str | None = None
    since: Day = FIRST_DAY
    until: Day = LAST_DAY
    updated_since: Timestamp | None = None
    is_running: bool | None = None
    is_empty: bool = False

    @property
    def is_narrow(self) -> bool:
        """Whether more is asked for than all time of one user, of one project, or of the account."""
        plain = TimeFilter(user_id=self.user_id, project_id=self.project_id, since=self.since, until=self.until)
        return self != plain or None not in (self.user_id, self.project_id)


@dataclass(frozen=True, slots=True)
class TimeReader:
    """Whose eyes a list of time is for: `managed_projects` None sees everything, others that and their own."""

    user_id: Id
    managed_projects: frozenset[Id] | None


@dataclass(frozen=True, slots=True)
class LoggedTime:
    """An entry with everything that its answer names, as it is now.

    `user_assignment` is None for time of before there were any, whose user has not been assigned since.
    """

    entry: TimeEntry
    user: User
    client: Client
    project: Project
    task: Task
    assignment: TaskAssignment
    user_assignment: UserAssignment | None = None

    @property
    def id(self) -> Id:
        """The entry's."""
        return self.entry.id

    @property
    def billable_rate(self) -> Decimal | None:
        """The currency amount that an hour of this entry is billed at, by what the project bills by."""
        if not self.assignment.billable:
            return None
        match self.project.bill_by:
            case BillBy.TASKS:
                return self.assignment.hourly_rate
            case BillBy.PROJECT:
                return self.project.hourly_rate
            case BillBy.PEOPLE if self.user_assignment is not None and not self.user_assignment.use_default_rates:
                return self.user_assignment.hourly_rate
            case BillBy.PEOPLE:
                return self.user.default_hourly_rate
            case BillBy.NONE:
                return None

    @property
    def budgeted(self) -> bool:
        """Whether the hours count toward a budget."""
        return self.project.budget_by is not BudgetBy.NONE


def new_time_entry(entry_id: Id, user_id: Id, assignment_id: Id, fields: TimeEntryFields, now: Timestamp) -> TimeEntry:
    """The entry that `fields` asks for, on its first day."""
    return TimeEntry(
        id=entry_id, user_id=user_id, assignment_id=assignment_id, **as_dict(fields), created_at=now, updated_at=now
    )


def require_own(user: User, entry: TimeEntry) -> None:
    """Members see and change their own time, managers that of their projects too, administrators all of it.

    Raises:
        NotFoundError: it is none of the user's business that the entry exists.
    """
    if entry.user_id != user.id and not may_manage_project(user, entry.project_id):
        raise NotFoundError


def require_may_log(user: User, whose: Id, project_id: Id) -> None:
    """Everybody logs their own time; that of others only who manages the project.

    Raises:
        NotPermittedError: neither is so.
    """
    if whose != user.id and not may_manage_project(user, project_id):
        raise NotPermittedError
