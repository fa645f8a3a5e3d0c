"""What DynamoDB refuses and local engines do not, by AWS's Developer Guide; the sections are named at each rule.

Time is that of the event loop. `scale` stretches it: with 10, a transaction takes 250 ms, and 1,000 write units are
what a partition takes in ten seconds. So a machine with few cores shows what many callers meet, and not how busy it is.
"""

import asyncio
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from benchmarks.capacity import item_size, read_units, write_units

type Place = tuple[str, str]
"""An item: its table, and its key as JSON."""

type Answer = tuple[int, dict[str, Any]]
"""A status and a body."""

type Forward = Callable[..., Awaitable[Answer]]
"""Hands a call to the engine: as it came, or the request that is given."""

TRANSACTION_SECONDS, WRITE_SECONDS, READ_SECONDS = (0.020, 0.030), (0.0045, 0.0075), (0.003, 0.005)
WRITE_UNITS, READ_UNITS = 1_000, 3_000  # that a partition key takes in a second ("Burst and adaptive capacity")
PAGE_BYTES, BATCH_BYTES = 1024**2, 16 * 1024**2  # that a query and a BatchGetItem answer
_CONFLICT = "TransactionConflict"
_THROTTLED = "ThrottlingError"


class RefusedError(Exception):
    """A call that is answered here and does not reach the engine."""

    def __init__(self, code: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.answer: Answer = (400, {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": message, **more})


@dataclass
class _Partition:
    """What is left of a partition key's units: one second's worth at most, below 0 after a large call."""

    writes: float = WRITE_UNITS
    reads: float = READ_UNITS
    filled_at: float = 0.0


@dataclass
class Rules:
    """The state of one DynamoDB: which items transactions are about, and what each partition has taken lately.

    Without `throttles`, a partition takes whatever comes.
    """

    scale: float = 1.0
    throttles: bool = True
    chance: random.Random = field(default_factory=random.Random)
    refused: Counter[str] = field(default_factory=Counter)
    _held: dict[Place, str] = field(default_factory=dict)
    _tokens: set[str] = field(default_factory=set)
    _partitions: dict[tuple[str, str], _Partition] = field(default_factory=lambda: defaultdict(_Partition))

    async def answer(self, operation: str, request: Mapping[str, Any], forward: Forward) -> Answer:
        """Answer one call: refuse it, or let it take its time and hand it to the engine by `forward`."""
        try:
            if operation == "TransactWriteItems":
                return await self._transaction(request, forward)
            if operation in ("PutItem", "UpdateItem", "DeleteItem"):
                return await self._write(operation, request, forward)
            if operation == "BatchGetItem":
                return await self._batch_get(request, forward)
            if operation in ("GetItem", "Query"):
                return await self._read(operation, request, forward)
        except RefusedError as refused:
            return refused.answer
        return await forward()

    async def _transaction(self, request: Mapping[str, Any], forward: Forward) -> Answer:
        """Two transactions on one item: the later is cancelled ("Transaction conflict handling in DynamoDB").

        The same token while it is under way: TransactionInProgressException ("Idempotency").
        """
        token = request.get("ClientRequestToken", "")
        if token and token in self._tokens:
            raise RefusedError(
                "TransactionInProgressException", "The transaction with the given request token is in progress"
            )
        writes = [next(iter(action.items())) for action in request["TransactItems"]]
        places = [_place(write) for _, write in writes]
        self._cancel_if([_CONFLICT if place in self._held else "" for place in places], places)
        takes = [
            self._takes_write(place, write, in_transaction=True)
            for place, (_, write) in zip(places, writes, strict=True)
        ]
        self._cancel_if(["" if taken else _THROTTLED for taken in takes], places)
        self._held |= dict.fromkeys(places, token)
        self._tokens.add(token)
        try:
            await self._pass(TRANSACTION_SECONDS)
            return await forward()
        finally:
            for place in places:
                self._held.pop(place, None)
            self._tokens.discard(token)

    def _cancel_if(self, codes: list[str], places: list[Place]) -> None:
        if not any(codes):
            return
        for code, place in zip(codes, places, strict=True):
            if code:
                self.refused[f"{code} {kind_of(place)}"] += 1
        reasons = [
            {"Code": code, "Message": "made by the strict engine"} if code else {"Code": "None"} for code in codes
        ]
        told = ", ".join(code or "None" for code in codes)
        raise RefusedError(
            "TransactionCanceledException",
            f"Transaction cancelled, please refer cancellation reasons for specific reasons [{told}]",
            CancellationReasons=reasons,
        )

    async def _write(self, operation: str, request: Mapping[str, Any], forward: Forward) -> Answer:
        """A plain write of an item that a transaction is about: TransactionConflictException (the same section)."""
        place = _place(request)
        if place in self._held:
            self.refused[f"{_CONFLICT} {kind_of(place)}"] += 1
            raise RefusedError("TransactionConflictException", f"{operation}: transaction is ongoing for the item")
        if not self._takes_write(place, request):
            self._throttle(place)
        await self._pass(WRITE_SECONDS)
        return await forward()

    async def _read(self, operation: str, request: Mapping[str, Any], forward: Forward) -> Answer:
        """Reads meet no transaction: they see the table before it or after it ("Isolation levels for transactions").

        A page holds 1 MB at most ("Paginating table query results"). Here it is the answer that counts, not what a
        filter has left out of it.
        """
        pk = _key_text(request["Key"]["pk"] if operation == "GetItem" else request["ExpressionAttributeValues"][":pk"])
        place = (request["TableName"], json.dumps({"pk": {"S": pk}}))
        if not self._takes_read(place):
            self._throttle(place)
        await self._pass(READ_SECONDS)
        status, body = await forward()
        fitting = _fitting(body.get("Items", []), PAGE_BYTES)
        if fitting < len(body.get("Items", [])):
            status, body = await forward({**request, "Limit": fitting})
        self._partition(place).reads -= _read_units(body.get("Items") or [body.get("Item", {})])
        return status, body

    async def _batch_get(self, request: Mapping[str, Any], forward: Forward) -> Answer:
        """A throttled batch answers what it may and gives the other keys back (BatchGetItem, "UnprocessedKeys").

        Here it is all or nothing: what any of its partitions refuses comes back whole. So do the keys of what goes
        beyond 16 MB.
        """
        ((table, wanted),) = request["RequestItems"].items()
        places = [(table, json.dumps(key)) for key in wanted["Keys"]]
        if not all(self._takes_read(place) for place in places):
            self.refused["ThrottlingError BatchGetItem"] += 1
            return 200, {"Responses": {table: []}, "UnprocessedKeys": request["RequestItems"]}
        await self._pass(READ_SECONDS)
        status, body = await forward()
        items = body.get("Responses", {}).get(table, [])
        fitting = _fitting(items, BATCH_BYTES)
        if fitting < len(items):
            rest = [{"pk": item["pk"], "sk": item["sk"]} for item in items[fitting:]]
            body = {"Responses": {table: items[:fitting]}, "UnprocessedKeys": {table: {**wanted, "Keys": rest}}}
        for item in items[:fitting]:
            place = (table, json.dumps({"pk": item["pk"]}))
            self._partition(place).reads -= _read_units([item])
        return status, body

    def _throttle(self, place: Place) -> None:
        self.refused[f"{_THROTTLED} {kind_of(place)}"] += 1
        raise RefusedError("ThrottlingException", "Throughput exceeds the current capacity of your table or index")

    def _takes_write(self, place: Place, write: Mapping[str, Any], *, in_transaction: bool = False) -> bool:
        if not self.throttles:
            return True
        partition = self._partition(place)
        if partition.writes <= 0:
            return False
        # What is updated, deleted or checked counts as its key, which is less than a kilobyte here.
        partition.writes -= write_units(None, write.get("Item") or write["Key"], in_transaction=in_transaction)
        return True

    def _takes_read(self, place: Place) -> bool:
        return not self.throttles or self._partition(place).reads > 0

    def _partition(self, place: Place) -> _Partition:
        """A partition with what has come back to it since it was last looked at."""
        partition = self._partitions[place[0], _key_text(json.loads(place[1])["pk"])]
        now = asyncio.get_running_loop().time() / self.scale
        since, partition.filled_at = now - partition.filled_at, now
        partition.writes = min(WRITE_UNITS, partition.writes + since * WRITE_UNITS)
        partition.reads = min(READ_UNITS, partition.reads + since * READ_UNITS)
        return partition

    async def _pass(self, seconds: tuple[float, float]) -> None:
        await asyncio.sleep(self.chance.uniform(*seconds) * self.scale)


def kind_of(place: Place) -> str:
    """What an item is, without its numbers: `ACCOUNT#1#TASK_GUARD#7` is a TASK_GUARD."""
    key = json.loads(place[1])
    words = [word for word in _key_text(key["pk"]).split("#") if re.fullmatch(r"[A-Z_]+", word)]
    return "_".join(words[1:]) or "".join(words)


def _place(write: Mapping[str, Any]) -> Place:
    item = write.get("Key") or write["Item"]
    return write["TableName"], json.dumps({"pk": item["pk"], "sk": item["sk"]})


def _read_units(items: Iterable[Mapping[str, Any]]) -> float:
    return read_units(sum(map(item_size, items)))


def _fitting(items: Sequence[Mapping[str, Any]], limit: int) -> int:
    """How many of these come to at most so many bytes; the first one always does."""
    sizes = accumulate(map(item_size, items))
    return max(min(1, len(items)), sum(size <= limit for size in sizes))


def _key_text(value: Mapping[str, str]) -> str:
    return value["S"]
