"""store: making a project together with an assignment for each default task of the account, whole or not at all."""

from collections.abc import Sequence

from sheaf.domain.errors import InvalidError
from sheaf.domain.identity import AccountId
from sheaf.domain.project import Project
from sheaf.domain.task import Task
from sheaf.domain.task_assignment import TaskAssignment, default_fields, new_task_assignment
from sheaf.domain.values import Id, fold_name
from sheaf.store import keys, reads, sequence, time_guard
from sheaf.store.items import Item, number
from sheaf.store.mappers.project import PROJECT
from sheaf.store.mappers.task import TASK
from sheaf.store.mappers.task_assignment import TASK_ASSIGNMENT
from sheaf.store.reads import KeyRange
from sheaf.store.records import Counter, count_write, total
from sheaf.store.resumable import operations
from sheaf.store.resumable.operations import ResumableOperation
from sheaf.store.transactions import StaleError, Write, commit
from sheaf.store.writes import update

IN_ONE = 20  # assignments that still fit into the project's own transaction: 4 writes for each
CHUNK = 20  # assignments that one transaction of a larger creation makes
MOST = 1500  # that a creation under way can note down in its item, which holds 400 KB


def create(account_id: AccountId, project: Project, manager_id: Id | None) -> ResumableOperation | None:
    """Make a project; the operation that has to finish it where it has many default tasks, None when all is done.

    `manager_id` is the user who shall manage it, where that is not an administrator.

    Raises:
        NameTakenError, InvalidError: the client is not there. StaleError: decide again.
    """
    assignments = _default_assignments(account_id, project)
    if len(assignments) <= IN_ONE:
        writes = [*PROJECT.writes_to_add(account_id, project), *_managed(account_id, manager_id, project.id)]
        for assignment in assignments:
            writes += _made(account_id, assignment)
        if assignments:
            writes.append(count_write(total(account_id, "TASK_ASSIGNMENT"), active=len(assignments)))
        commit([*writes, _guard(account_id, project, len(assignments))])
        return None
    details: Item = {
        "project": {"M": PROJECT.codec.to_item(project)},
        "assignments": {"L": [{"M": TASK_ASSIGNMENT.codec.to_item(assignment)} for assignment in assignments]},
        "assignments_done": number(0),
        "assignments_made": number(0),
        "manager_id": number(manager_id),
    }
    operation = ResumableOperation(sequence.next_id(account_id, "OPERATION"), "create_project", project.id, details)
    begin = operations.begin(account_id, operation, project.created_at)
    # The claim on the name and the place with the client come first: nothing can be refused once parts are written.
    with_client = [
        count_write(counter, **{PROJECT.state(project): 1}) for counter in PROJECT.counters(account_id, project)
    ]
    commit([*begin, *PROJECT.claim_writes(account_id, project), *with_client, _guard(account_id, project, 0)])
    return operation


def without_tasks(account_id: AccountId, project: Project) -> list[Write]:
    """The writes of a project without assignments: an import says itself what is assigned. Refused as `create`."""
    return [*PROJECT.writes_to_add(account_id, project), _guard(account_id, project, 0)]


def resume(account_id: AccountId, operation: ResumableOperation) -> bool:
    """Make some assignments of a project that is not shown yet; False once it is there and the operation has ended.

    Safe to be done by many at once: StaleError says that somebody else has just done the same step.
    """
    operation = operations.find(account_id, operation.id) or _ended()
    item = operation.item
    done = int(item["assignments_done"]["N"])
    chunk = [TASK_ASSIGNMENT.codec.from_item(value["M"]) for value in item["assignments"]["L"][done : done + CHUNK]]
    if not chunk:
        commit(_reveal(account_id, operation))
        return False
    alive = _with_tasks(account_id, chunk)
    step = update(
        operations.key_of(account_id, operation.id),
        "ADD assignments_done :done, assignments_made :made",
        {":done": number(len(chunk)), ":made": number(len(alive)), ":before": number(done)},
        condition="assignments_done = :before",
    )
    project_guard = Counter(keys.guard(account_id, "PROJECT", operation.subject_id), StaleError())
    writes = [step, count_write(project_guard, active=len(alive))]
    for assignment in alive:
        writes += _made(account_id, assignment)
    commit(writes)
    return True


def _default_assignments(account_id: AccountId, project: Project) -> list[TaskAssignment]:
    """One assignment for each active default task, in the alphabetical order of their names, with growing ids.

    Raises:
        InvalidError: there are more default tasks than a project can be given at once.
    """
    found = reads.items_in(KeyRange(keys.default_tasks(account_id), "0", "~"))
    tasks = sorted((TASK.codec.from_item(item) for item in found), key=lambda task: (fold_name(task.name), task.id))
    if not tasks:
        return []
    if len(tasks) > MOST:
        raise InvalidError(f"A new project cannot be given {len(tasks)} default tasks; at most {MOST} may be default")
    ids = sequence.next_ids(account_id, "TASK_ASSIGNMENT", len(tasks))
    return [_default_assignment(assignment_id, project, task) for assignment_id, task in zip(ids, tasks, strict=True)]


def _default_assignment(assignment_id: Id, project: Project, task: Task) -> TaskAssignment:
    return new_task_assignment(assignment_id, project, task, default_fields(project, task), project.created_at)


def _made(account_id: AccountId, assignment: TaskAssignment) -> list[Write]:
    """The writes of one assignment beside the counts that all assignments of the transaction share."""
    task_guard = Counter(keys.guard(account_id, "TASK", assignment.task_id), StaleError())
    return [
        *TASK_ASSIGNMENT.item_writes(account_id, assignment),
        time_guard.add_pair(account_id, assignment),
        count_write(task_guard, active=1),
    ]


def _with_tasks(account_id: AccountId, assignments: Sequence[TaskAssignment]) -> list[TaskAssignment]:
    """Those whose task has not been deleted meanwhile."""
    wanted = {assignment.id: keys.guard(account_id, "TASK", assignment.task_id) for assignment in assignments}
    found = reads.items(list(wanted.values()))
    return [
        assignment
        for assignment in assignments
        if (wanted[assignment.id]["pk"]["S"], wanted[assignment.id]["sk"]["S"]) in found
    ]


def _reveal(account_id: AccountId, operation: ResumableOperation) -> list[Write]:
    """The last transaction of a creation: the project is there, and its assignments count."""
    project = PROJECT.codec.from_item(operation.item["project"]["M"])
    manager = operation.item["manager_id"].get("N")
    return [
        *PROJECT.item_writes(account_id, project),
        count_write(total(account_id, "PROJECT"), **{PROJECT.state(project): 1}),
        count_write(total(account_id, "TASK_ASSIGNMENT"), active=int(operation.item["assignments_made"]["N"])),
        *_managed(account_id, None if manager is None else Id(int(manager)), project.id),
        *operations.end(account_id, operation.id),
    ]


def _guard(account_id: AccountId, project: Project, assignments: int) -> Write:
    return time_guard.add(account_id, "PROJECT", project.id, active=assignments)


def _managed(account_id: AccountId, manager_id: Id | None, project_id: Id) -> list[Write]:
    """Whoever makes a project manages it."""
    if manager_id is None:
        return []
    key = keys.record(account_id, "USER", manager_id)
    project: Item = {":project": {"NS": [str(project_id)]}, ":one": number(1)}
    return [update(key, "ADD managed_projects :project, version :one", project, condition="attribute_exists(pk)")]


def _ended() -> ResumableOperation:
    raise StaleError
