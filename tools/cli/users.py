"""`sheaf user`: the people of an account, and what they may do."""

from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sheaf.domain.errors import InvalidError, NotFoundError
from sheaf.domain.identity import AccountId, Right, Role, User, check_rights
from sheaf.domain.record import fields_of
from sheaf.domain.user import UserFields, changed_user, new_user
from sheaf.domain.user_assignment import (
    NoSuchAssigneeError,
    UserAssignmentFields,
    UserTakenError,
    default_fields,
)
from sheaf.domain.values import Id, Timestamp
from sheaf.store import accounts, earlier_time, projects, user_assignments, users
from tools.cli import arguments, deployment, output
from tools.cli.arguments import Parser

_COLUMNS = ("id", "email", "first_name", "last_name", "role", "rights", "managed_projects", "is_active")
_MANAGES = UserAssignmentFields(is_project_manager=True)

_ADD_EXAMPLES = """\
  sheaf user add --account 1 --email ada@example.com --first-name Ada --last-name Admin \\
    --role administrator
  sheaf user add --account 1 --email max@example.com --first-name Max --last-name Manager \\
    --role manager --right client_and_task_manager --right project_creator --manages 7 --manages 8"""


def add_commands(user: Parser) -> None:
    """Describe the commands to the parser of `sheaf user`."""
    commands = user.add_subparsers(required=True, metavar="COMMAND")
    add = commands.add_parser(
        "add",
        help="add a user to an account",
        description="Add a user to an account, and print their id.",
        examples=_ADD_EXAMPLES,
    )
    add.set_defaults(run=_add)
    arguments.add_account(add)
    arguments.add_email(add)
    add.add_argument("--first-name", type=arguments.name, required=True)
    add.add_argument("--last-name", type=arguments.name, required=True)
    add.add_argument("--role", choices=[role.value for role in Role], default=Role.MEMBER.value, help="default: member")
    add.add_argument("--timezone", default="UTC", help="such as Europe/Berlin; default: UTC")
    add.add_argument(
        "--right",
        choices=[right.value for right in Right],
        action="append",
        default=[],
        help="what a manager may do beyond their projects; may be repeated",
    )
    add.add_argument(
        "--manages",
        metavar="PROJECT_ID",
        type=arguments.project_id,
        action="append",
        default=[],
        help="a project that a manager manages; may be repeated",
    )
    output.add_option(add)
    deployment.add_options(add)

    everybody = commands.add_parser(
        "list",
        help="list the users of an account",
        description="List the users of an account, the newest first, archived ones included.",
        examples="  sheaf user list --account 1\n  sheaf user list --account 1 --json",
    )
    everybody.set_defaults(run=_list)
    arguments.add_account(everybody)
    output.add_option(everybody)
    deployment.add_options(everybody)

    set_email = commands.add_parser(
        "set-email",
        help="give a user an email address",
        description="Give a user an email address, such as one whose time was imported: then they can have tokens.",
        examples="  sheaf user set-email --account 1 --id 12 --email ada@example.com",
    )
    set_email.set_defaults(run=_set_email)
    arguments.add_account(set_email)
    set_email.add_argument("--id", type=arguments.user_id, required=True, help="the user's id in `sheaf user list`")
    arguments.add_email(set_email)
    deployment.add_options(set_email)

    assign = commands.add_parser(
        "assign",
        help="assign a user to a project",
        description="Assign a user to a project. A manager manages it, if nothing else is said.",
        examples="  sheaf user assign --account 1 --email mia@example.com --project 7",
    )
    assign.set_defaults(run=_assign)
    arguments.add_account(assign)
    arguments.add_email(assign)
    assign.add_argument("--project", metavar="PROJECT_ID", type=arguments.project_id, required=True)
    deployment.add_options(assign)

    assign_all = commands.add_parser(
        "assign-all",
        help="assign everybody to the projects that they manage or have time on",
        description="For an account from before users were assigned: assign everybody to the projects that they manage"
        " or have time on, and count that time on their assignments. It may be repeated, and stopped: it goes on with"
        " what is left. It reads all time of the account.",
        examples="  sheaf user assign-all --account 1",
    )
    assign_all.set_defaults(run=_assign_all)
    arguments.add_account(assign_all)
    deployment.add_options(assign_all)

    archive = commands.add_parser(
        "archive",
        help="archive a user: their tokens stop working",
        description="Archive a user. Their tokens stop working, for those in use just now within 60 seconds.",
        examples="  sheaf user archive --account 1 --email max@example.com",
    )
    archive.set_defaults(run=_archive)
    arguments.add_account(archive)
    arguments.add_email(archive)
    deployment.add_options(archive)


def _add(given: Namespace, now: Timestamp) -> None:
    try:
        fields = UserFields(
            first_name=given.first_name,
            last_name=given.last_name,
            email=given.email,
            timezone=given.timezone,
            role=Role(given.role),
            rights=frozenset(map(Right, given.right)),
        )
        check_rights(fields.role, fields.rights, given.manages)
    except InvalidError as error:
        given.parser.error(str(error))
    deployment.connect(given)
    accounts.get(given.account)
    missing = set(given.manages) - projects.get_many(given.account, given.manages).keys()
    if missing:
        raise NotFoundError(f"account {given.account} has no project {min(missing)}")
    user = users.create(given.account, new_user(Id(0), fields, now))
    for project_id in given.manages:
        user_assignments.create(given.account, project_id, user.id, lambda _: _MANAGES, now)
    user = users.get(given.account, user.id)
    output.tell(f"added {user.role} {user.email} to account {given.account} as user {user.id}")
    output.show_one(_shown(user), "id", as_json=given.json)


def _list(given: Namespace, _now: Timestamp) -> None:
    deployment.connect(given)
    accounts.get(given.account)
    listed = [_shown(user) for user in users.everyone(given.account)]
    output.show_all(listed, _COLUMNS, as_json=given.json)


def _set_email(given: Namespace, now: Timestamp) -> None:
    deployment.connect(given)
    user = _changed(given.account, given.id, now, email=given.email)
    output.tell(f"user {user.id} of account {given.account} has the email {user.email}")


def _assign(given: Namespace, now: Timestamp) -> None:
    deployment.connect(given)
    user = users.get_by_email(given.account, given.email)
    try:
        user_assignments.create(given.account, given.project, user.id, default_fields, now)
    except NotFoundError:
        raise NotFoundError(f"account {given.account} has no project {given.project}") from None
    output.tell(f"{user.email} of account {given.account} is assigned to project {given.project}")


def _assign_all(given: Namespace, now: Timestamp) -> None:
    deployment.connect(given)
    accounts.get(given.account)
    managers = [(user.id, project_id) for user in users.everyone(given.account) for project_id in user.managed_projects]
    assigned = sum(_is_assigned_now(given.account, *pair, lambda _: _MANAGES, now) for pair in managers)
    entries = 0
    for project in projects.everything(given.account):
        there = set[Id]()
        for entry in earlier_time.of_project(given.account, project.id):
            if entry.user_id not in there:
                there.add(entry.user_id)
                assigned += _is_assigned_now(given.account, entry.user_id, project.id, default_fields, now)
            entries += earlier_time.assign(given.account, entry.id)
    output.tell(
        f"assigned {assigned} times somebody of account {given.account} to a project that they manage or have time on,"
        f" and {entries} time entries to them"
    )


def _is_assigned_now(
    account_id: AccountId, user_id: Id, project_id: Id, fields: Callable[[User], UserAssignmentFields], now: Timestamp
) -> bool:
    """Assign a user to a project; False when they were there already, or one of the two has gone."""
    try:
        user_assignments.create(account_id, project_id, user_id, fields, now)
    except (UserTakenError, NoSuchAssigneeError, NotFoundError):
        return False
    return True


def _archive(given: Namespace, now: Timestamp) -> None:
    deployment.connect(given)
    known = users.get_by_email(given.account, given.email)
    user = _changed(given.account, known.id, now, is_active=False)
    output.tell(f"{user.email} of account {given.account} is archived")


def _changed(account_id: AccountId, user_id: Id, now: Timestamp, **values: Any) -> User:
    def change(user: User) -> User:
        return changed_user(user, replace(fields_of(UserFields, user), **values), now)

    try:
        return users.update(account_id, user_id, change)
    except NotFoundError:
        raise NotFoundError(f"account {account_id} has no user {user_id}") from None


def _shown(user: User) -> output.Record:
    return {
        "id": user.id,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "role": user.role,
        "rights": sorted(user.rights),
        "managed_projects": sorted(user.managed_projects),
        "is_active": user.is_active,
        "created_at": user.created_at,
        "updated_at": user.updated_at,
    }
