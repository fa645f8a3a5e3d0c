"""store: tasks as items."""

from collections.abc import Sequence

from sheaf.domain.identity import AccountId
from sheaf.domain.task import Task
from sheaf.domain.values import Timestamp, fold_name
from sheaf.store import keys
from sheaf.store.items import flag, number, read_decimal, read_id, text
from sheaf.store.records import RecordMapper
from sheaf.store.writes import Item


def _to_item(task: Task) -> Item:
    return {
        "id": number(task.id),
        "name": text(task.name),
        "billable_by_default": flag(task.billable_by_default),
        "default_hourly_rate": number(task.default_hourly_rate),
        "is_default": flag(task.is_default),
        "is_active": flag(task.is_active),
        "created_at": text(task.created_at),
        "updated_at": text(task.updated_at),
        "version": number(task.version),
    }


def _from_item(item: Item) -> Task:
    return Task(
        id=read_id(item["id"]),
        name=item["name"]["S"],
        billable_by_default=item["billable_by_default"]["BOOL"],
        default_hourly_rate=read_decimal(item["default_hourly_rate"]),
        is_default=item["is_default"]["BOOL"],
        is_active=item["is_active"]["BOOL"],
        created_at=Timestamp(item["created_at"]["S"]),
        updated_at=Timestamp(item["updated_at"]["S"]),
        version=int(item["version"]["N"]),
    )


def _lists(account_id: AccountId, task: Task) -> Sequence[str]:
    """The default tasks of new projects stand in a list of their own, so that making a project reads no others."""
    return [keys.default_tasks(account_id)] if task.is_default and task.is_active else []


TASK = RecordMapper("TASK", _to_item, _from_item, lists=_lists, claim=lambda task: fold_name(task.name))
