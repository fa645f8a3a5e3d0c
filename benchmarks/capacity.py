"""What a read or a write costs by the rules that DynamoDB publishes, from the items themselves.

Emulators count a query as one unit however much it reads, and leave indexes out of transactions, so nothing here asks
the engine. Three rules go beyond the published text and were taken on the dear side or as measured on DynamoDB:
a number takes one byte for two digits (the guide calls that approximate); an index is charged for the change to what
it holds, inside a transaction the same as outside (only the table's part doubles); and a transaction that is cancelled
is counted as if every item had been written as it was.
"""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tools.template import table_definition

type Item = Mapping[str, Mapping[str, Any]]

_READ_UNIT = 4096  # bytes
_WRITE_UNIT = 1024


def item_size(item: Item) -> int:
    """The bytes that an item counts for: its attributes' names and values."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def read_units(size: int, *, consistent: bool = True) -> float:
    """What reading `size` bytes in one go costs; looking for something that is not there costs a unit, too."""
    return _units(size, _READ_UNIT) * (1 if consistent else 0.5)


def write_units(before: Item | None, after: Item | None, *, in_transaction: bool = False) -> float:
    """What turning the item `before` into `after` costs (None: not there), its entries in all indexes included."""
    size = max(item_size(item) if item else 0 for item in (before, after))
    in_indexes = sum(_index_units(index.entry(before), index.entry(after), index.keys) for index in indexes())
    return _units(size, _WRITE_UNIT) * (2 if in_transaction else 1) + in_indexes


@dataclass(frozen=True)
class Index:
    """A secondary index: which attributes place an entry in it, and which are copied there (None: all)."""

    keys: frozenset[str]
    copied: frozenset[str] | None

    def entry(self, item: Item | None) -> Item | None:
        """What the index holds of an item; None where the item is not in the index."""
        if item is None or not self.keys <= item.keys():
            return None
        return item if self.copied is None else {name: item[name] for name in item if name in self.copied}


def indexes() -> list[Index]:
    """The indexes of the table, as the template has them."""
    definition = table_definition("any")
    primary = _names(definition["KeySchema"])
    given = [*definition.get("LocalSecondaryIndexes", []), *definition.get("GlobalSecondaryIndexes", [])]
    return [_index(item, primary) for item in given]


def _index(definition: Mapping[str, Any], primary: frozenset[str]) -> Index:
    keys = _names(definition["KeySchema"])
    projection = definition["Projection"]
    copied = primary | keys | frozenset(projection.get("NonKeyAttributes", ()))
    return Index(keys, None if projection["ProjectionType"] == "ALL" else copied)


def _names(schema: list[Mapping[str, str]]) -> frozenset[str]:
    return frozenset(key["AttributeName"] for key in schema)


def _index_units(before: Item | None, after: Item | None, keys: frozenset[str]) -> int:
    """Nothing while the entry stays as it is; an entry that moves is taken out and put in again."""
    if before == after:
        return 0
    if before and after and all(before[key] == after[key] for key in keys):
        return _units(max(item_size(before), item_size(after)), _WRITE_UNIT)
    return sum(_units(item_size(entry), _WRITE_UNIT) for entry in (before, after) if entry)


def _units(size: int, unit: int) -> int:
    return max(1, -(-size // unit))


def _value_size(value: Mapping[str, Any]) -> int:
    [(kind, content)] = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            digits = Decimal(content).normalize().as_tuple()
            return 1 + -(-len(digits.digits) // 2) + digits.sign
        case "B":
            return len(content if isinstance(content, bytes) else b64decode(content))
        case "BOOL" | "NULL":
            return 1
        case "NS":
            return 3 + sum(1 + _value_size({"N": digits}) for digits in content)
        case "L":
            return 3 + sum(1 + _value_size(item) for item in content)
        case "M":
            return 3 + len(content) + item_size(content)
        case _:
            raise ValueError(f"the table holds nothing of type {kind}")
