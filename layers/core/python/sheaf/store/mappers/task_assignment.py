"""store: task assignments as items."""

from collections.abc import Sequence

from sheaf.domain.errors import NotFoundError
from sheaf.domain.identity import AccountId
from sheaf.domain.task_assignment import NoSuchTaskError, TaskAssignment
from sheaf.domain.values import Timestamp
from sheaf.store import keys
from sheaf.store.items import flag, number, read_decimal, read_id, text
from sheaf.store.records import Counter, RecordMapper
from sheaf.store.writes import Item


def _to_item(assignment: TaskAssignment) -> Item:
    return {
        "id": number(assignment.id),
        "project_id": number(assignment.project_id),
        "task_id": number(assignment.task_id),
        "billable": flag(assignment.billable),
        "hourly_rate": number(assignment.hourly_rate),
        "budget": number(assignment.budget),
        "is_active": flag(assignment.is_active),
        "created_at": text(assignment.created_at),
        "updated_at": text(assignment.updated_at),
        "version": number(assignment.version),
    }


def _from_item(item: Item) -> TaskAssignment:
    return TaskAssignment(
        id=read_id(item["id"]),
        project_id=read_id(item["project_id"]),
        task_id=read_id(item["task_id"]),
        billable=item["billable"]["BOOL"],
        hourly_rate=read_decimal(item["hourly_rate"]),
        budget=read_decimal(item["budget"]),
        is_active=item["is_active"]["BOOL"],
        created_at=Timestamp(item["created_at"]["S"]),
        updated_at=Timestamp(item["updated_at"]["S"]),
        version=int(item["version"]["N"]),
    )


def _lists(account_id: AccountId, assignment: TaskAssignment) -> Sequence[str]:
    return [keys.children(account_id, "PROJECT", assignment.project_id, "TASK_ASSIGNMENT")]


def _counters(account_id: AccountId, assignment: TaskAssignment) -> Sequence[Counter]:
    return [
        Counter(keys.guard(account_id, "PROJECT", assignment.project_id), NotFoundError()),
        Counter(keys.guard(account_id, "TASK", assignment.task_id), NoSuchTaskError()),
    ]


TASK_ASSIGNMENT = RecordMapper("TASK_ASSIGNMENT", _to_item, _from_item, lists=_lists, counters=_counters)
