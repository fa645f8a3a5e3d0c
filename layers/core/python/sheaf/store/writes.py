"""store: the conditional writes of one item."""

from collections.abc import Mapping
from typing import Any

from sheaf.store.items import Item
from sheaf.store.keys import Key
from sheaf.store.transactions import ABSENT, NO_RECORD, StaleError, Write

IS_RECORD = "attribute_exists(version)"
"""The condition that a record is there: a tombstone has no version (see `stamps`)."""


NOT_MERGING = "attribute_not_exists(merging)"
"""The condition that no other task is becoming part of the one whose guard this is (see `resumable.task_merge`)."""


def put(item: Item) -> Write:
    """Write an item, whatever is there."""
    return Write("Put", {"Item": item}, StaleError())


def put_new(item: Item, refusal: Exception) -> Write:
    """Write an item that must not be there yet."""
    return Write("Put", {"Item": item, "ConditionExpression": ABSENT}, refusal)


def put_new_record(item: Item) -> Write:
    """Write an item of a record that must not be there yet, or not any more; `StaleError` otherwise."""
    return Write("Put", {"Item": item, "ConditionExpression": NO_RECORD}, StaleError())


def put_if(item: Item, condition: str, values: Item, refusal: Exception) -> Write:
    """Replace an item while `condition` holds of what is there."""
    parameters = {"Item": item, "ConditionExpression": condition}
    if values:
        parameters["ExpressionAttributeValues"] = values
    return Write("Put", parameters, refusal)


def put_changed(item: Item, previous_version: int) -> Write:
    """Replace an item that must still have the version that was read; `StaleError` otherwise."""
    condition = {
        "ConditionExpression": "version = :version",
        "ExpressionAttributeValues": {":version": {"N": str(previous_version)}},
    }
    return Write("Put", {"Item": item, **condition}, StaleError())


def delete(key: Key) -> Write:
    """Delete an item, whatever is there."""
    return Write("Delete", {"Key": key}, StaleError())


def delete_if(key: Key, condition: str, values: Item, refusal: Exception) -> Write:
    """Delete an item while `condition` (an expression over `values`) holds."""
    parameters = {"Key": key, "ConditionExpression": condition}
    if values:
        parameters["ExpressionAttributeValues"] = values
    return Write("Delete", parameters, refusal)


def update(key: Key, expression: str, values: Item, condition: str = "", refusal: Exception | None = None) -> Write:
    """Change an item's attributes by an update expression, while `condition` holds (always, where it is empty)."""
    parameters: dict[str, Any] = {"Key": key, "UpdateExpression": expression}
    if values:
        parameters["ExpressionAttributeValues"] = values
    if condition:
        parameters["ConditionExpression"] = condition
    return Write("Update", parameters, refusal or StaleError())


def check(key: Key, refusal: Exception, *, is_there: bool = True) -> Write:
    """Change nothing, but only while the item is there, or is not."""
    condition = "attribute_exists(pk)" if is_there else "attribute_not_exists(pk)"
    return Write("ConditionCheck", {"Key": key, "ConditionExpression": condition}, refusal)


def check_record(key: Key, refusal: Exception) -> Write:
    """Change nothing, but only while the record whose own item this is has not been deleted."""
    return Write("ConditionCheck", {"Key": key, "ConditionExpression": IS_RECORD}, refusal)


def check_version(key: Key, version: int) -> Write:
    """Change nothing, but only while the record whose own item this is has the version that was read."""
    values: Item = {":version": {"N": str(version)}}
    condition = {"ConditionExpression": "version = :version", "ExpressionAttributeValues": values}
    return Write("ConditionCheck", {"Key": key, **condition}, StaleError())


def count(
    key: Key,
    amounts: Mapping[str, int],
    condition: str = "",
    refusal: Exception | None = None,
    *,
    is_spread: bool = False,
) -> Write:
    """Add these amounts to numbers that an item counts, while `condition` holds; `is_spread`: on any of its shards."""
    expression = "ADD " + ", ".join(f"{name} :{name}" for name in amounts)
    values: Item = {f":{name}": {"N": str(amount)} for name, amount in amounts.items()}
    write = update(key, expression, values, condition, refusal)
    return Write(write.action, write.parameters, write.refusal, amounts, is_spread)


def count_on(key: Key, name: str, step: int, known: int) -> Write:
    """Add to a number that an item counts, if it is still what was read; `StaleError` otherwise. 0 is not there yet."""
    unchanged = f"{name} = :known" if known else f"(attribute_not_exists({name}) OR {name} = :known)"
    values: Item = {":step": {"N": str(step)}, ":known": {"N": str(known)}}
    return update(key, f"ADD {name} :step", values, unchanged)


def with_condition(write: Write, condition: str, values: Item, refusal: Exception) -> Write:
    """The same write under one condition more; `refusal` is then what a failed condition means."""
    given = write.parameters.get("ConditionExpression")
    parameters = {
        **write.parameters,
        "ConditionExpression": f"({given}) AND {condition}" if given else condition,
        "ExpressionAttributeValues": {**write.parameters.get("ExpressionAttributeValues", {}), **values},
    }
    return Write(write.action, parameters, refusal)
