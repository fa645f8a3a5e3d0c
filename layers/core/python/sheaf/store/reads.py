"""store: strongly consistent reads of one item, of many, and of a stretch of a partition; tombstones are left out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sheaf import settings
from sheaf.aws.dynamodb import dynamodb
from sheaf.domain.errors import BusyError
from sheaf.store.items import Item
from sheaf.store.keys import Key, key_pair
from sheaf.store.transactions import attempts

_NONE = {"N": "0"}
_BATCH = 100  # BatchGetItem takes no more keys


def item(key: Key) -> Item | None:
    """One item, or None."""
    found: Item | None = dynamodb().get_item(TableName=settings.table_name(), Key=key, ConsistentRead=True).get("Item")
    return None if found is None or _is_tombstone(found) else found


def counts(key: Key, *attributes: str) -> list[int]:
    """Numbers that an item counts, or all its shards together; 0 where nothing has counted yet."""
    pk, sk = key_pair(key)
    found = list(items_in(KeyRange(pk, sk, f"{sk}#~")))
    return [sum(int(item.get(name, _NONE)["N"]) for item in found) for name in attributes]


def items(keys: Sequence[Key]) -> dict[tuple[str, str], Item]:
    """Many items by (pk, sk), 100 a call; the missing ones are left out.

    Raises:
        BusyError: the table kept leaving keys unprocessed (throttling).
    """
    found: dict[tuple[str, str], Item] = {}
    for start in range(0, len(keys), _BATCH):
        for item in _batch(keys[start : start + _BATCH]):
            if not _is_tombstone(item):
                found[key_pair(item)] = item
    return found


def ordered(key_pairs: Sequence[tuple[str, str]], batch_size: int) -> Iterator[Item]:
    """The items at these (pk, sk), in their order and without the missing ones, read `at_once` at a time."""
    for start in range(0, len(key_pairs), batch_size):
        part = key_pairs[start : start + batch_size]
        found = items([{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in part])
        yield from (found[key_pair] for key_pair in part if key_pair in found)


@dataclass(frozen=True, slots=True)
class KeyRange:
    """A part of a partition (or of one of its local indexes) between two sort keys, both included."""

    pk: str
    low: str
    high: str
    newest_first: bool = True
    index: str | None = None
    sort_attribute: str = "sk"


def items_in(wanted: KeyRange, page_size: int | None = None, attributes: str = "") -> Iterator[Item]:
    """The items of a stretch in order, for as long as they are asked for; `at_once` bounds what one read fetches.

    `attributes` is a projection expression, empty for all that the table (or the index) holds. Whether more follow is
    never read from LastEvaluatedKey, which is also sent when nothing follows: ask for one item more.
    """
    query = _query(wanted, attributes)
    if page_size is not None:
        query["Limit"] = page_size
    while True:
        answer = dynamodb().query(**query)
        yield from (item for item in answer["Items"] if not _is_tombstone(item))
        if "LastEvaluatedKey" not in answer:
            return
        query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _is_tombstone(item: Item) -> bool:
    """Whether an item only tells the stream that its record was deleted (see `stamps`)."""
    return "deleted_at" in item


def _query(wanted: KeyRange, attributes: str) -> dict[str, Any]:
    query: dict[str, Any] = {
        "TableName": settings.table_name(),
        "KeyConditionExpression": "pk = :pk AND #sort BETWEEN :low AND :high",
        "ExpressionAttributeNames": {"#sort": wanted.sort_attribute},
        "ExpressionAttributeValues": {
            ":pk": {"S": wanted.pk},
            ":low": {"S": wanted.low},
            ":high": {"S": wanted.high},
        },
        "ScanIndexForward": not wanted.newest_first,
        "ConsistentRead": True,
    }
    if wanted.index:
        query["IndexName"] = wanted.index
    if attributes:
        query["ProjectionExpression"] = attributes
    return query


def _batch(keys: Sequence[Key]) -> Iterator[Item]:
    table = settings.table_name()
    wanted = {table: {"Keys": list(keys), "ConsistentRead": True}}
    for _ in attempts():
        answer = dynamodb().batch_get_item(RequestItems=wanted)
        yield from answer["Responses"].get(table, [])
        wanted = answer.get("UnprocessedKeys") or {}
        if not wanted:
            return
    raise BusyError("The table is busy; please try again")
