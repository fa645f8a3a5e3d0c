"""domain: what may be said of a user, and what must hold of an account's users."""

from dataclasses import dataclass, replace
from decimal import Decimal

from sheaf.domain.errors import InvalidError, NotRemovableError
from sheaf.domain.identity import WEEKLY_CAPACITY, Right, Role, User, check_rights
from sheaf.domain.record import as_dict, validate, with_changes
from sheaf.domain.time_zones import clean_time_zone
from sheaf.domain.values import Id, Timestamp, clean_amount, clean_email, clean_line, optional

_CAPACITY_LIMIT = 7 * 24 * 60 * 60  # seconds: the whole week


@dataclass(frozen=True, slots=True, kw_only=True)
class UserFields:
    """What may be said of a user. The defaults are those of a new one.

    A user whose time was imported may lack a name's part and the address. `weekly_capacity` is in seconds.
    """

    first_name: str
    last_name: str
    email: str | None
    timezone: str = "UTC"
    has_access_to_all_future_projects: bool = False
    is_contractor: bool = False
    is_active: bool = True
    weekly_capacity: int = WEEKLY_CAPACITY
    default_hourly_rate: Decimal | None = None
    cost_rate: Decimal | None = None
    role: Role = Role.MEMBER
    rights: frozenset[Right] = frozenset()

    def __post_init__(self) -> None:
        """Raises InvalidError, whoever builds this."""
        validate(
            self,
            {
                "first_name": lambda text: clean_line(text.strip(), "first_name"),
                "last_name": lambda text: clean_line(text.strip(), "last_name"),
                "email": optional(lambda text, name: clean_email(text.strip(), name), "email"),
                "timezone": clean_time_zone,
                "weekly_capacity": clean_weekly_capacity,
                "default_hourly_rate": optional(clean_amount, "default_hourly_rate"),
                "cost_rate": optional(clean_amount, "cost_rate"),
            },
        )
        check_rights(self.role, self.rights)


def new_user(user_id: Id, fields: UserFields, now: Timestamp) -> User:
    """The user that `fields` asks for, as they are on their first day."""
    return User(id=user_id, **as_dict(fields), managed_projects=frozenset(), created_at=now, updated_at=now)


def changed_user(user: User, fields: UserFields, now: Timestamp) -> User:
    """The user with `fields` applied; the very same object when nothing differs.

    Who is archived now has no valid token any more, also when they are made active again.

    Raises:
        InvalidError: the name or the address of a user who stays archived would change (Harvest v2, "Update a user").
    """
    after = with_changes(user, fields, now)
    if not user.is_active and not after.is_active and _shown_as(user) != _shown_as(after):
        raise InvalidError("first_name, last_name and email can't be changed while the user is archived")
    if user.is_active and not after.is_active:
        after = replace(after, archived_at=after.updated_at)
    return after


def clean_weekly_capacity(seconds: int) -> int:
    """Seconds of work a week. Raises InvalidError: less than none, or more than a week has."""
    if 0 <= seconds <= _CAPACITY_LIMIT:
        return seconds
    raise InvalidError(f"weekly_capacity must be a number of seconds between 0 and {_CAPACITY_LIMIT}")


def _shown_as(user: User) -> tuple[str, str, str | None]:
    return user.first_name, user.last_name, user.email


class EmailTakenError(InvalidError):
    """Another user of the account, active or archived, has this address, in whatever case."""

    def __init__(self) -> None:
        super().__init__("Email has already been taken")


class LastAdministratorError(InvalidError):
    """Without this user nobody could administer the account any more."""

    def __init__(self) -> None:
        super().__init__("The last active administrator can't be archived or given another role")


class LastAdministratorNotRemovableError(NotRemovableError):
    """The same of a deletion."""

    def __init__(self) -> None:
        super().__init__("This user is not removable. They are the last active administrator.")


class UserHasTimeError(NotRemovableError):
    """Time is logged by this user."""

    def __init__(self) -> None:
        super().__init__("This user is not removable. They have tracked time; archive them instead.")
