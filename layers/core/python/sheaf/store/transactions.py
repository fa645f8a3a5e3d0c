"""store: transactions: conditional writes carried out as one, and what a failed condition means to the caller."""

import random
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from botocore.exceptions import ClientError

from sheaf import backoff, settings
from sheaf.aws.dynamodb import dynamodb
from sheaf.domain.errors import BusyError
from sheaf.store import keys
from sheaf.store.keys import key_pair

_FIRST_PAUSE = 0.02  # seconds; about one transaction's time
_LONGEST_PAUSE = 0.4

_CONFLICTS = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})

ABSENT = "attribute_not_exists(pk)"
"""The condition of a write of an item that must not be there yet."""

NO_RECORD = "attribute_not_exists(version)"
"""The same of a record's item, in the place of which there may be a tombstone (see `stamps`)."""


class StaleError(Exception):
    """What was read has been changed meanwhile: read again and decide again (`retried` does)."""


@dataclass(frozen=True, slots=True)
class Write:
    """One write of one item, with the error to raise when its condition does not hold.

    `amounts` says of a write that only counts what it adds to which attribute (see `merging`). `is_spread` says that it
    counts at a key whose count is spread over shards: `commit` chooses one, and another after a conflict.
    """

    action: Literal["Put", "Update", "Delete", "ConditionCheck"]
    parameters: dict[str, Any]
    refusal: Exception
    amounts: Mapping[str, int] = field(default_factory=dict)
    is_spread: bool = False

    @property
    def key_pair(self) -> tuple[str, str]:
        """Which item is written: (pk, sk)."""
        return key_pair(self.parameters.get("Key") or self.parameters["Item"])

    @property
    def condition(self) -> str:
        """The expression that must hold; empty where it is written whatever there is."""
        expression: str = self.parameters.get("ConditionExpression", "")
        return expression

    @property
    def is_new(self) -> bool:
        """Whether it writes an item that must not be there yet."""
        return self.action == "Put" and self.condition in (ABSENT, NO_RECORD)

    def on_shard(self, number: int) -> "Write":
        """The write as it is sent: of one shard, where it counts on any."""
        if not self.is_spread:
            return self
        key = keys.shard(self.parameters["Key"], number)
        return Write(self.action, {**self.parameters, "Key": key}, self.refusal, self.amounts)


def commit(writes: Sequence[Write], *, shard: int | None = None) -> None:
    """Carry out all the writes or none of them: one plain write where there is one, a transaction where there are more.

    Counts that are spread go to one `shard` of each, or to any: callers who take different ones do not meet. After a
    conflict it is another one.

    Raises:
        the `refusal` of the first write whose condition does not hold: nothing was written.
        BusyError: other transactions kept getting in the way: nothing was written.
    """
    is_spread = any(write.is_spread for write in writes)
    token = secrets.token_hex(16)  # however often it is sent, it is one transaction to DynamoDB
    chosen = random.randrange(keys.SHARDS) if shard is None else shard % keys.SHARDS  # noqa: S311 - no secret
    for attempt in attempts():
        try:
            _commit_once([write.on_shard(chosen) for write in writes], token)
            return
        except _ConflictError as conflict:
            if attempt % 4 == 3 and is_spread and conflict.is_cancelled:
                chosen = random.randrange(keys.SHARDS)  # noqa: S311 - no secret
                token = secrets.token_hex(16)  # what was cancelled cannot be carried out any more
    raise BusyError("Too many changes to the same records at once; nothing was changed, please try again")


def retried[Result](decide: Callable[[], Result]) -> Result:
    """Read, decide and write again for as long as others change what was read in between.

    Raises:
        BusyError: that went on for as long as a caller waits (`backoff.SECONDS`).
    """
    for _ in attempts():
        with suppress(StaleError):
            return decide()
    raise BusyError("Too many changes to the same record at once; nothing was changed, please try again")


def accept(_record: object) -> None:
    """The check of a record about to be changed that lets all pass."""


def attempts(seconds: float | None = None) -> Iterator[int]:
    """The attempts at one piece of work on the table, with pauses between them, for as long as a caller waits."""
    return backoff.attempts(first=_FIRST_PAUSE, longest=_LONGEST_PAUSE, seconds=seconds)


def pause(attempt: int) -> None:
    """Wait before the next attempt at a transaction."""
    backoff.pause(attempt, first=_FIRST_PAUSE, longest=_LONGEST_PAUSE)


class _ConflictError(Exception):
    """The items were part of another transaction that was under way; DynamoDB's SDK leaves the retry to us.

    `is_cancelled` False: that other transaction may be this very one, sent before, whose answer did not come.
    """

    def __init__(self, *, is_cancelled: bool) -> None:
        super().__init__()
        self.is_cancelled = is_cancelled


def _commit_once(writes: Sequence[Write], token: str) -> None:
    table = settings.table_name()
    try:
        if len(writes) == 1:
            _write_alone(table, writes[0])
        else:
            actions = [{write.action: {"TableName": table, **write.parameters}} for write in writes]
            dynamodb().transact_write_items(TransactItems=actions, ClientRequestToken=token)
    except ClientError as error:
        codes = _failure_codes(error)
        for write, code in zip(writes, codes, strict=False):
            if code == "ConditionalCheckFailed":
                raise write.refusal from error
        if _CONFLICTS.intersection(codes):
            is_cancelled = error.response["Error"]["Code"] != "TransactionInProgressException"
            raise _ConflictError(is_cancelled=is_cancelled) from error
        raise


def _write_alone(table: str, write: Write) -> None:
    call = {
        "Put": dynamodb().put_item,
        "Update": dynamodb().update_item,
        "Delete": dynamodb().delete_item,
    }[write.action]
    call(TableName=table, **write.parameters)


def _failure_codes(error: ClientError) -> list[str]:
    """Why each write failed, in their order, in the words of a cancelled transaction."""
    match error.response["Error"]["Code"]:
        case "TransactionCanceledException":
            return [reason.get("Code", "None") for reason in error.response.get("CancellationReasons", [])]
        case "ConditionalCheckFailedException":
            return ["ConditionalCheckFailed"]
        case "TransactionConflictException" | "TransactionInProgressException":
            return ["TransactionConflict"]
        case _:
            return []
