"""store: the leases of imports on users' time. Access pattern E10 of docs/data-model.md.

An import matches its rows with the entries that it has read. So it writes a user's month on a project only while no
other import has written there since: each transaction renews the import's lease, or takes it over from the one that was
read. Batches are cut along these stretches of time, so that the workers of one import seldom meet on a lease.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sheaf.domain.identity import AccountId
from sheaf.domain.values import Day, Id, Timestamp
from sheaf.store import keys, reads
from sheaf.store.items import Item, number, purge_at, text
from sheaf.store.transactions import StaleError, Write
from sheaf.store.writes import update

_KEPT = timedelta(days=1)  # longer than any worker takes; one that is gone is taken as if nobody had ever held it


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a lease is on: a user's time of a month (`2026-11`) on a project."""

    user_id: Id
    project_id: Id
    month: str


def stretch_of(user_id: Id, project_id: Id, day: Day) -> Stretch:
    """The stretch that a day's time belongs to."""
    return Stretch(user_id, project_id, day[:7])


@dataclass(frozen=True, slots=True)
class Lease:
    """Who may write a stretch; `number` counts how often that has changed."""

    owner: str = ""
    number: int = 0


def of_stretches(account_id: AccountId, stretches: Collection[Stretch]) -> dict[Stretch, Lease]:
    """The leases on these stretches (E10); to be read before their entries are."""
    wanted = {stretch: _key(account_id, stretch) for stretch in stretches}
    items = reads.items(list(wanted.values()))
    found = {stretch: items.get(keys.key_pair(key)) for stretch, key in wanted.items()}
    return {
        stretch: Lease() if item is None else Lease(item["holder"]["S"], int(item["turn"]["N"]))
        for stretch, item in found.items()
    }


def acquire(account_id: AccountId, stretch: Stretch, known: Lease, owner: str, now: Timestamp) -> Write:
    """The write without which an import must not write a stretch; StaleError if the lease is no longer `known`.

    Transactions of one owner do not make one another stale, not even where several take the lease at the same time.
    """
    key = _key(account_id, stretch)
    if known.owner == owner:
        condition = {
            "ConditionExpression": "turn = :known",
            "ExpressionAttributeValues": {":known": number(known.number)},
        }
        return Write("ConditionCheck", {"Key": key, **condition}, StaleError())
    values: Item = {":owner": text(owner), ":next": number(known.number + 1), ":purge_at": purge_at(now, _KEPT)}
    expression = "SET holder = :owner, turn = :next, purge_at = :purge_at"
    still = "turn = :known" if known.number else "attribute_not_exists(pk)"
    if known.number:
        values[":known"] = number(known.number)
    # Or another batch of the same import was first, and nobody before it.
    return update(key, expression, values, condition=f"{still} OR (turn = :next AND holder = :owner)")


def acquired(known: Lease, owner: str) -> Lease:
    """The lease after `acquire`."""
    return known if known.owner == owner else Lease(owner, known.number + 1)


def _key(account_id: AccountId, stretch: Stretch) -> keys.Key:
    return keys.import_lease(account_id, stretch.user_id, stretch.month, stretch.project_id)
