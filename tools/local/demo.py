"""The demo account that `make run` starts with: account 1, three users with known tokens, and some of all else.

The known tokens exist on local engines only: nothing but this module can issue a token that somebody chose.
"""

import os
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from sheaf.domain.business_role import BusinessRoleFields
from sheaf.domain.client import ClientFields
from sheaf.domain.errors import NotFoundError
from sheaf.domain.identity import AccountId, Right, Role, Token, User
from sheaf.domain.imports.job import FileKind, ImportFields
from sheaf.domain.project import BillBy, ProjectFields
from sheaf.domain.task import TaskFields
from sheaf.domain.time_entry import TimeEntryFields
from sheaf.domain.timers import Clock
from sheaf.domain.user_assignment import UserAssignmentFields, default_fields
from sheaf.domain.values import Day, Id, Timestamp, to_timestamp
from sheaf.domain.webhook import WebhookFields
from sheaf.http.identity import token_digest
from sheaf.store import (
    accounts,
    clients,
    projects,
    roles,
    tasks,
    time_entries,
    tokens,
    user_assignments,
    users,
    webhooks,
)
from sheaf.store.imports import jobs
from sheaf.webhooks import sending
from tools.connection import use_table

ACCOUNT = AccountId(1)
WEBHOOK_URL = "http://127.0.0.1:8999/changes"  # where nothing answers, unless somebody has a receiver run there

type _Person = tuple[str, str, Role, frozenset[Right]]

_PEOPLE: Sequence[_Person] = (
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


_PROJECTS = (
    ("Online Store - Phase 1", "OS1", BillBy.TASKS),
    ("Marketing Website", "MW", BillBy.NONE),
)


def seed(table_name: str, endpoint_url: str, webhooks_key_id: str) -> None:
    """Write the demo data, unless the table has had it: what the user deletes later stays deleted.

    Args:
        table_name: The physical name of the table that the template declares.
        endpoint_url: Where the local DynamoDB answers.
        webhooks_key_id: The key of its KMS that secrets of webhooks are encrypted with.
    """
    use_table(table_name, endpoint_url)
    os.environ["WEBHOOKS_KEY_ID"] = webhooks_key_id
    try:
        accounts.get(ACCOUNT)
    except NotFoundError:
        _write()


def _write() -> None:
    now = to_timestamp(datetime.now(UTC))
    accounts.create("Demo Company", secrets.token_bytes(32), now, ACCOUNT)
    for name, billable, rate in _TASKS:
        is_default = name != "Business Development"
        task = TaskFields(
            name=name, billable_by_default=billable, default_hourly_rate=Decimal(rate), is_default=is_default
        )
        tasks.create(ACCOUNT, task, now)
    client = clients.create(ACCOUNT, ClientFields(name="123 Industries", currency="EUR"), now)
    made = []
    for name, code, bill_by in _PROJECTS:
        project = ProjectFields(client_id=client.id, name=name, code=code, bill_by=bill_by)
        made.append(projects.create(ACCOUNT, project, now).id)
    people = [_add_person(person, now) for person in _PEOPLE]
    for number, project_id in enumerate(made):
        # The manager manages the first project alone.
        fields = default_fields if number == 0 else (lambda _: UserAssignmentFields(is_project_manager=False))
        for person in people:
            user_assignments.create(ACCOUNT, project_id, person.id, fields, now)
    _add_user("Otto", "Newcomer", Role.MEMBER, frozenset(), now)
    roles.create(ACCOUNT, BusinessRoleFields(name="Designer", user_ids=frozenset({people[2].id})), now)
    spent = TimeEntryFields(project_id=made[0], task_id=Id(2), spent_date=Day("2026-11-20"), hours=Decimal("1.5"))
    time_entries.create(ACCOUNT, people[2].id, spent, Clock(now))
    jobs.create(ACCOUNT, ImportFields(kind=FileKind.TIME_ENTRIES, file_name="time.csv"), people[0].id, now)
    wanted = WebhookFields(url=WEBHOOK_URL, kinds=frozenset({"WEBHOOK"}), description="Changes of webhooks alone")
    webhooks.create(ACCOUNT, wanted, sending.new_secret(), now)
    tasks.delete(ACCOUNT, tasks.create(ACCOUNT, TaskFields(name="Photography"), now).id, now)
    tasks.merge(ACCOUNT, tasks.create(ACCOUNT, TaskFields(name="Desk Research"), now).id, Id(4), now)


def _add_user(first_name: str, last_name: str, role: Role, rights: frozenset[Right], now: Timestamp) -> User:
    email = f"{first_name.lower()}@example.com"
    return users.create(ACCOUNT, User(Id(0), first_name, last_name, email, role, rights, frozenset(), True, now, now))


def _add_person(person: _Person, now: Timestamp) -> User:
    """Somebody who has a token."""
    user = _add_user(*person, now)
    digest = token_digest(f"local-{user.last_name.lower()}-token")
    tokens.issue(ACCOUNT, Token(Id(0), digest, user.id, "local", now, None, None))
    return user
