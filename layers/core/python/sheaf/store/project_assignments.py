"""store: what a user may log time to. Access pattern U9 of docs/data-model.md."""

from sheaf.domain.identity import AccountId
from sheaf.domain.paging import Filter, Page, PageRequest
from sheaf.domain.user_assignment import ProjectAssignment
from sheaf.domain.values import Id, Timestamp
from sheaf.store import projects, task_assignments, user_assignments


def page(
    account_id: AccountId, user_id: Id, updated_since: Timestamp | None, request: PageRequest
) -> Page[ProjectAssignment]:
    """One page of the active projects to which a user is assigned, with their active tasks (U9), the newest first."""
    assigned = {pair.project_id: pair for pair in user_assignments.of_user(account_id, user_id) if pair.is_active}
    wanted = Filter(is_active=True, updated_since=updated_since)
    found = projects.page(account_id, wanted, request, among=assigned.keys())
    tasks = task_assignments.active_by_project(account_id, [record.id for record in found.records])
    return found.map(
        lambda record: ProjectAssignment(record.project, record.client, tasks[record.id], assigned[record.id])
    )
