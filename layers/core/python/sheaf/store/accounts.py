"""store: accounts. Access patterns I2 and I3 of docs/data-model.md."""

from sheaf.domain.errors import InvalidError, NotFoundError
from sheaf.domain.identity import Account, AccountId
from sheaf.domain.values import Timestamp
from sheaf.store import keys, reads, sequence
from sheaf.store.codec import Codec
from sheaf.store.transactions import commit
from sheaf.store.writes import put_new

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
    item = {**keys.account(account.id), **CODEC.to_item(account)}
    commit([put_new(item, InvalidError(f"account {account.id} already exists"))])
    return account
