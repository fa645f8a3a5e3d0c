"""store: how many records of each kind an account has. Changed in the transaction that makes or removes a record."""

from sheaf.domain.identity import AccountId
from sheaf.store import keys, reads
from sheaf.store.keys import Kind
from sheaf.store.writes import Write, update


def count(account_id: AccountId, kind: Kind, is_active: bool | None = None) -> int:
    """The exact number of records: all of them, or only the active or the archived ones."""
    item = reads.item(keys.totals(account_id, kind)) or {}
    active, archived = (int(item.get(name, {"N": "0"})["N"]) for name in ("active", "archived"))
    if is_active is None:
        return active + archived
    return active if is_active else archived


def change(account_id: AccountId, kind: Kind, *, active: int = 0, archived: int = 0) -> Write:
    """The write that moves the totals by these amounts; it cannot be refused."""
    return update(
        keys.totals(account_id, kind),
        "ADD active :active, archived :archived",
        {":active": {"N": str(active)}, ":archived": {"N": str(archived)}},
    )
