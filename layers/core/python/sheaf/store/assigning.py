"""store: a task assigned to many projects. Access pattern A11 of docs/data-model.md."""

from collections.abc import Callable, Sequence

from sheaf.domain.errors import NotFoundError, SheafError
from sheaf.domain.idempotency import Keep, keep_nothing
from sheaf.domain.identity import AccountId
from sheaf.domain.project import Project
from sheaf.domain.task import Task
from sheaf.domain.task_assignment import AssignedTask, TaskAssignmentFields, TaskTakenError, new_task_assignment
from sheaf.domain.values import Id, Timestamp
from sheaf.store import answers, keys, reads, sequence
from sheaf.store.mappers.project import PROJECT
from sheaf.store.mappers.task import TASK
from sheaf.store.merging import merged
from sheaf.store.task_assignments import written
from sheaf.store.transactions import commit, retried

IN_ONE = 24  # assignments of a task that one transaction makes: four writes each, and three for all


def create_many(
    account_id: AccountId,
    task_id: Id,
    project_ids: Sequence[Id],
    fields: Callable[[Project, Task], TaskAssignmentFields],
    now: Timestamp,
    *,
    keep: Keep[Sequence[AssignedTask | SheafError]] = keep_nothing,
) -> Sequence[AssignedTask | SheafError]:
    """Assign a task to up to `IN_ONE` projects in one transaction (A11): for each the assignment, or why there is none.

    Raises:
        NotFoundError: no such task. InvalidError: see `TaskAssignmentFields`. AnsweredError, BusyError.
    """
    pairs = {project_id: keys.pair(account_id, task_id, project_id) for project_id in project_ids}

    def decide() -> Sequence[AssignedTask | SheafError]:
        found = reads.items(
            [*TASK.keys_of(account_id, [task_id]), *PROJECT.keys_of(account_id, project_ids), *pairs.values()]
        )
        task, projects = TASK.pick(account_id, found).get(task_id), PROJECT.pick(account_id, found)
        if task is None:
            raise NotFoundError
        lacking = [each for each in project_ids if each in projects and keys.key_pair(pairs[each]) not in found]
        ids = sequence.next_ids(account_id, "TASK_ASSIGNMENT", len(lacking)) if lacking else []
        made = {
            project_id: new_task_assignment(new_id, projects[project_id], task, fields(projects[project_id], task), now)
            for new_id, project_id in zip(ids, lacking, strict=True)
        }
        results = [
            AssignedTask(made[each], projects[each], task)
            if each in made
            else TaskTakenError()
            if each in projects
            else NotFoundError()
            for each in project_ids
        ]
        writes = merged([write for each in made.values() for write in written(account_id, None, each)])
        if writes := [*answers.kept(account_id, keep(results)), *writes]:
            commit(writes)
        return results

    return retried(decide)
