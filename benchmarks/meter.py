"""Counts what the store asks of DynamoDB: round trips as they go out, capacity units by the rules of `capacity`."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.capacity import Item, item_size, read_units, write_units
from sheaf.aws.dynamodb import dynamodb
from tools.local import engine

type Place = tuple[str, Mapping[str, Any]]
"""An item: its table and its key."""


@dataclass
class Cost:
    """What was asked of DynamoDB: requests sent, and request units consumed."""

    round_trips: int = 0
    read_units: float = 0
    write_units: float = 0


@contextmanager
def metered() -> Iterator[Cost]:
    """Count all that this process asks of DynamoDB through the store within a `with` block."""
    events = dynamodb().meta.events
    meter = _Meter(engine.client("dynamodb", dynamodb().meta.endpoint_url))
    hooks = [
        ("provide-client-params.dynamodb", meter.on_call),
        ("before-send.dynamodb", meter.on_send),
        ("after-call.dynamodb", meter.on_answer),
    ]
    for event, hook in hooks:
        events.register(event, hook)
    try:
        yield meter.cost
    finally:
        for event, hook in hooks:
            events.unregister(event, hook)


class _Meter:
    """Looks at the table through a client of its own, before each call and after it."""

    def __init__(self, client: Any) -> None:
        self.cost = Cost()
        self._client = client
        self._written: list[tuple[Place, Item | None]] = []

    def on_call(self, params: Mapping[str, Any], model: Any, **_: object) -> None:
        """A call is about to be made: what it will read is weighed, what it will write is remembered as it is."""
        self.cost.read_units += self._read_units(model.name, params)
        self._written = [(place, self._item(place)) for place in _written_places(model.name, params)]

    def on_send(self, **_: object) -> None:
        """A request goes out."""
        self.cost.round_trips += 1

    def on_answer(self, model: Any, **_: object) -> None:
        """The call is over: what it wrote is compared with what was there."""
        in_transaction = model.name == "TransactWriteItems"
        for place, before in self._written:
            self.cost.write_units += write_units(before, self._item(place), in_transaction=in_transaction)

    def _read_units(self, operation: str, params: Mapping[str, Any]) -> float:
        match operation:
            case "GetItem":
                return self._units_of([(params["TableName"], params["Key"])], params)
            case "BatchGetItem":
                return sum(
                    self._units_of([(table, key) for key in wanted["Keys"]], wanted)
                    for table, wanted in params["RequestItems"].items()
                )
            case "Query":
                # All that lies in the stretch is paid for, whatever the answer leaves out of it.
                narrowing = ("ProjectionExpression", "FilterExpression")
                answer = self._client.query(**{name: params[name] for name in params if name not in narrowing})
                size = sum(item_size(item) for item in answer["Items"])
                return read_units(size, consistent=_is_consistent(params))
            case _:
                return 0

    def _units_of(self, places: Iterable[Place], options: Mapping[str, Any]) -> float:
        sizes = [item_size(self._item(place) or {}) for place in places]
        return sum(read_units(size, consistent=_is_consistent(options)) for size in sizes)

    def _item(self, place: Place) -> Item | None:
        table, key = place
        found: Item | None = self._client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
        return found


def _is_consistent(options: Mapping[str, Any]) -> bool:
    return bool(options.get("ConsistentRead", False))


def _written_places(operation: str, params: Mapping[str, Any]) -> list[Place]:
    match operation:
        case "PutItem" | "UpdateItem" | "DeleteItem":
            return [_place(params)]
        case "TransactWriteItems":
            return [_place(write) for action in params["TransactItems"] for write in action.values()]
        case "GetItem" | "BatchGetItem" | "Query":
            return []
        case _:
            raise NotImplementedError(f"what {operation} costs is not known here")


def _place(write: Mapping[str, Any]) -> Place:
    return write["TableName"], write.get("Key") or {name: write["Item"][name] for name in ("pk", "sk")}
