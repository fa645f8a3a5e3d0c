"""domain: what reports say of logged time and of budgets (Harvest v2, "Time Reports" and "Project Budget Report")."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from sheaf.domain.project import BudgetBy, ClientProject
from sheaf.domain.task_assignment import TaskAssignment
from sheaf.domain.time_entry import LoggedTime
from sheaf.domain.user_assignment import UserAssignment
from sheaf.domain.values import Id, fold_name

_CENT = Decimal("0.01")
_MONEY = frozenset({BudgetBy.PROJECT_COST, BudgetBy.TASK_FEES})


class Subject(Protocol):
    """What a line of a report is about: a client, a project, a task or a user."""

    @property
    def id(self) -> Id:
        """Of its account and kind."""

    @property
    def name(self) -> str:
        """The lines are in the order of these."""


@dataclass(frozen=True, slots=True)
class ReportLine:
    """What is logged on one subject in one currency; `sample` is some of its time and names the subject.

    Hours and amounts have two decimals. Without `currency` the line has the time of all currencies, and no amount.
    """

    id: Id
    sample: LoggedTime
    total_hours: Decimal
    billable_hours: Decimal
    currency: str | None
    billable_amount: Decimal | None


def lines_of(
    logged: Iterable[LoggedTime], subject: Callable[[LoggedTime], Subject], *, with_amounts: bool
) -> Sequence[ReportLine]:
    """The lines of a report: one for each subject, and with amounts for each of its currencies, by name.

    Args:
        logged: the time, each of its hours billed at one rate.
        subject: what a line shall be about.
        with_amounts: whether the reader may see rates.
    """
    groups: dict[tuple[str, Id, str], list[LoggedTime]] = {}
    for each in logged:
        about = subject(each)
        key = fold_name(about.name), about.id, each.client.currency if with_amounts else ""
        groups.setdefault(key, []).append(each)
    return [
        ReportLine(
            id=subject_id,
            sample=group[0],
            total_hours=sum_hours(group),
            billable_hours=sum_hours(each for each in group if each.assignment.billable),
            currency=currency or None,
            billable_amount=billable_amount(group) if with_amounts else None,
        )
        for (_, subject_id, currency), group in sorted(groups.items())
    ]


def sum_hours(logged: Iterable[LoggedTime]) -> Decimal:
    """All hours together."""
    return sum((each.entry.hours for each in logged), Decimal(0))


def billable_amount(logged: Iterable[LoggedTime]) -> Decimal:
    """What all hours together are billed, added up exactly and rounded half up once."""
    exact = sum((each.entry.hours * (each.billable_rate or 0) for each in logged), Decimal(0))
    return exact.quantize(_CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class ProjectBudget:
    """What a project may take and what it has taken: hours, or money where `is_money`; None where it has no budget."""

    of: ClientProject
    budget: Decimal | None
    spent: Decimal | None

    @property
    def id(self) -> Id:
        """The project's."""
        return self.of.id

    @property
    def is_money(self) -> bool:
        """Whether the amounts are money."""
        return self.of.project.budget_by in _MONEY

    @property
    def remaining(self) -> Decimal | None:
        """What is left; less than none where more was spent."""
        return None if self.budget is None or self.spent is None else self.budget - self.spent


def project_budget(
    of: ClientProject, assignments: Iterable[TaskAssignment | UserAssignment], logged: Iterable[LoggedTime]
) -> ProjectBudget:
    """The budget of a project by what it is counted by, and how much of it `logged` has spent.

    Args:
        of: the project.
        assignments: those of its tasks where its budget is by task, of its users where it is by person.
        logged: its time, of the month alone where its budget is monthly.
    """
    match of.project.budget_by:
        case BudgetBy.NONE:
            return ProjectBudget(of, None, None)
        case BudgetBy.PROJECT_COST:
            budget = of.project.cost_budget
        case BudgetBy.TASK | BudgetBy.TASK_FEES | BudgetBy.PERSON:
            given = [assignment.budget for assignment in assignments if assignment.budget is not None]
            budget = sum(given, Decimal(0)) if given else None
        case BudgetBy.PROJECT:
            budget = of.project.budget
    spent = billable_amount(logged) if of.project.budget_by in _MONEY else sum_hours(logged)
    return ProjectBudget(of, budget, spent)
