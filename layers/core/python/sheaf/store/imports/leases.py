"""store: the leases of imports on users' time. Access pattern E10 of docs/data-model.md.

An import matches its rows with the entries that it has read. So it writes a user's time only while no other import has
written that user's time since: each transaction renews the import's lease, or takes it over from the one that was read.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sheaf.domain.identity import AccountId
from sheaf.domain.values import Id
from sheaf.store import keys, reads
from sheaf.store.items import Item, number, text
from sheaf.store.transactions import StaleError, Write
from sheaf.store.writes import update


@dataclass(frozen=True, slots=True)
class Lease:
    """Who may write a user's time; `number` counts how often that has changed."""

    owner: str = ""
    number: int = 0


def of_users(account_id: AccountId, user_ids: Collection[Id]) -> dict[Id, Lease]:
    """The leases on the time of these users (E10); to be read before their entries are."""
    wanted = {user_id: keys.import_lease(account_id, user_id) for user_id in user_ids}
    items = reads.items(list(wanted.values()))
    found = {user_id: items.get(keys.key_pair(key)) for user_id, key in wanted.items()}
    return {
        user_id: Lease() if item is None else Lease(item["holder"]["S"], int(item["turn"]["N"]))
        for user_id, item in found.items()
    }


def acquire(account_id: AccountId, user_id: Id, known: Lease, owner: str) -> Write:
    """The write without which an import must not write a user's time; StaleError if the lease is no longer `known`.

    Transactions of the present owner only check it, so they do not make one another stale.
    """
    key = keys.import_lease(account_id, user_id)
    if known.owner == owner:
        condition = {
            "ConditionExpression": "turn = :known",
            "ExpressionAttributeValues": {":known": number(known.number)},
        }
        return Write("ConditionCheck", {"Key": key, **condition}, StaleError())
    values: Item = {":owner": text(owner), ":next": number(known.number + 1)}
    expression = "SET holder = :owner, turn = :next"
    if not known.number:
        return update(key, expression, values, condition="attribute_not_exists(pk)")
    return update(key, expression, {**values, ":known": number(known.number)}, condition="turn = :known")


def acquired(known: Lease, owner: str) -> Lease:
    """The lease after `acquire`."""
    return known if known.owner == owner else Lease(owner, known.number + 1)
