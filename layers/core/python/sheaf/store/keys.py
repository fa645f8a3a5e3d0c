"""store: every key string of the table, spelled once. docs/data-model.md explains who reads and writes them."""

import hashlib
from typing import Literal

from sheaf.domain.identity import AccountId
from sheaf.domain.values import Id, Timestamp

type Key = dict[str, dict[str, str]]
"""A primary key in DynamoDB's JSON: `{"pk": {"S": ...}, "sk": {"S": ...}}`."""

Kind = Literal["TASK", "USER", "TOKEN"]

ID_WIDTH = 16
BY_STATE = "by_state"
BY_UPDATE = "by_update"


def sortable(number: int) -> str:
    """An id as text that sorts like the number; 16 digits hold everything below 2^53."""
    return f"{number:0{ID_WIDTH}d}"


def records(account_id: AccountId, kind: Kind) -> str:
    """The partition in which all records of one kind of one account lie, in the order of their ids."""
    return f"ACCOUNT#{account_id}#{kind}"


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
    """How many records of a kind the account has, counted along with every change."""
    return _key(f"ACCOUNT#{account_id}#TOTALS", kind)


def sequence(account_id: AccountId, kind: Kind) -> Key:
    """The last id that was given out for a kind."""
    return _key(f"ACCOUNT#{account_id}#SEQUENCE", kind)


def task_name(account_id: AccountId, folded: str) -> Key:
    """The claim on a task name. Hashed, because 255 characters can take more bytes than a key may have (1,024)."""
    return _key(f"ACCOUNT#{account_id}#TASK_NAME#{_digest(folded)}", "TASK_NAME")


def task_guard(account_id: AccountId, task_id: Id) -> Key:
    """The time-entry count of a task, apart from the task itself so that logging time never touches the lists."""
    return _key(f"ACCOUNT#{account_id}#TASK_GUARD#{task_id}", "TASK_GUARD")


def account(account_id: AccountId) -> Key:
    """An account's own record."""
    return _key(f"ACCOUNT#{account_id}", "ACCOUNT")


def account_sequence() -> Key:
    """The last account number that was given out in this deployment."""
    return _key("SEQUENCE", "ACCOUNT")


def user_email(account_id: AccountId, folded: str) -> Key:
    """The claim on an email address within an account."""
    return _key(f"ACCOUNT#{account_id}#USER_EMAIL#{_digest(folded)}", "USER_EMAIL")


def token(digest: str) -> Key:
    """A token by its SHA-256, the only way in from outside; it says which account and user to read."""
    return _key(f"TOKEN#{digest}", "TOKEN")


def _key(pk: str, sk: str) -> Key:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
