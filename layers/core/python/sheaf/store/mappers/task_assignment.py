"""store: task assignments: their items, lists, counters and claims."""

from collections.abc import Sequence

from sheaf.domain.errors import NotFoundError
from sheaf.domain.identity import AccountId
from sheaf.domain.task_assignment import TaskAssignment
from sheaf.store import keys
from sheaf.store.codec import Codec
from sheaf.store.records import Counter, RecordMapper, task_guard


def _lists(account_id: AccountId, assignment: TaskAssignment) -> Sequence[str]:
    return [keys.children(account_id, "PROJECT", assignment.project_id, "TASK_ASSIGNMENT")]


def _counters(account_id: AccountId, assignment: TaskAssignment) -> Sequence[Counter]:
    return [
        Counter(keys.guard(account_id, "PROJECT", assignment.project_id), NotFoundError()),
        task_guard(account_id, assignment.task_id),
    ]


TASK_ASSIGNMENT = RecordMapper(
    "TASK_ASSIGNMENT", Codec(TaskAssignment, sparse={"import_id"}), lists=_lists, counters=_counters
)
