"""store: every key string of the table, spelled once. docs/data-model.md explains who reads and writes them."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

from sheaf.domain.identity import AccountId
from sheaf.domain.record import Kind
from sheaf.domain.values import Day, Id, Timestamp

type Key = dict[str, dict[str, str]]
"""A primary key in DynamoDB's JSON: `{"pk": {"S": ...}, "sk": {"S": ...}}`."""

Guarded = Literal["TASK", "PROJECT", "CLIENT", "USER", "USER_ASSIGNMENT"]

ID_WIDTH = 16
BY_STATE = "by_state"
BY_UPDATE = "by_update"
TIME_SHARDS = 20
PAGE = 1000  # items that are read at once where no page says how many
OPEN_OPERATIONS = "OPERATIONS"
OPEN_IMPORTS = "IMPORTS"
OPEN_UNDOS = "IMPORT_UNDOS"
IMPORT_SHARDS = 32  # more than an import has workers
CHANGES_IN_PARTITION = 1000  # a partition takes few blocks, so that no account's feed is limited by one
IMPORT_FAILURES = "FAILED#"
SHARDS = 20  # items over which a count is spread that many add to at the same moment; as many as an import has workers


def key_pair(item: Mapping[str, Mapping[str, Any]]) -> tuple[str, str]:
    """The primary key of an item, or a key itself, as something that can be compared and looked up."""
    return item["pk"]["S"], item["sk"]["S"]


def sortable(number: int) -> str:
    """An id as text that sorts like the number; 16 digits hold everything below 2^53."""
    return f"{number:0{ID_WIDTH}d}"


def records(account_id: AccountId, kind: Kind) -> str:
    """The partition in which all records of one kind of one account lie, in the order of their ids."""
    return f"ACCOUNT#{account_id}#{kind}"


def default_tasks(account_id: AccountId) -> str:
    """The partition of the active tasks that new projects get by themselves."""
    return f"ACCOUNT#{account_id}#DEFAULT_TASK"


def record(account_id: AccountId, kind: Kind, record_id: Id) -> Key:
    """One record by its id."""
    return _key(records(account_id, kind), sortable(record_id))


def state_prefix(is_active: bool) -> str:
    """What the sort keys of the local index `by_state` begin with: it holds one list for each state."""
    return "active#" if is_active else "archived#"


def update_position(updated_at: Timestamp, record_id: Id) -> str:
    """The sort key of the local index `by_update`."""
    return f"{updated_at}#{sortable(record_id)}"


def totals(account_id: AccountId, kind: Kind) -> Key:
    """How many records of a kind the account has, counted along with every change; spread over shards."""
    return _key(f"ACCOUNT#{account_id}#TOTALS", kind)


def shard(key: Key, number: int) -> Key:
    """One of the `SHARDS` items over which the count at this key is spread; they stand beside one another."""
    return _key(key["pk"]["S"], f"{key['sk']['S']}#{number:02}")


def sequence(account_id: AccountId, kind: Kind) -> Key:
    """The last id that was given out for a kind."""
    return _key(f"ACCOUNT#{account_id}#SEQUENCE", kind)


def deleted_tasks(account_id: AccountId) -> str:
    """The partition of the deleted tasks that can be restored."""
    return f"ACCOUNT#{account_id}#DELETED_TASK"


def deleted_task(account_id: AccountId, task_id: Id) -> Key:
    """A deleted task as it was."""
    return _key(deleted_tasks(account_id), sortable(task_id))


def deleted_assignments(account_id: AccountId, task_id: Id) -> str:
    """The partition of the assignments that were deleted with their task."""
    return f"ACCOUNT#{account_id}#DELETED_TASK#{task_id}"


def deleted_assignment(account_id: AccountId, task_id: Id, assignment_id: Id) -> Key:
    """An assignment that was deleted with its task, as it was."""
    return _key(deleted_assignments(account_id, task_id), sortable(assignment_id))


def children(account_id: AccountId, parent: Guarded, parent_id: Id, kind: Kind) -> str:
    """The partition of the records that belong to one other record, such as the assignments of a project."""
    return f"ACCOUNT#{account_id}#{parent}#{parent_id}#{kind}"


def child(account_id: AccountId, parent: Guarded, parent_id: Id, kind: Kind, record_id: Id) -> Key:
    """One record by its id in the list of the record that it belongs to."""
    return _key(children(account_id, parent, parent_id, kind), sortable(record_id))


def name(account_id: AccountId, kind: Kind, folded: str) -> Key:
    """The claim on a name. Hashed, because 255 characters can take more bytes than a key may have (1,024)."""
    return _key(f"ACCOUNT#{account_id}#{kind}_NAME#{_digest(folded)}", f"{kind}_NAME")


def guard(account_id: AccountId, kind: Guarded, record_id: Id) -> Key:
    """What depends on a record, counted apart from it so that logging time never rewrites what lists show."""
    return _key(f"ACCOUNT#{account_id}#{kind}_GUARD#{record_id}", "GUARD")


def guard_time(account_id: AccountId, kind: Guarded, record_id: Id) -> Key:
    """The time that is logged on a record, counted beside its guard; spread over shards."""
    return _key(guard(account_id, kind, record_id)["pk"]["S"], "TIME")


def pairs(account_id: AccountId, task_id: Id) -> str:
    """The partition of a task's pairs, by project: one for each assignment, so that no project has a task twice."""
    return f"ACCOUNT#{account_id}#TASK#{task_id}#PAIR"


def pair(account_id: AccountId, task_id: Id, project_id: Id) -> Key:
    """The guard of one assignment, found by its task and its project."""
    return _key(pairs(account_id, task_id), sortable(project_id))


def pair_time(account_id: AccountId, task_id: Id, project_id: Id, assignment_id: Id) -> Key:
    """The time that is logged on an assignment, counted beside its guard; spread over shards.

    By the assignment's own id too: what stays closed of one that is gone says nothing of the next one of that pair.
    """
    return _key(pairs(account_id, task_id), f"{sortable(project_id)}#{sortable(assignment_id)}")


def user_pairs(account_id: AccountId, user_id: Id) -> str:
    """The partition of a user's assignments, by project: one for each, so that no project has a user twice."""
    return f"ACCOUNT#{account_id}#USER#{user_id}#PROJECT"


def user_pair(account_id: AccountId, user_id: Id, project_id: Id) -> Key:
    """The assignment of a user to a project, found by the two."""
    return _key(user_pairs(account_id, user_id), sortable(project_id))


def user_assignment_count(account_id: AccountId, kind: Guarded, record_id: Id) -> Key:
    """How many user assignments a project or a user has, by state."""
    return _key(guard(account_id, kind, record_id)["pk"]["S"], "USER_ASSIGNMENTS")


def time_entry(account_id: AccountId, entry_id: Id) -> Key:
    """A time entry by its id, in one of `TIME_SHARDS` partitions: an import is not to wait for one."""
    return _key(time_shard(account_id, entry_id % TIME_SHARDS), sortable(entry_id))


def time_shard(account_id: AccountId, shard: int) -> str:
    """One of the partitions that hold an account's time entries by id."""
    return f"ACCOUNT#{account_id}#TIME_ENTRY#{shard}"


def time_position(day: Day, entry_id: Id) -> str:
    """The sort key of a time entry in every list that runs by date."""
    return f"{day}#{sortable(entry_id)}"


def time_month(account_id: AccountId, month: str) -> str:
    """The partition of all time entries of an account in one month, `2026-11`."""
    return f"ACCOUNT#{account_id}#MONTH#{month}"


def month_totals(account_id: AccountId) -> str:
    """The partition that says in which months there is time, and how many entries."""
    return f"ACCOUNT#{account_id}#MONTH_TOTALS"


def month_total(account_id: AccountId, month: str) -> Key:
    """How many entries a month has; spread over shards."""
    return _key(month_totals(account_id), month)


def ended_operation(account_id: AccountId, operation_id: Id) -> Key:
    """An operation that has ended."""
    return _key(f"ACCOUNT#{account_id}#ENDED_OPERATION", sortable(operation_id))


def open_operation(account_id: AccountId, operation_id: Id) -> Key:
    """The sign by which the repair finds an operation that many transactions carry out, whatever its account."""
    return _key(OPEN_OPERATIONS, f"{account_id}#{sortable(operation_id)}")


def merge_notes(account_id: AccountId, operation_id: Id) -> str:
    """The partition that says in which projects time of a merged task has to be written anew."""
    return f"ACCOUNT#{account_id}#MERGE#{operation_id}"


def merge_note(account_id: AccountId, operation_id: Id, project_id: Id) -> Key:
    """How far that has come in one project."""
    return _key(merge_notes(account_id, operation_id), sortable(project_id))


def open_import(account_id: AccountId, import_id: Id) -> Key:
    """The sign by which the watchdog finds an import that has not been brought to its end, whatever its account."""
    return _key(OPEN_IMPORTS, f"{account_id}#{sortable(import_id)}")


def open_undo(account_id: AccountId, import_id: Id) -> Key:
    """The sign by which the watchdog finds an import that is being undone, whatever its account."""
    return _key(OPEN_UNDOS, f"{account_id}#{sortable(import_id)}")


def import_file(account_id: AccountId, version: str) -> Key:
    """The claim of an import on one version of an object of the bucket; `version` names both."""
    return _key(f"ACCOUNT#{account_id}#IMPORT_FILE#{_digest(version)}", "IMPORT_FILE")


def import_shard(account_id: AccountId, import_id: Id, shard: int) -> str:
    """One of the `IMPORT_SHARDS` partitions with the progress of an import: its workers are not to wait for one."""
    return f"ACCOUNT#{account_id}#IMPORT#{import_id}#{shard}"


def import_counts(account_id: AccountId, import_id: Id, shard: int) -> Key:
    """What came of the rows in all batches of a shard."""
    return _key(import_shard(account_id, import_id, shard), "COUNTS")


def import_batch(account_id: AccountId, import_id: Id, number: int) -> Key:
    """How far a batch has come."""
    return _key(import_shard(account_id, import_id, number % IMPORT_SHARDS), f"BATCH#{sortable(number)}")


def import_failures(account_id: AccountId, import_id: Id, number: int, rows_done: int) -> Key:
    """The rows that one step of a batch refused, told apart from its other steps by the rows done before it."""
    failures = f"{IMPORT_FAILURES}{sortable(number)}#{sortable(rows_done)}"
    return _key(import_shard(account_id, import_id, number % IMPORT_SHARDS), failures)


def import_created(account_id: AccountId, import_id: Id, kind: Kind, number: int, name: str) -> Key:
    """The ids of the records of a kind that one transaction of an import has created, in the shard of `number`.

    `name` says which transaction.
    """
    return _key(import_shard(account_id, import_id, number % IMPORT_SHARDS), f"CREATED#{kind}#{name}")


def undo_left(account_id: AccountId, import_id: Id, undo: int, step: int) -> Key:
    """What a step of an import's undo has left, and why."""
    return _key(import_shard(account_id, import_id, step % IMPORT_SHARDS), f"LEFT#{sortable(undo)}#{sortable(step)}")


def undo_tally(account_id: AccountId, import_id: Id, undo: int, kind: Kind, record_id: Id) -> Key:
    """How much of what refers to a record an undo would remove, counted by a dry run."""
    shard = import_shard(account_id, import_id, record_id % IMPORT_SHARDS)
    return _key(shard, f"TALLY#{sortable(undo)}#{kind}#{sortable(record_id)}")


def account(account_id: AccountId) -> Key:
    """An account's own record."""
    return _key(f"ACCOUNT#{account_id}", "ACCOUNT")


def account_sequence() -> Key:
    """The last account number that was given out in this deployment."""
    return _key("SEQUENCE", "ACCOUNT")


def timers(account_id: AccountId) -> str:
    """The partition of an account's running timers: one for each user who has one."""
    return f"ACCOUNT#{account_id}#TIMER"


def timer(account_id: AccountId, user_id: Id) -> Key:
    """Which entry a user's timer runs on."""
    return _key(timers(account_id), sortable(user_id))


def user_email(account_id: AccountId, folded: str) -> Key:
    """The claim on an email address within an account."""
    return _key(f"ACCOUNT#{account_id}#USER_EMAIL#{_digest(folded)}", "USER_EMAIL")


def administrators(account_id: AccountId) -> Key:
    """How many active administrators the account has; never none."""
    return _key(f"ACCOUNT#{account_id}#TOTALS", "ADMINISTRATORS")


def future_users(account_id: AccountId) -> str:
    """The partition that names the active users who get every new project."""
    return f"ACCOUNT#{account_id}#FUTURE_USER"


def future_user(account_id: AccountId, user_id: Id) -> Key:
    """That a user gets every new project."""
    return _key(future_users(account_id), sortable(user_id))


def role_changes(account_id: AccountId) -> Key:
    """How often the account's business roles were changed, and users removed."""
    return _key(f"ACCOUNT#{account_id}#TOTALS", "ROLE_CHANGES")


def person_name(account_id: AccountId, folded: str) -> Key:
    """The claim on the name of a person whom an import made, so that two of its workers make one and the same."""
    return _key(f"ACCOUNT#{account_id}#PERSON_NAME#{_digest(folded)}", "PERSON_NAME")


def import_lease(account_id: AccountId, user_id: Id, month: str, project_id: Id) -> Key:
    """Whose turn it is among the imports that write a user's month (`2026-11`) on a project."""
    return _key(f"ACCOUNT#{account_id}#USER#{user_id}#IMPORT_TURN", f"{month}#{sortable(project_id)}")


def change_head(account_id: AccountId) -> Key:
    """How many changes the account's feed has."""
    return _key(f"ACCOUNT#{account_id}#CHANGES", "HEAD")


def change_turn(account_id: AccountId) -> Key:
    """Whose turn it is to append to the account's feed."""
    return _key(f"ACCOUNT#{account_id}#CHANGES", "TURN")


def changes(account_id: AccountId, sequence: int) -> str:
    """The partition of the blocks of changes among which the one with this number stands."""
    return f"ACCOUNT#{account_id}#CHANGES#{(sequence - 1) // CHANGES_IN_PARTITION}"


def change_block(account_id: AccountId, last: int) -> Key:
    """The block of changes that ends with this number."""
    return _key(changes(account_id, last), sortable(last))


def record_changes(account_id: AccountId, kind: Kind, record_id: Id) -> str:
    """The partition that says where the changes of one record stand."""
    return f"ACCOUNT#{account_id}#CHANGES_OF#{kind}#{record_id}"


def record_change(account_id: AccountId, kind: Kind, record_id: Id, position: str) -> Key:
    """Where it is noted which number in the feed a change of a record has."""
    return _key(record_changes(account_id, kind, record_id), position)


def webhook_secret(account_id: AccountId, webhook_id: Id) -> Key:
    """The secret of a webhook, encrypted, and when something was delivered to it last."""
    return _key(f"ACCOUNT#{account_id}#WEBHOOK_SECRET#{webhook_id}", "WEBHOOK_SECRET")


def webhook_count(account_id: AccountId) -> Key:
    """How many webhooks the account has."""
    return _key(f"ACCOUNT#{account_id}#TOTALS", "WEBHOOKS")


def webhook_deliveries(account_id: AccountId, webhook_id: Id) -> str:
    """The partition that says what came of the changes that were sent to a webhook."""
    return f"ACCOUNT#{account_id}#WEBHOOK_DELIVERY#{webhook_id}"


def webhook_delivery(account_id: AccountId, webhook_id: Id, sequence: int) -> Key:
    """What came of sending one change to a webhook."""
    return _key(webhook_deliveries(account_id, webhook_id), sortable(sequence))


def record_of(pk: str) -> tuple[AccountId, str] | None:
    """The account and the kind of the records whose own items lie in a partition; None for any other partition."""
    match pk.split("#"):
        case ["ACCOUNT", account_id, kind] | ["ACCOUNT", account_id, "TIME_ENTRY" as kind, _]:
            return AccountId(int(account_id)), kind
    return None


def answer(account_id: AccountId, user_id: Id, idempotency_key: str) -> Key:
    """What was answered to a request of a user that had a key."""
    return _key(f"ACCOUNT#{account_id}#ANSWER#{user_id}#{_digest(idempotency_key)}", "ANSWER")


def token(digest: str) -> Key:
    """A token by its SHA-256, the only way in from outside; it says which account and user to read."""
    return _key(f"TOKEN#{digest}", "TOKEN")


def _key(pk: str, sk: str) -> Key:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


@lru_cache(4096)  # the rows of an import name few things, and often
def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
