"""The demo account that `make run` starts with: account 1, three users with known tokens, the tasks of Harvest's page.

The known tokens exist on local engines only: nothing but this module can issue a token that somebody chose.
"""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from sheaf.domain.errors import NotFoundError
from sheaf.domain.identity import AccountId, Right, Role, Token, User
from sheaf.domain.task import TaskFields
from sheaf.domain.values import Id, Timestamp, to_timestamp
from sheaf.http.identity import token_digest
from sheaf.store import identity, tasks
from tools.connection import use_table

ACCOUNT = AccountId(1)

_PEOPLE: Sequence[tuple[str, str, Role, frozenset[Right]]] = (
    ("Ada", "Admin", Role.ADMINISTRATOR, frozenset()),
    ("Max", "Manager", Role.MANAGER, frozenset({Right.CLIENT_AND_TASK_MANAGER, Right.PROJECT_CREATOR})),
    ("Mia", "Member", Role.MEMBER, frozenset()),
)

_TASKS = (
    ("Graphic Design", True, 100),
    ("Programming", True, 100),
    ("Project Management", True, 100),
    ("Research", False, 0),
    ("Business Development", False, 0),
)


def seed(table_name: str, endpoint_url: str) -> None:
    """Write the demo data, unless the table has had it: what the user deletes later stays deleted.

    Args:
        table_name: The physical name of the table that the template declares.
        endpoint_url: Where the local DynamoDB answers.
    """
    use_table(table_name, endpoint_url)
    try:
        identity.get_account(ACCOUNT)
    except NotFoundError:
        _write()


def _write() -> None:
    now = to_timestamp(datetime.now(UTC))
    identity.create_account("Demo Company", secrets.token_bytes(32), now, ACCOUNT)
    for first_name, last_name, role, rights in _PEOPLE:
        _add_person(first_name, last_name, role, rights, now)
    for name, billable, rate in _TASKS:
        fields = TaskFields(
            name=name,
            billable_by_default=billable,
            default_hourly_rate=Decimal(rate),
            is_default=name != "Business Development",
        )
        tasks.create(ACCOUNT, fields, now)


def _add_person(first_name: str, last_name: str, role: Role, rights: frozenset[Right], now: Timestamp) -> None:
    email = f"{first_name.lower()}@example.com"
    person = User(Id(0), first_name, last_name, email, role, rights, frozenset(), True, now, now)
    user = identity.add_user(ACCOUNT, person)
    digest = token_digest(f"local-{last_name.lower()}-token")
    identity.issue_token(ACCOUNT, Token(Id(0), digest, user.id, "local", now, None, None))
