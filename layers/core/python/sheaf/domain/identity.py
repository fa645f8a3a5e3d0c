"""domain: who is calling (an account's user, through a token) and what Harvest lets their role do."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NewType

from sheaf.domain.errors import InvalidError
from sheaf.domain.values import Id, Timestamp, fold_name

AccountId = NewType("AccountId", int)
"""The number of a Harvest account. It comes from the caller's token, never from a path or a body."""


class Role(StrEnum):
    """The one base role that every user has (Harvest's `access_roles`)."""

    ADMINISTRATOR = "administrator"
    MANAGER = "manager"
    MEMBER = "member"


class Right(StrEnum):
    """What a manager may be given beside their role, in Harvest's words; the first three decide something here."""

    CLIENT_AND_TASK_MANAGER = "client_and_task_manager"
    PROJECT_CREATOR = "project_creator"
    BILLABLE_RATES_MANAGER = "billable_rates_manager"
    TIME_AND_EXPENSES_MANAGER = "time_and_expenses_manager"
    MANAGED_PROJECTS_INVOICE_DRAFTER = "managed_projects_invoice_drafter"
    MANAGED_PROJECTS_INVOICE_MANAGER = "managed_projects_invoice_manager"
    ESTIMATES_MANAGER = "estimates_manager"
    PEOPLE_MANAGER = "people_manager"


WEEKLY_CAPACITY = 126_000
"""The seconds a week that a new user of a new account has for work: 35 hours, as in Harvest."""


@dataclass(frozen=True, slots=True)
class Account:
    """One Harvest account. `paging_key` is a secret of 32 bytes that signs the account's page cursors.

    `wants_timestamp_timers`: time is logged by start and end instead of by duration. `weekly_capacity`, in seconds, is
    what a new user has for work.
    """

    id: AccountId
    name: str
    paging_key: bytes
    created_at: Timestamp
    wants_timestamp_timers: bool = False
    weekly_capacity: int = WEEKLY_CAPACITY
    version: int = 1


@dataclass(frozen=True, slots=True)
class User:
    """One person of one account.

    `managed_projects` are the projects whose active assignment says that they manage them, if they are a manager.
    Without `email` it is somebody whose time was imported: nobody who could have a token. `weekly_capacity` is in
    seconds. Tokens that were issued before `archived_at`, when the user was archived last, are invalid.
    `has_claimed_name` says that an import has claimed the name for this user.
    """

    id: Id
    first_name: str
    last_name: str
    email: str | None
    role: Role
    rights: frozenset[Right]
    managed_projects: frozenset[Id]
    is_active: bool
    created_at: Timestamp
    updated_at: Timestamp
    version: int = 1
    import_id: Id | None = None
    has_claimed_name: bool = False
    timezone: str = "UTC"
    has_access_to_all_future_projects: bool = False
    is_contractor: bool = False
    weekly_capacity: int = WEEKLY_CAPACITY
    default_hourly_rate: Decimal | None = None
    cost_rate: Decimal | None = None
    archived_at: Timestamp | None = None

    def __post_init__(self) -> None:
        """Raises InvalidError when somebody other than a manager is given a manager's rights."""
        check_rights(self.role, self.rights)

    @property
    def is_administering(self) -> bool:
        """Whether they can administer the account."""
        return self.is_active and self.role is Role.ADMINISTRATOR

    @property
    def access_roles(self) -> Sequence[str]:
        """The role, then the rights of a manager, in Harvest's words."""
        return [self.role, *sorted(self.rights)]

    @property
    def name(self) -> str:
        """The whole name, as answers show it."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def seen_projects(self) -> frozenset[Id] | None:
        """The projects that a user's lists are narrowed to, None for all."""
        if self.role is Role.ADMINISTRATOR:
            return None
        return self.managed_projects if self.role is Role.MANAGER else frozenset()


def check_rights(role: Role, rights: Collection[Right], managed_projects: Collection[Id] = ()) -> None:
    """Raises InvalidError when somebody other than a manager is given a manager's rights or projects."""
    if role is not Role.MANAGER and (rights or managed_projects):
        raise InvalidError("only a manager can have rights and managed projects")


def fold_person(first_name: str, last_name: str) -> str:
    """The form under which two people have the same name, however it is divided into two."""
    return fold_name(" ".join(f"{first_name} {last_name}".split()))


@dataclass(frozen=True, slots=True)
class Token:
    """An access token as it is kept: its SHA-256 (hexadecimal), never the token. Expires at `expires_at`, if at all."""

    id: Id
    digest: str
    user_id: Id
    label: str
    created_at: Timestamp
    expires_at: Timestamp | None
    revoked_at: Timestamp | None

    def is_valid(self, now: Timestamp) -> bool:
        """Whether the token is valid at this moment."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def is_of(self, user: User) -> bool:
        """Whether its user is active, and has been since it was issued."""
        return user.is_active and (user.archived_at is None or self.created_at > user.archived_at)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends the request: the account and the user that the token belongs to."""

    account: Account
    user: User


Permission = Callable[[User], bool]
"""What an operation asks of its caller's role."""


def may_manage_tasks(user: User) -> bool:
    """Administrators, and managers with the permission to create and edit tasks (Harvest v2, "Tasks")."""
    return user.role is Role.ADMINISTRATOR or Right.CLIENT_AND_TASK_MANAGER in user.rights


def everybody(user: User) -> bool:
    """Whoever has a valid token."""
    return user.is_active


def may_manage_clients(user: User) -> bool:
    """The same right covers clients (Harvest v2, "Clients")."""
    return may_manage_tasks(user)


def may_see_projects(user: User) -> bool:
    """Administrators, and managers: of the projects that they manage (Harvest v2, "Projects")."""
    return user.role is not Role.MEMBER


def may_create_projects(user: User) -> bool:
    """Administrators, and managers with the permission to create projects."""
    return user.role is Role.ADMINISTRATOR or Right.PROJECT_CREATOR in user.rights


def may_manage_project(user: User, project_id: Id) -> bool:
    """Administrators, and the managers of this project."""
    seen = user.seen_projects
    return seen is None or project_id in seen


def may_manage_users(user: User) -> bool:
    """Administrators alone see and change users."""
    return user.role is Role.ADMINISTRATOR


def may_manage_account(user: User) -> bool:
    """Administrators alone change what holds for the whole account."""
    return user.role is Role.ADMINISTRATOR


def may_import(user: User) -> bool:
    """Administrators alone, as in Harvest: a file can change whatever the account has."""
    return user.role is Role.ADMINISTRATOR


def may_see_rates(user: User) -> bool:
    """Administrators, and managers who may set billable rates; what others are shown in place of a rate is null."""
    return user.role is Role.ADMINISTRATOR or Right.BILLABLE_RATES_MANAGER in user.rights
