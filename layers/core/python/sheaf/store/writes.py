"""store: conditional writes, alone or many as one, and what a failed condition means to the caller."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from botocore.exceptions import ClientError

from sheaf import backoff, settings
from sheaf.aws.dynamodb import dynamodb
from sheaf.domain.errors import BusyError
from sheaf.store.items import Item
from sheaf.store.keys import Key

ATTEMPTS = 10
_FIRST_PAUSE = 0.02  # seconds; about one transaction's time
_LONGEST_PAUSE = 0.4

_ABSENT = "attribute_not_exists(pk)"
_TURNS = "Delete", "Put", "Update", "ConditionCheck"  # what is done to one item at once, as if in this order

_CONFLICTS = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})


class StaleError(Exception):
    """What was read has been changed meanwhile: read again and decide again (`retried` does)."""


@dataclass(frozen=True, slots=True)
class Write:
    """One write of one item, with the error to raise when its condition does not hold.

    `amounts` says of a write that only counts what it adds to which attribute (see `at_once`).
    """

    action: Literal["Put", "Update", "Delete", "ConditionCheck"]
    parameters: dict[str, Any]
    refusal: Exception
    amounts: Mapping[str, int] = field(default_factory=dict)

    @property
    def key_pair(self) -> tuple[str, str]:
        """Which item is written: (pk, sk)."""
        key = self.parameters.get("Key") or self.parameters["Item"]
        return key["pk"]["S"], key["sk"]["S"]

    @property
    def condition(self) -> str:
        """The expression that must hold; empty where it is written whatever there is."""
        expression: str = self.parameters.get("ConditionExpression", "")
        return expression

    @property
    def is_new(self) -> bool:
        """Whether it writes an item that must not be there yet."""
        return self.action == "Put" and self.condition == _ABSENT


def put_new(item: Item, refusal: Exception) -> Write:
    """Write an item that must not be there yet."""
    return _put(item, {"ConditionExpression": _ABSENT}, refusal)


def put_changed(item: Item, previous_version: int) -> Write:
    """Replace an item that must still have the version that was read; `StaleError` otherwise."""
    condition = {
        "ConditionExpression": "version = :version",
        "ExpressionAttributeValues": {":version": {"N": str(previous_version)}},
    }
    return _put(item, condition, StaleError())


def delete_if(key: Key, condition: str, values: Item, refusal: Exception) -> Write:
    """Delete an item while `condition` (an expression over `values`) holds."""
    parameters = {"Key": key, "ConditionExpression": condition}
    if values:
        parameters["ExpressionAttributeValues"] = values
    return Write("Delete", parameters, refusal)


def update(key: Key, expression: str, values: Item, condition: str = "", refusal: Exception | None = None) -> Write:
    """Change an item's attributes by an update expression, while `condition` holds (always, where it is empty)."""
    parameters = {"Key": key, "UpdateExpression": expression, "ExpressionAttributeValues": values}
    if condition:
        parameters["ConditionExpression"] = condition
    return Write("Update", parameters, refusal or StaleError())


def count(key: Key, amounts: Mapping[str, int], condition: str = "", refusal: Exception | None = None) -> Write:
    """Add these amounts to numbers that an item counts, while `condition` holds."""
    expression = "ADD " + ", ".join(f"{name} :{name}" for name in amounts)
    values: Item = {f":{name}": {"N": str(amount)} for name, amount in amounts.items()}
    return replace(update(key, expression, values, condition, refusal), amounts=amounts)


def with_condition(write: Write, condition: str, values: Item, refusal: Exception) -> Write:
    """The same write under one condition more; `refusal` is then what a failed condition means."""
    given = write.parameters.get("ConditionExpression")
    parameters = {
        **write.parameters,
        "ConditionExpression": f"({given}) AND {condition}" if given else condition,
        "ExpressionAttributeValues": {**write.parameters.get("ExpressionAttributeValues", {}), **values},
    }
    return Write(write.action, parameters, refusal)


def merged(writes: Sequence[Write]) -> list[Write]:
    """Writes of many records made fit for one transaction, which takes each item once; all are refused as StaleError.

    What is counted on one item adds up, also where the item is new; a claim that one record frees another may take.

    Raises:
        ValueError: two of the writes exclude each other.
    """
    joined: dict[tuple[str, str], Write] = {}
    for write in sorted(writes, key=lambda write: _TURNS.index(write.action)):
        earlier = joined.get(write.key_pair)
        joined[write.key_pair] = replace(
            write if earlier is None else _merged_pair(earlier, write), refusal=StaleError()
        )
    return list(joined.values())


def commit(writes: Sequence[Write]) -> None:
    """Carry out all the writes or none of them: one plain write where there is one, a transaction where there are more.

    Raises:
        the `refusal` of the first write whose condition does not hold: nothing was written.
        BusyError: other transactions kept getting in the way: nothing was written.
    """
    token = secrets.token_hex(16)  # however often it is sent, it is one transaction to DynamoDB
    for attempt in range(ATTEMPTS):
        try:
            _commit_once(writes, token)
            return
        except _ConflictError:
            if attempt + 1 < ATTEMPTS:
                pause(attempt)
    raise BusyError("Too many changes to the same records at once; nothing was changed, please try again")


def retried[Result](decide: Callable[[], Result]) -> Result:
    """Read, decide and write again for as long as others change what was read in between.

    Raises:
        BusyError: that happened ten times in a row.
    """
    for attempt in range(ATTEMPTS):
        try:
            return decide()
        except StaleError:
            pause(attempt)
    raise BusyError("Too many changes to the same record at once; nothing was changed, please try again")


def pause(attempt: int) -> None:
    """Wait before the next attempt at a transaction."""
    backoff.pause(attempt, first=_FIRST_PAUSE, longest=_LONGEST_PAUSE)


class _ConflictError(Exception):
    """The items were part of another transaction that was under way; DynamoDB's SDK leaves the retry to us."""


def _merged_pair(first: Write, second: Write) -> Write:
    condition = {
        name: value for name, value in first.parameters.items() if name.startswith(("Condition", "Expression"))
    }
    match first.action, second.action:
        case "Delete", "Put" if second.is_new:
            return _put(second.parameters["Item"], condition, second.refusal)
        case "Put", "Update" if first.is_new and second.amounts:
            item = first.parameters["Item"]
            counted = {name: {"N": str(int(item[name]["N"]) + step)} for name, step in second.amounts.items()}
            return _put({**item, **counted}, condition, first.refusal)
        case "Update", "Update" if first.amounts and second.amounts and first.condition == second.condition:
            names = [*first.amounts, *(name for name in second.amounts if name not in first.amounts)]
            amounts = {name: first.amounts.get(name, 0) + second.amounts.get(name, 0) for name in names}
            return count(first.parameters["Key"], amounts, first.condition, first.refusal)
    raise ValueError(f"{first.action} and {second.action} of one item exclude each other: {first.key_pair}")


def _put(item: Item, condition: dict[str, Any], refusal: Exception) -> Write:
    return Write("Put", {"Item": item, **condition}, refusal)


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
            raise _ConflictError from error
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
