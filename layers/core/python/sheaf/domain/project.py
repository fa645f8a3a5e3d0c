"""domain: a project, where tasks are assigned and time is logged."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sheaf.domain.client import Client
from sheaf.domain.errors import InvalidError
from sheaf.domain.record import as_dict, validate
from sheaf.domain.values import (
    Day,
    Id,
    Timestamp,
    clean_amount,
    clean_day,
    clean_line,
    clean_name,
    clean_text,
    optional,
)


class BillBy(StrEnum):
    """What the rate of an hour hangs on (Harvest v2, "The project object")."""

    PROJECT = "Project"
    TASKS = "Tasks"
    PEOPLE = "People"
    NONE = "none"


class BudgetBy(StrEnum):
    """What a budget is counted by (Harvest v2, "The project object")."""

    PROJECT = "project"
    PROJECT_COST = "project_cost"
    TASK = "task"
    TASK_FEES = "task_fees"
    PERSON = "person"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFields:
    """What a caller may say of a project. The defaults are those of a new one, as live answers show them."""

    client_id: Id
    name: str
    code: str | None = None
    is_active: bool = True
    is_billable: bool = True
    is_fixed_fee: bool = False
    bill_by: BillBy = BillBy.NONE
    hourly_rate: Decimal | None = None
    budget: Decimal | None = None
    budget_by: BudgetBy = BudgetBy.NONE
    budget_is_monthly: bool = False
    notify_when_over_budget: bool = False
    over_budget_notification_percentage: Decimal | None = Decimal(80)
    show_budget_to_all: bool = False
    cost_budget: Decimal | None = None
    cost_budget_include_expenses: bool = False
    fee: Decimal | None = None
    notes: str | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None

    def __post_init__(self) -> None:
        """Raises InvalidError, whoever builds this."""
        checks: dict[str, Any] = {
            "name": clean_name,
            "code": optional(clean_line, "code"),
            "bill_by": lambda value: _one_of(BillBy, value, "bill_by"),
            "budget_by": lambda value: _one_of(BudgetBy, value, "budget_by"),
            "notes": optional(clean_text, "notes"),
            "starts_on": optional(clean_day, "starts_on"),
            "ends_on": optional(clean_day, "ends_on"),
        }
        amounts = ("hourly_rate", "budget", "over_budget_notification_percentage", "cost_budget", "fee")
        validate(self, checks | {name: optional(clean_amount, name) for name in amounts})


@dataclass(frozen=True, slots=True)
class Project:
    """One project of one account. Rates, budgets and fees are currency amounts, or hours where `budget_by` says so."""

    id: Id
    client_id: Id
    name: str
    code: str | None
    is_active: bool
    is_billable: bool
    is_fixed_fee: bool
    bill_by: BillBy
    hourly_rate: Decimal | None
    budget: Decimal | None
    budget_by: BudgetBy
    budget_is_monthly: bool
    notify_when_over_budget: bool
    over_budget_notification_percentage: Decimal | None
    show_budget_to_all: bool
    cost_budget: Decimal | None
    cost_budget_include_expenses: bool
    fee: Decimal | None
    notes: str | None
    starts_on: Day | None
    ends_on: Day | None
    created_at: Timestamp
    updated_at: Timestamp
    version: int = 1
    import_id: Id | None = None


class NoSuchClientError(InvalidError):
    """There is no such client. The sentence is Harvest's own."""

    def __init__(self) -> None:
        super().__init__("Client can't be blank")


@dataclass(frozen=True, slots=True)
class ClientProject:
    """A project with its client, as it is named now."""

    project: Project
    client: Client

    @property
    def id(self) -> Id:
        """The project's."""
        return self.project.id


def claim_of(client_id: Id, folded_name: str) -> str:
    """What no two projects share: two clients may each have a project of the same name; one client may not."""
    return f"{client_id}#{folded_name}"


def new_project(project_id: Id, fields: ProjectFields, now: Timestamp) -> Project:
    """The project that `fields` asks for, as it is on its first day."""
    return Project(id=project_id, **as_dict(fields), created_at=now, updated_at=now)


def _one_of[Choice: StrEnum](choices: type[Choice], value: str, name: str) -> Choice:
    try:
        return choices(value)
    except ValueError:
        raise InvalidError(f"{name} must be one of {', '.join(choices)}") from None
