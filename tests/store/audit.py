"""The whole table, made anew from its records alone: every copy, claim, guard and count as it must be.

Records are believed; everything that hangs on them is worked out in plain Python and compared with what lies there.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

from sheaf.domain.identity import AccountId
from sheaf.domain.project import Project
from sheaf.domain.record import Kind
from sheaf.domain.task import Task
from sheaf.domain.task_assignment import TaskAssignment
from sheaf.domain.time_entry import TimeEntry
from sheaf.domain.user_assignment import UserAssignment, manages
from sheaf.domain.values import Id
from sheaf.store import keys
from sheaf.store.items import Item, number
from sheaf.store.keys import Guarded, Key
from sheaf.store.mappers.client import CLIENT
from sheaf.store.mappers.project import PROJECT
from sheaf.store.mappers.role import ROLE
from sheaf.store.mappers.task import TASK
from sheaf.store.mappers.task_assignment import TASK_ASSIGNMENT
from sheaf.store.mappers.time_entry import from_item, to_items
from sheaf.store.mappers.user import USER
from sheaf.store.mappers.user_assignment import USER_ASSIGNMENT, pair_item
from sheaf.store.records import RecordMapper
from tests.support.table import Rows, place, rows, summed, whole

_SHAPES: tuple[RecordMapper[Any], ...] = (TASK, CLIENT, PROJECT, TASK_ASSIGNMENT, USER, ROLE, USER_ASSIGNMENT)
_IDENTITY = ("#TOKEN", "#USER_EMAIL")
_BESIDE = ("ACCOUNT", "TOKEN", "USER_EMAIL", "PERSON_NAME", "IMPORT_TURN")


def assert_sound(account_id: AccountId) -> Rows:
    """The table holds the records of this account, what follows from them, and nothing else; all of it, as it lies."""
    found = rows()
    assert _plain(found) == _plain(expected(account_id, found))
    assert _wrongly_closed(account_id, found) == set()
    assert _wrongly_managed(account_id, found) == set()
    assert _wrongly_logged(account_id, found) == []
    return found


def _wrongly_logged(account_id: AccountId, found: Rows) -> list[Id]:
    """The time entries of which the user assignment is not that of their user and project."""
    assignments = _records(account_id, found, "USER_ASSIGNMENT", USER_ASSIGNMENT.codec.from_item)
    places = {(item.id, item.user_id, item.project_id) for item in assignments}
    entries = _entries(found)
    return [entry.id for entry in entries if (entry.user_assignment_id, entry.user_id, entry.project_id) not in places]


def _wrongly_managed(account_id: AccountId, found: Rows) -> set[tuple[Id, Id]]:
    """Users and projects of which the user's record and the assignments do not say the same."""
    assignments = _records(account_id, found, "USER_ASSIGNMENT", USER_ASSIGNMENT.codec.from_item)
    people = _records(account_id, found, "USER", USER.codec.from_item)
    of_records = {(user.id, project_id) for user in people for project_id in user.managed_projects}
    return of_records ^ {(item.user_id, item.project_id) for item in assignments if manages(item)}


def contents(found: Rows | None = None) -> Rows:
    """The table in a form in which two that say the same are equal: without sequences and counts of nothing."""
    return _plain(rows() if found is None else found)


def expected(account_id: AccountId, found: Rows) -> Rows:
    """Everything that must be there, given the records that are."""
    items: list[Item] = []
    for shape in _SHAPES:
        records = list(_records(account_id, found, shape.kind, shape.codec.from_item))
        for record in records:
            items += shape._items(account_id, record)
            items += [write.parameters["Item"] for write in shape.claim_writes(account_id, record)]
        items.append(keys.shard(keys.totals(account_id, shape.kind), 0) | _states(records))
    tasks = list(_records(account_id, found, "TASK", TASK.codec.from_item))
    projects = list(_records(account_id, found, "PROJECT", PROJECT.codec.from_item))
    assignments = list(_records(account_id, found, "TASK_ASSIGNMENT", TASK_ASSIGNMENT.codec.from_item))
    entries = _entries(found)
    for entry in entries:
        items += to_items(account_id, entry)
    people = list(_records(account_id, found, "USER", USER.codec.from_item))
    items.append(
        {**keys.administrators(account_id), "administrators": number(sum(user.is_administering for user in people))}
    )
    items += _clients(account_id, found, projects)
    items += _task_guards(account_id, tasks, assignments, entries)
    items += _project_guards(account_id, projects, assignments, entries)
    items += _pairs(account_id, assignments, entries)
    of_users = list(_records(account_id, found, "USER_ASSIGNMENT", USER_ASSIGNMENT.codec.from_item))
    items += _user_assignments(account_id, of_users, entries)
    items += _time_totals(account_id, entries)
    items += [
        {**keys.timer(account_id, entry.user_id), "entry_id": {"N": str(entry.id)}}
        for entry in entries
        if entry.is_running
    ]
    return {place(item): item for item in items}


def _records[R](account_id: AccountId, found: Rows, kind: Kind, from_item: Callable[[Item], R]) -> Iterator[R]:
    pk = keys.records(account_id, kind)
    return (from_item(item) for (partition, _), item in found.items() if partition == pk)


def _entries(found: Rows) -> list[TimeEntry]:
    """Entries by what stands in any of their four places, so that none is overlooked."""
    known = {int(item["id"]["N"]): from_item(item) for item in found.values() if "spent_date" in item}
    return list(known.values())


def _states(records: Iterable[Any]) -> Item:
    states = Counter(record.is_active for record in records)
    return {"active": {"N": str(states[True])}, "archived": {"N": str(states[False])}}


def _time(key: Key, count: int) -> Item:
    """A count of time, all of it on one shard: which one does not count."""
    return {**keys.shard(key, 0), "time_entry_count": {"N": str(count)}}


def _clients(account_id: AccountId, found: Rows, projects: list[Project]) -> Iterator[Item]:
    of_client = _groups(projects, lambda project: project.client_id)
    for client in _records(account_id, found, "CLIENT", CLIENT.codec.from_item):
        yield keys.guard(account_id, "CLIENT", client.id) | _states(of_client[client.id])


def _user_assignments(
    account_id: AccountId, assignments: list[UserAssignment], entries: list[TimeEntry]
) -> Iterator[Item]:
    time = Counter(entry.user_assignment_id for entry in entries)
    for assignment in assignments:
        yield pair_item(account_id, assignment)
        yield _time(keys.guard_time(account_id, "USER_ASSIGNMENT", assignment.id), time[assignment.id])
    owners: tuple[tuple[Guarded, Callable[[UserAssignment], Id]], ...] = (
        ("PROJECT", lambda assignment: assignment.project_id),
        ("USER", lambda assignment: assignment.user_id),
    )
    for kind, owner in owners:
        for owner_id, group in _groups(assignments, owner).items():
            yield keys.user_assignment_count(account_id, kind, owner_id) | _states(group)


def _task_guards(
    account_id: AccountId, tasks: list[Task], assignments: list[TaskAssignment], entries: list[TimeEntry]
) -> Iterator[Item]:
    of_task, time = (
        _groups(assignments, lambda assignment: assignment.task_id),
        Counter(entry.task_id for entry in entries),
    )
    for task in tasks:
        yield keys.guard(account_id, "TASK", task.id) | _states(of_task[task.id])
        yield _time(keys.guard_time(account_id, "TASK", task.id), time[task.id])


def _project_guards(
    account_id: AccountId, projects: list[Project], assignments: list[TaskAssignment], entries: list[TimeEntry]
) -> Iterator[Item]:
    of_project, time = (
        _groups(assignments, lambda assignment: assignment.project_id),
        Counter(entry.project_id for entry in entries),
    )
    for project in projects:
        yield keys.guard(account_id, "PROJECT", project.id) | _states(of_project[project.id])
        yield _time(keys.guard_time(account_id, "PROJECT", project.id), time[project.id])


def _pairs(account_id: AccountId, assignments: list[TaskAssignment], entries: list[TimeEntry]) -> Iterator[Item]:
    time = Counter(entry.assignment_id for entry in entries)
    for assignment in assignments:
        pair = keys.pair(account_id, assignment.task_id, assignment.project_id)
        yield {
            **pair,
            "is_open": {"BOOL": assignment.is_active},
            "assignment_id": {"N": str(assignment.id)},
            "project_id": {"N": str(assignment.project_id)},
        }
        yield _time(
            keys.pair_time(account_id, assignment.task_id, assignment.project_id, assignment.id), time[assignment.id]
        )


def _groups[R](records: Iterable[R], key: Callable[[R], Id]) -> defaultdict[Id, list[R]]:
    groups = defaultdict[Id, list[R]](list)
    for record in records:
        groups[key(record)].append(record)
    return groups


def _time_totals(account_id: AccountId, entries: list[TimeEntry]) -> Iterator[Item]:
    for month, count in Counter(entry.spent_date[:7] for entry in entries).items():
        yield _time(keys.month_total(account_id, month), count)
    for user_id, count in Counter(entry.user_id for entry in entries).items():
        yield _time(keys.guard_time(account_id, "USER", user_id), count)


def _wrongly_closed(account_id: AccountId, found: Rows) -> set[tuple[str, str]]:
    """The counts of time of which some shards are closed and others not, or that belong to something active."""
    closed = Counter(whole(key) for key, item in found.items() if "is_closed" in item)
    active: list[Key] = []
    for kind in ("TASK", "PROJECT", "USER_ASSIGNMENT"):
        pk = keys.records(account_id, kind)
        records = [item for (partition, _), item in found.items() if partition == pk and item["is_active"]["BOOL"]]
        active += [keys.guard_time(account_id, kind, Id(int(item["id"]["N"]))) for item in records]
    for assignment in _records(account_id, found, "TASK_ASSIGNMENT", TASK_ASSIGNMENT.codec.from_item):
        if assignment.is_active:
            active.append(keys.pair_time(account_id, assignment.task_id, assignment.project_id, assignment.id))
    in_part = {key for key, count in closed.items() if count != keys.SHARDS}
    return in_part | (closed.keys() & set(map(place, active)))


def _plain(found: Rows) -> Rows:
    return {
        key: _numbers({name: value for name, value in item.items() if name != "changed"})
        for key, item in summed(found).items()
        if item.keys() != {"pk", "sk"} and not _is_beside(key) and not _counts_nothing(key, item)
    }


def _is_beside(key: tuple[str, str]) -> bool:
    """Sequences lose numbers by right, operations and imports leave theirs; users and the like are another matter."""
    pk, sk = key
    history = pk.endswith("#TOTALS") and sk in ("OPERATION", "IMPORT", "ROLE_CHANGES")
    of_import = pk == keys.OPEN_IMPORTS or "#IMPORT" in pk
    return history or of_import or "SEQUENCE" in pk or sk in _BESIDE or pk.endswith(_IDENTITY)


def _counts_nothing(key: tuple[str, str], item: Item) -> bool:
    """A total of nothing may be there or not."""
    counts = {name: value for name, value in item.items() if name not in ("pk", "sk", "changes")}
    return bool(counts) and all(value == {"N": "0"} for value in counts.values())


def _numbers(value: Any) -> Any:
    """The same item with each number in its shortest form."""
    if isinstance(value, dict):
        return {
            name: str(Decimal(value).normalize()) if name == "N" and isinstance(value, str) else _numbers(value)
            for name, value in value.items()
        }
    return [_numbers(item) for item in value] if isinstance(value, list) else value
