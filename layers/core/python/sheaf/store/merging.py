"""store: the writes of many records made fit for one transaction, which takes each item once."""

from collections.abc import Sequence
from dataclasses import replace

from sheaf.store.transactions import StaleError, Write
from sheaf.store.writes import count

_ORDER = "Delete", "Put", "Update", "ConditionCheck"  # in which the writes of one item have their effect


def merged(writes: Sequence[Write]) -> list[Write]:
    """Writes of many records made fit for one transaction, which takes each item once; all are refused as StaleError.

    What is counted on one item adds up, also where the item is new; a claim that one record frees another may take.

    Raises:
        ValueError: two of the writes exclude each other.
    """
    joined: dict[tuple[str, str], Write] = {}
    for write in sorted(writes, key=lambda write: _ORDER.index(write.action)):
        earlier = joined.get(write.key_pair)
        joined[write.key_pair] = replace(
            write if earlier is None else _merged_pair(earlier, write), refusal=StaleError()
        )
    return list(joined.values())


def _merged_pair(first: Write, second: Write) -> Write:
    condition = {
        name: value for name, value in first.parameters.items() if name.startswith(("Condition", "Expression"))
    }
    match first.action, second.action:
        case "Delete", "Put" if second.is_new:
            return Write("Put", {"Item": second.parameters["Item"], **condition}, second.refusal)
        case "Put", "Update" if first.is_new and second.amounts:
            item = first.parameters["Item"]
            counted = {
                name: {"N": str(int(item.get(name, {"N": "0"})["N"]) + step)} for name, step in second.amounts.items()
            }
            return Write("Put", {"Item": {**item, **counted}, **condition}, first.refusal)
        case "Update", "Update" if first.amounts and second.amounts and first.condition == second.condition:
            names = [*first.amounts, *(name for name in second.amounts if name not in first.amounts)]
            amounts = {name: first.amounts.get(name, 0) + second.amounts.get(name, 0) for name in names}
            return count(first.parameters["Key"], amounts, first.condition, first.refusal, is_spread=first.is_spread)
    raise ValueError(f"{first.action} and {second.action} of one item exclude each other: {first.key_pair}")
