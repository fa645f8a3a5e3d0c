"""store: the budgets of projects and what is spent of them. Access pattern P7 of docs/data-model.md."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from sheaf.domain.errors import NotFoundError
from sheaf.domain.identity import AccountId
from sheaf.domain.paging import Filter, Page, PageRequest
from sheaf.domain.project import BudgetBy, ClientProject, Project
from sheaf.domain.reports import ProjectBudget, project_budget
from sheaf.domain.task_assignment import TaskAssignment
from sheaf.domain.time_entry import TimeFilter, TimeReader
from sheaf.domain.user_assignment import UserAssignment
from sheaf.domain.values import Day, Id, Timestamp
from sheaf.store import projects, task_assignments, time_sums, user_assignments
from sheaf.store.transactions import StaleError, retried

_EVERYTHING = TimeReader(Id(0), None)


def page(
    account_id: AccountId, managed: Collection[Id] | None, wanted: Filter, request: PageRequest, now: Timestamp
) -> Page[ProjectBudget]:
    """One page of the budgets of projects, the newest project first (P7).

    `managed` are the projects that the reader manages, None for all. To others a project shows its budget only where
    it shows it to everybody.
    """
    among = None
    if managed is not None:
        shown = {project.id for project in projects.everything(account_id) if project.show_budget_to_all}
        among = shown | set(managed)

    def decide() -> Page[ProjectBudget]:
        found = projects.page(account_id, wanted, request, among=among)
        return found.map(lambda each: _budget(account_id, each, now))

    return retried(decide)


def _budget(account_id: AccountId, each: ClientProject, now: Timestamp) -> ProjectBudget:
    project = each.project
    if project.budget_by is BudgetBy.NONE:
        return project_budget(each, (), ())
    try:
        assignments = _with_budgets(account_id, project)
    except NotFoundError:
        raise StaleError from None  # the project went between two reads
    time = TimeFilter(project_id=project.id)
    if project.budget_is_monthly:
        time = replace(time, since=Day(f"{now[:7]}-01"), until=Day(f"{now[:7]}-31"))
    return project_budget(each, assignments, time_sums.sums(account_id, _EVERYTHING, time, now))


def _with_budgets(account_id: AccountId, project: Project) -> Sequence[TaskAssignment | UserAssignment]:
    """The assignments of a project that have its budgets. Raises NotFoundError: it has gone."""
    match project.budget_by:
        case BudgetBy.TASK | BudgetBy.TASK_FEES:
            return task_assignments.everything(account_id, project.id, Filter())
        case BudgetBy.PERSON:
            return user_assignments.of_project(account_id, project.id)
        case _:
            return ()
