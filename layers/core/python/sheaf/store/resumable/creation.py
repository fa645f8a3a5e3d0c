"""store: making a project together with its first assignments, whole or not at all.

Those are of the account's default tasks, of whoever makes it, and of the users who get every new project.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from sheaf.domain.errors import InvalidError
from sheaf.domain.identity import AccountId
from sheaf.domain.project import Project
from sheaf.domain.task import Task
from sheaf.domain.task_assignment import TaskAssignment, default_fields, new_task_assignment
from sheaf.domain.user_assignment import (
    UserAssignment,
    UserAssignmentFields,
    new_user_assignment,
)
from sheaf.domain.user_assignment import default_fields as user_assigned
from sheaf.domain.values import Id, fold_name
from sheaf.store import keys, reads, sequence, time_guard, user_assignments
from sheaf.store.items import Item, number
from sheaf.store.mappers.project import PROJECT
from sheaf.store.mappers.task import TASK
from sheaf.store.mappers.task_assignment import TASK_ASSIGNMENT
from sheaf.store.mappers.user import USER
from sheaf.store.mappers.user_assignment import USER_ASSIGNMENT
from sheaf.store.reads import KeyRange
from sheaf.store.records import Counter, count_write, task_guard, total
from sheaf.store.resumable import operations
from sheaf.store.resumable.operations import TRANSACTION_WRITES, ResumableOperation
from sheaf.store.transactions import StaleError, Write, commit
from sheaf.store.writes import update

IN_ONE = 20  # task assignments that may fit into the project's own transaction
CHUNK = 18  # assignments that one transaction of a larger creation makes: up to 5 writes for each
MOST = 1500  # that a creation under way can note down in its item, which holds 400 KB


def create(
    account_id: AccountId, project: Project, creator_id: Id | None, answer: Sequence[Write] = ()
) -> ResumableOperation | None:
    """Make a project; the operation that has to finish it where it has many assignments, None when all is done.

    `creator_id` is the user who makes it, and manages it then; None where nobody does. `answer` keeps what is answered,
    and belongs to the transaction that decides.

    Raises:
        NameTakenError, InvalidError: the client is not there. StaleError: decide again.
    """
    assignments = _default_assignments(account_id, project)
    people = _people(account_id, project, creator_id)
    writes = [*answer, *PROJECT.writes_to_add(account_id, project), _guard(account_id, project, len(assignments))]
    for assignment in assignments:
        writes += _made(account_id, assignment)
    if assignments:
        writes.append(count_write(total(account_id, "TASK_ASSIGNMENT"), active=len(assignments)))
    for person in people:
        writes += _assigned(account_id, person)
    writes += user_assignments.counted_on_new(account_id, project.id, len(people))
    if people:
        writes.append(count_write(total(account_id, "USER_ASSIGNMENT"), active=len(people)))
    if len(assignments) <= IN_ONE and len(writes) <= TRANSACTION_WRITES:
        commit(writes)
        return None
    details: Item = {
        "project": {"M": PROJECT.codec.to_item(project)},
        "assignments": {"L": [{"M": TASK_ASSIGNMENT.codec.to_item(assignment)} for assignment in assignments]},
        "assignments_done": number(0),
        "assignments_made": number(0),
        "people": {"L": [{"M": USER_ASSIGNMENT.codec.to_item(person)} for person in people]},
        "people_done": number(0),
        "people_made": number(0),
    }
    operation = operations.new(account_id, "create_project", project.id, project.created_at, details)
    begin = operations.begin(account_id, operation)
    # The claim on the name and the place with the client come first: nothing can be refused once parts are written.
    with_client = [
        count_write(counter, **{PROJECT.state(project): 1}) for counter in PROJECT.counters(account_id, project)
    ]
    commit([*answer, *begin, *PROJECT.claim_writes(account_id, project), *with_client, _guard(account_id, project, 0)])
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
    if chunk := _next(item, "assignments"):
        alive = _with_tasks(account_id, [TASK_ASSIGNMENT.codec.from_item(value) for value in chunk])
        project_guard = Counter(keys.guard(account_id, "PROJECT", operation.subject_id), StaleError())
        writes = [_step(account_id, operation, "assignments", len(chunk), len(alive))]
        writes.append(count_write(project_guard, active=len(alive)))
        for assignment in alive:
            writes += _made(account_id, assignment)
    elif chunk := _next(item, "people"):
        assigned = [USER_ASSIGNMENT.codec.from_item(value) for value in chunk]
        there = USER.get_many(account_id, [person.user_id for person in assigned])
        people = [person for person in assigned if person.user_id in there]
        writes = [_step(account_id, operation, "people", len(chunk), len(people))]
        writes += user_assignments.counted_on_new(account_id, operation.subject_id, len(people))
        for person in people:
            writes += _assigned(account_id, person)
    else:
        commit(_reveal(account_id, operation))
        return False
    commit(writes)
    return True


def _next(item: Item, parts: Literal["assignments", "people"]) -> list[Item]:
    """What the next transaction of a creation makes of these parts; nothing once all are made."""
    done = int(item[f"{parts}_done"]["N"])
    return [value["M"] for value in item[parts]["L"][done : done + CHUNK]]


def _step(
    account_id: AccountId, operation: ResumableOperation, parts: Literal["assignments", "people"], done: int, made: int
) -> Write:
    """The write that notes down how far a creation has come; StaleError when somebody else has done this step."""
    before = operation.item[f"{parts}_done"]
    return update(
        operations.key_of(account_id, operation.id),
        f"ADD {parts}_done :done, {parts}_made :made",
        {":done": number(done), ":made": number(made), ":before": before},
        condition=f"{parts}_done = :before",
    )


def _people(account_id: AccountId, project: Project, creator_id: Id | None) -> list[UserAssignment]:
    """The assignments of whoever makes the project and of those who get every new one, with growing ids."""
    people = {user.id: user_assigned(user) for user in user_assignments.with_future_access(account_id)}
    if creator_id is not None:
        people[creator_id] = UserAssignmentFields(is_project_manager=True)
    if not people:
        return []
    ids = sequence.next_ids(account_id, "USER_ASSIGNMENT", len(people))
    return [
        new_user_assignment(assignment_id, project.id, user_id, people[user_id], project.created_at)
        for assignment_id, user_id in zip(ids, sorted(people), strict=True)
    ]


def _assigned(account_id: AccountId, person: UserAssignment) -> list[Write]:
    """The writes of one user assignment; StaleError when the user has gone since they were read."""
    return [replace(write, refusal=StaleError()) for write in user_assignments.added_to_new(account_id, person)]


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
    return [
        *TASK_ASSIGNMENT.item_writes(account_id, assignment),
        time_guard.add_pair(account_id, assignment),
        count_write(task_guard(account_id, assignment.task_id), active=1),
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
    people = int(operation.item["people_made"]["N"])
    return [
        *PROJECT.item_writes(account_id, project),
        count_write(total(account_id, "PROJECT"), **{PROJECT.state(project): 1}),
        count_write(total(account_id, "TASK_ASSIGNMENT"), active=int(operation.item["assignments_made"]["N"])),
        *([count_write(total(account_id, "USER_ASSIGNMENT"), active=people)] if people else []),
        *operations.end(account_id, operation),
    ]


def _guard(account_id: AccountId, project: Project, assignments: int) -> Write:
    return time_guard.add(account_id, "PROJECT", project.id, active=assignments)


def _ended() -> ResumableOperation:
    raise StaleError
