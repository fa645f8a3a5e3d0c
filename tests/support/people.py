"""Users changed as the API and the command line change them."""

from dataclasses import replace
from typing import Any

from sheaf.domain.identity import AccountId, User
from sheaf.domain.record import fields_of
from sheaf.domain.user import UserFields, changed_user
from sheaf.domain.values import Id, Timestamp
from sheaf.store import users


def change(account_id: AccountId, user_id: Id, now: Timestamp, **values: Any) -> User:
    """The user with these fields changed."""

    def changed(user: User) -> User:
        return changed_user(user, replace(fields_of(UserFields, user), **values), now)

    return users.update(account_id, user_id, changed)


def set_email(account_id: AccountId, user_id: Id, email: str, now: Timestamp) -> User:
    """The user with this address."""
    return change(account_id, user_id, now, email=email)


def archive(account_id: AccountId, user_id: Id, now: Timestamp) -> User:
    """The user, archived."""
    return change(account_id, user_id, now, is_active=False)
