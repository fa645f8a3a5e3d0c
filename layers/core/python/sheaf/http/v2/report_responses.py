"""http: the lines of reports as v2 shows them."""

from decimal import Decimal
from typing import Any

from sheaf.domain.identity import User, may_see_rates
from sheaf.domain.reports import ProjectBudget, ReportLine
from sheaf.http.v2.responses import as_number


def show_client_line(line: ReportLine) -> dict[str, Any]:
    """A line of the report by clients (Harvest v2, "Clients Report")."""
    client = line.sample.client
    return {"client_id": client.id, "client_name": client.name, **_totals(line)}


def show_project_line(line: ReportLine) -> dict[str, Any]:
    """A line of the report by projects (Harvest v2, "Projects Report")."""
    client, project = line.sample.client, line.sample.project
    return {
        "client_id": client.id,
        "client_name": client.name,
        "project_id": project.id,
        "project_name": project.name,
        **_totals(line),
    }


def show_task_line(line: ReportLine) -> dict[str, Any]:
    """A line of the report by tasks (Harvest v2, "Tasks Report")."""
    task = line.sample.task
    return {"task_id": task.id, "task_name": task.name, **_totals(line)}


def show_team_line(line: ReportLine) -> dict[str, Any]:
    """A line of the report by people (Harvest v2, "Team Report")."""
    user = line.sample.user
    return {
        "user_id": user.id,
        "user_name": user.name,
        "is_contractor": user.is_contractor,
        "weekly_capacity": user.weekly_capacity,
        "avatar_url": "",
        **_totals(line),
    }


def _totals(line: ReportLine) -> dict[str, Any]:
    return {
        "total_hours": as_number(line.total_hours),
        "billable_hours": as_number(line.billable_hours),
        "currency": line.currency,
        "billable_amount": as_number(line.billable_amount),
    }


def show_project_budget(budget: ProjectBudget, reader: User) -> dict[str, Any]:
    """A line of the report on budgets (Harvest v2, "Project Budget Report"); money is for those who may see rates."""
    project, client = budget.of.project, budget.of.client
    amounts: tuple[Decimal | None, ...] = budget.budget, budget.spent, budget.remaining
    if budget.is_money and not may_see_rates(reader):
        amounts = (None, None, None)
    return {
        "client_id": client.id,
        "client_name": client.name,
        "project_id": project.id,
        "project_name": project.name,
        "budget_is_monthly": project.budget_is_monthly,
        "budget_by": project.budget_by,
        "is_active": project.is_active,
        **dict(zip(("budget", "budget_spent", "budget_remaining"), map(as_number, amounts), strict=True)),
    }
