"""store: accounts. Access patterns I2, I3 and I15 of docs/data-model.md."""

from collections.abc import Callable

from sheaf.domain.errors import InvalidError, NotFoundError
from sheaf.domain.identity import Account, AccountId
from sheaf.domain.values import Timestamp
from sheaf.store import keys, reads, sequence
from sheaf.store.codec import Codec
from sheaf.store.items import Item
from sheaf.store.transactions import commit, retried
from sheaf.store.writes import put_changed, put_new

CODEC = Codec(Account)


def get(account_id: AccountId) -> Account:
    """One account (I2).

    Raises:
        NotFoundError: this deployment has no such account.
    """
    item = reads.item(keys.account(account_id))
    if item is None:
        raise NotFoundError(f"account {account_id} does not exist")
    return CODEC.from_item(item)


def create(name: str, paging_key: bytes, now: Timestamp, account_id: AccountId | None = None) -> Account:
    """A new account without users (I3), under the given number or the next free one.

    Raises:
        InvalidError: the number is taken.
    """
    if account_id is None:
        account_id = sequence.next_account_id()
    else:
        sequence.pass_account_id(account_id)
    account = Account(account_id, name, paging_key, now)
    commit([put_new(_item(account), InvalidError(f"account {account.id} already exists"))])
    return account


def update(account_id: AccountId, change: Callable[[Account], Account]) -> Account:
    """The account after `change` (I15), which may be called again. Raises NotFoundError, BusyError."""

    def decide() -> Account:
        before = get(account_id)
        after = change(before)
        if after is not before:
            commit([put_changed(_item(after), before.version)])
        return after

    return retried(decide)


def _item(account: Account) -> Item:
    return {**keys.account(account.id), **CODEC.to_item(account)}
