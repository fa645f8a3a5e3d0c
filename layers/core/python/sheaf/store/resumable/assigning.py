"""store: a task assigned to all active projects, however many there are, some in each transaction.

Unlike the other operations it hides nothing, and nobody waits for it: each assignment is there once it is made.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import islice
from typing import Any

from sheaf.domain.identity import AccountId
from sheaf.domain.project import Project
from sheaf.domain.task import Task
from sheaf.domain.task_assignment import TaskAssignment, default_fields, new_task_assignment
from sheaf.domain.values import Id, Timestamp
from sheaf.store import keys, reads, sequence, time_guard
from sheaf.store.items import Item, Value, flag, number, text
from sheaf.store.mappers.project import PROJECT
from sheaf.store.mappers.task import TASK
from sheaf.store.mappers.task_assignment import TASK_ASSIGNMENT
from sheaf.store.merging import merged
from sheaf.store.reads import KeyRange
from sheaf.store.resumable import operations
from sheaf.store.resumable.operations import ResumableOperation
from sheaf.store.transactions import StaleError, Write, commit
from sheaf.store.writes import update

CHUNK = 23  # projects of one transaction: 4 writes for each assignment, and 4 for all

type Given = Mapping[str, bool | Decimal | None]
"""What is said of all assignments, by the names of their fields; the rest follows from task and project."""


def begin(
    account_id: AccountId,
    task_id: Id,
    given: Given,
    among: Collection[Id] | None,
    now: Timestamp,
    answer: Callable[[Id], Sequence[Write]],
) -> ResumableOperation:
    """Begin to assign a task to all active projects, or to those among some.

    `answer` makes the writes that keep what is answered, by the operation's id.
    """
    details: Item = {
        "given": {"M": {name: _written(value) for name, value in given.items()}},
        "done_to": text(keys.state_prefix(is_active=True)),
    }
    if among is not None:
        details["among"] = {"L": [number(project_id) for project_id in sorted(among)]}
    operation = operations.new(account_id, "assign_task", task_id, now, details)
    commit([*answer(operation.id), *operations.begin(account_id, operation)])
    return operation


def resume(account_id: AccountId, operation: ResumableOperation) -> bool:
    """Assign the task to some projects more; False once none is left, or the task is gone, and the operation has ended.

    Safe to be done by many at once: StaleError says that somebody else has just done the same step.
    """
    known = operations.find(account_id, operation.id)
    if known is None:
        raise StaleError
    task_id, done_to = known.subject_id, known.item["done_to"]
    stretch = KeyRange(
        keys.records(account_id, "PROJECT"),
        f"{done_to['S']}!",
        f"{keys.state_prefix(is_active=True)}~",
        newest_first=False,
        index=keys.BY_STATE,
        sort_attribute="state_sk",
    )
    chunk = list(islice(reads.items_in(stretch, CHUNK), CHUNK))
    projects = {project.id: project for project in map(PROJECT.codec.from_item, chunk)}
    pairs = {project_id: keys.pair(account_id, task_id, project_id) for project_id in projects}
    found = reads.items([*TASK.keys_of(account_id, [task_id]), *pairs.values()])
    task = TASK.pick(account_id, found).get(task_id)
    if task is None or not chunk:
        commit(operations.end(account_id, known))
        return False
    among = known.item.get("among")
    wanted = projects.keys() if among is None else projects.keys() & {Id(int(each["N"])) for each in among["L"]}
    lacking = [projects[each] for each in sorted(wanted) if keys.key_pair(pairs[each]) not in found]
    made = _assignments(account_id, task, lacking, known) if lacking else []
    step = update(
        operations.key_of(account_id, known.id),
        "SET done_to = :to",
        {":to": chunk[-1]["state_sk"], ":as_read": done_to},
        "done_to = :as_read",
    )
    added = [
        write
        for assignment in made
        for write in (
            *TASK_ASSIGNMENT.writes_to_add(account_id, assignment),
            time_guard.add_pair(account_id, assignment),
        )
    ]
    commit([step, *merged(added)])
    return True


def _assignments(
    account_id: AccountId, task: Task, projects: Sequence[Project], operation: ResumableOperation
) -> list[TaskAssignment]:
    given = {name: _read(value) for name, value in operation.item["given"]["M"].items()}
    ids = sequence.next_ids(account_id, "TASK_ASSIGNMENT", len(projects))
    return [
        new_task_assignment(
            new_id, project, task, replace(default_fields(project, task), **given), operation.started_at
        )
        for new_id, project in zip(ids, projects, strict=True)
    ]


def _written(value: bool | Decimal | None) -> Value:
    return flag(value) if isinstance(value, bool) else number(value)


def _read(value: Value) -> Any:
    if "BOOL" in value:
        return value["BOOL"]
    return Decimal(value["N"]) if "N" in value else None
