"""domain: a business role, such as Designer: what people do. It permits nothing (Harvest v2, "Roles")."""

from collections.abc import Collection
from dataclasses import dataclass

from sheaf.domain.errors import InvalidError
from sheaf.domain.record import as_dict, validate
from sheaf.domain.values import Id, Timestamp, clean_name


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessRoleFields:
    """What a caller may say of a role. `user_ids` are all who have it."""

    name: str
    user_ids: frozenset[Id] = frozenset()

    def __post_init__(self) -> None:
        """Raises InvalidError, whoever builds this."""
        validate(self, {"name": clean_name})


@dataclass(frozen=True, slots=True)
class BusinessRole:
    """One business role of one account. No two have the same name, in whatever case."""

    id: Id
    name: str
    user_ids: frozenset[Id]
    created_at: Timestamp
    updated_at: Timestamp
    version: int = 1

    @property
    def is_active(self) -> bool:
        """A role is never archived."""
        return True


def new_business_role(role_id: Id, fields: BusinessRoleFields, now: Timestamp) -> BusinessRole:
    """The role that `fields` asks for, on its first day."""
    return BusinessRole(id=role_id, **as_dict(fields), created_at=now, updated_at=now)


class NoSuchUserError(InvalidError):
    """A user whom a role names is not there."""

    def __init__(self, user_ids: Collection[Id]) -> None:
        named = ", ".join(map(str, sorted(user_ids)))
        super().__init__(f"user_ids must be ids of users of the account; there is no user {named}")


class NoSuchRoleError(InvalidError):
    """A role that a user shall have is not there."""

    def __init__(self, name: str) -> None:
        shown = name if len(name) <= 64 else name[:64] + "..."
        super().__init__(f'roles must be names of roles of the account; there is no role "{shown}"')
