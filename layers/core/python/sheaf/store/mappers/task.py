"""store: tasks: their items, lists, counters and claims."""

from collections.abc import Sequence

from sheaf.domain.identity import AccountId
from sheaf.domain.task import Task
from sheaf.domain.values import fold_name
from sheaf.store import keys
from sheaf.store.codec import Codec
from sheaf.store.records import RecordMapper


def _lists(account_id: AccountId, task: Task) -> Sequence[str]:
    """The default tasks of new projects stand in a list of their own, so that making a project reads no others."""
    return [keys.default_tasks(account_id)] if task.is_default and task.is_active else []


TASK = RecordMapper("TASK", Codec(Task, sparse={"import_id"}), lists=_lists, claim=lambda task: fold_name(task.name))
