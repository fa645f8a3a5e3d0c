"""The operator's command line, against a table and a stack of the local engine."""

import os
import re
import shlex
import subprocess
import sys
from argparse import ArgumentTypeError
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheaf.domain.client import ClientFields
from sheaf.domain.identity import Account, AccountId, Right, Role, User
from sheaf.domain.imports.rows import Person
from sheaf.domain.project import ProjectFields
from sheaf.domain.task import TaskFields
from sheaf.domain.task_assignment import default_fields
from sheaf.domain.time_entry import TimeEntryFields, new_time_entry
from sheaf.domain.values import Day, Id, Timestamp
from sheaf.http.identity import token_digest
from sheaf.store import (
    accounts,
    clients,
    keys,
    projects,
    task_assignments,
    tasks,
    time_guard,
    time_totals,
    tokens,
    user_assignments,
    users,
)
from sheaf.store.mappers.time_entry import to_items
from sheaf.store.records import replacement_writes
from sheaf.store.transactions import commit
from sheaf.store.writes import update
from tests.store.audit import assert_sound
from tests.support.api import NOW, Api, make_account, make_token
from tests.tools.conftest import Outcome, Sheaf, a_stack
from tools.cli import arguments
from tools.local import deploy, engine

ADA = ("--account", "1", "--email", "ada@example.com")
ADD_ADA = ("user", "add", *ADA, "--first-name", "Ada", "--last-name", "Admin")
OF_ADA = shlex.join(ADD_ADA[2:])
LATER = Timestamp("2100-01-01T00:00:00Z")
ISSUED = re.compile(r"sheaf_[A-Za-z0-9_-]{43}\n")  # 43 characters of base64 hold 256 bits


def opens(token: str) -> bool:
    return tokens.caller_of(token_digest(token), NOW) is not None


# What a word on the command line may be


@pytest.mark.parametrize(
    ("command", "words", "problem"),
    [
        ("sheaf", "", "the following arguments are required: COMMAND"),
        ("sheaf account", "", "the following arguments are required: COMMAND"),
        ("sheaf account", "list", "argument COMMAND: invalid choice: 'list' (choose from 'create')"),
        ("sheaf account create", "''", "argument NAME: Name can't be blank"),
        (
            "sheaf account create",
            "Demo --id 0",
            "argument --id: an account's number must be a positive integer below 2^53",
        ),
        (
            "sheaf user add",
            f"{OF_ADA} --role boss",
            "argument --role: invalid choice: 'boss' (choose from 'administrator', 'manager', 'member')",
        ),
        (
            "sheaf user add",
            f"{OF_ADA} --role member --right project_creator",
            "only a manager can have rights and managed projects",
        ),
        (
            "sheaf user add",
            f"{OF_ADA} --role administrator --manages 7",
            "only a manager can have rights and managed projects",
        ),
        ("sheaf user archive", "--account 1 --email ada", "argument --email: 'ada' is not an email address"),
        (
            "sheaf token issue",
            "--account 1 --email ada@example.com --expires-in soon",
            "argument --expires-in: 'soon' is not a length of time such as 12h, 90d or 26w",
        ),
        (
            "sheaf token revoke",
            "--account 1 x",
            "argument ID: a token's id must be a positive integer below 2^53",
        ),
        (
            "sheaf user list",
            "--account 1 --local --stack x",
            "argument --stack: not allowed with argument --local",
        ),
        (
            "sheaf user list",
            "--account 1 --local --region eu-central-1",
            "argument --local: not allowed with argument --region or --profile",
        ),
    ],
)
def test_a_wrong_command_line_is_one_line_on_stderr_and_status_2(
    sheaf: Sheaf, command: str, words: str, problem: str
) -> None:
    outcome = sheaf(*shlex.split(command)[1:], *shlex.split(words))
    assert outcome == Outcome(2, "", f"{command}: {problem} (see {command} --help)\n")


@pytest.mark.parametrize("text", ["a@b", "Ada.Admin+x@example.com", "ä@exämple.com", "a" * 242 + "@example.com"])
def test_what_may_be_an_email_address_is_taken_as_it_is(text: str) -> None:
    assert arguments.email(text) == text


@pytest.mark.parametrize(
    "text", ["", "@", "a@", "@b", "a@b@c", "a b@c", "a\t@b", "a@b\n", "a\xa0@b", "a" * 243 + "@example.com"]
)
def test_what_cannot_be_an_email_address_is_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError):
        arguments.email(text)


@given(st.integers(1, 99999), st.sampled_from([("h", 3600), ("d", 86400), ("w", 604800)]))
def test_a_length_of_time_is_its_number_times_its_unit(number: int, unit: tuple[str, int]) -> None:
    assert arguments.duration(f"{number}{unit[0]}").total_seconds() == number * unit[1]


@pytest.mark.parametrize("text", ["", "0d", "90", "d", "-1d", "1.5d", "90m", "90D", "100000d", "90d ", "٩d"])
def test_any_other_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError):
        arguments.duration(text)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("account",),
        ("account", "create"),
        ("user",),
        ("user", "add"),
        ("user", "list"),
        ("user", "archive"),
        ("user", "set-email"),
        ("token",),
        ("token", "issue"),
        ("token", "list"),
        ("token", "revoke"),
    ],
)
def test_help_shows_an_example_on_every_level(sheaf: Sheaf, words: tuple[str, ...]) -> None:
    outcome = sheaf(*words, "--help")
    usage, examples = outcome.out.split("\nexamples:\n")
    assert (outcome.status, outcome.err) == (0, "")
    assert usage.startswith(" ".join(["usage: sheaf", *words]))
    assert " ".join(["sheaf", *words]) in examples


# Accounts


def test_account_create_prints_the_number_alone_on_stdout(sheaf: Sheaf, stack: str) -> None:
    assert sheaf("account", "create", "Example Ltd") == Outcome(0, "1\n", "created account 1: Example Ltd\n")


def test_account_create_as_json_shows_no_secret(sheaf: Sheaf, stack: str) -> None:
    shown = sheaf.json("account", "create", "Exämple Ltd")
    account = accounts.get(AccountId(1))
    assert shown == {"id": 1, "name": "Exämple Ltd", "created_at": account.created_at}


def test_each_account_has_a_paging_key_of_256_bits_of_its_own(sheaf: Sheaf, stack: str) -> None:
    sheaf("account", "create", "One")
    sheaf("account", "create", "Two")
    keys = {accounts.get(AccountId(number)).paging_key for number in (1, 2)}
    assert [len(key) for key in keys] == [32, 32]


def test_a_chosen_number_is_taken_and_the_next_free_one_lies_above_it(sheaf: Sheaf, stack: str) -> None:
    assert sheaf("account", "create", "Moved here", "--id", "41").out == "41\n"
    assert sheaf("account", "create", "New").out == "42\n"


def test_a_chosen_number_below_others_does_not_turn_the_sequence_back(sheaf: Sheaf, stack: str) -> None:
    sheaf("account", "create", "First", "--id", "41")
    sheaf("account", "create", "Second", "--id", "7")
    assert sheaf("account", "create", "Third").out == "42\n"


def test_a_number_that_is_taken_is_refused(sheaf: Sheaf, stack: str) -> None:
    sheaf("account", "create", "First", "--id", "7")
    assert sheaf("account", "create", "Second", "--id", "7") == Outcome(1, "", "sheaf: account 7 already exists\n")
    assert accounts.get(AccountId(7)).name == "First"


# Users


def _two_projects(account: Account) -> None:
    client = clients.create(account.id, ClientFields(name="123 Industries"), NOW)
    for name in ("Shop", "Website"):
        projects.create(account.id, ProjectFields(client_id=client.id, name=name), NOW)


def test_user_add_keeps_everything_that_was_said_of_a_manager(sheaf: Sheaf, stack: str, account: Account) -> None:
    words = ("--role", "manager", "--right", "project_creator", "--right", "client_and_task_manager", "--manages", "1")
    _two_projects(account)
    outcome = sheaf(*ADD_ADA, *words, "--manages", "2")
    user = users.get_by_email(account.id, "ada@example.com")
    assert outcome == Outcome(0, "1\n", "added manager ada@example.com to account 1 as user 1\n")
    assert user == User(
        id=Id(1),
        first_name="Ada",
        last_name="Admin",
        email="ada@example.com",
        role=Role.MANAGER,
        rights=frozenset({Right.PROJECT_CREATOR, Right.CLIENT_AND_TASK_MANAGER}),
        managed_projects=frozenset({Id(1), Id(2)}),
        version=3,
        is_active=True,
        created_at=user.created_at,
        updated_at=user.created_at,
    )


def test_nobody_is_added_who_shall_manage_a_project_that_is_not_there(
    sheaf: Sheaf, stack: str, account: Account
) -> None:
    outcome = sheaf(*ADD_ADA, "--role", "manager", "--manages", "7")
    assert (outcome.status, outcome.err) == (1, "sheaf: account 1 has no project 7\n")
    assert list(users.everyone(account.id)) == []


def test_a_user_is_assigned_to_a_project_as_their_role_says(sheaf: Sheaf, stack: str, account: Account) -> None:
    _two_projects(account)
    sheaf(*ADD_ADA, "--role", "manager")
    command = ("user", "assign", "--account", "1", "--email", "ada@example.com", "--project")
    assert sheaf(*command, "2") == Outcome(0, "", "ada@example.com of account 1 is assigned to project 2\n")
    assert sheaf(*command, "2") == Outcome(1, "", "sheaf: User has already been taken\n")
    assert sheaf(*command, "3") == Outcome(1, "", "sheaf: account 1 has no project 3\n")
    assert users.get(account.id, Id(1)).managed_projects == {2}


def test_everybody_is_assigned_where_they_have_time_and_nobody_twice(
    sheaf: Sheaf, stack: str, account: Account
) -> None:
    _two_projects(account)
    sheaf(*ADD_ADA)
    sheaf("user", "add", "--account", "1", "--email", "m@example.com", "--first-name", "Mia", "--last-name", "Member")
    task = tasks.create(account.id, TaskFields(name="Design"), NOW)
    for project_id in (Id(1), Id(2)):
        task_assignments.create(account.id, project_id, task.id, default_fields, NOW)
    earlier = [(1, 1), (1, 1), (1, 2), (2, 2)]
    _logged_before(account, task.id, earlier)
    sheaf("user", "assign", "--account", "1", "--email", "m@example.com", "--project", "1")

    said = [sheaf("user", "assign-all", "--account", "1") for _ in range(2)]

    assert said == [
        Outcome(
            0,
            "",
            f"assigned {pairs} times somebody of account 1 to a project that they manage or have time on,"
            f" and {entries} time entries to them\n",
        )
        for pairs, entries in ((3, 4), (0, 0))
    ]
    assigned = {
        user_id: {pair.project_id: pair.is_project_manager for pair in user_assignments.of_user(account.id, user_id)}
        for user_id in (Id(1), Id(2))
    }
    assert assigned == {1: {1: False, 2: True}, 2: {1: False, 2: False}}
    assert_sound(account.id)


def _logged_before(account: Account, task_id: Id, places: Sequence[tuple[int, int]]) -> None:
    """Time of users on projects, and user 1 the manager of project 2, as it was before users were assigned."""
    for number, (project, user_id) in enumerate(places, 1):
        fields = TimeEntryFields(project_id=Id(project), task_id=task_id, spent_date=Day("2026-11-20"))
        entry = new_time_entry(Id(number), Id(user_id), Id(project), fields, NOW)  # each project has one assignment
        commit(
            [
                *replacement_writes([], to_items(account.id, entry), 0),
                *time_guard.count_time(account.id, leaving=[], entering=[entry]),
                *time_totals.count(account.id, leaving=[], entering=[entry]),
            ]
        )
    commit([update(keys.record(account.id, "USER", Id(1)), "ADD managed_projects :two", {":two": {"NS": ["2"]}})])


def test_a_user_is_a_member_unless_said_otherwise(sheaf: Sheaf, stack: str, account: Account) -> None:
    shown = sheaf.json(*ADD_ADA)
    user = users.get_by_email(account.id, "ada@example.com")
    assert shown == {
        "id": 1,
        "email": "ada@example.com",
        "first_name": "Ada",
        "last_name": "Admin",
        "role": "member",
        "rights": [],
        "managed_projects": [],
        "is_active": True,
        "created_at": user.created_at,
        "updated_at": user.created_at,
    }


def test_an_email_address_that_is_taken_in_another_case_is_refused(sheaf: Sheaf, stack: str, account: Account) -> None:
    sheaf(*ADD_ADA)
    outcome = sheaf(*(word.replace("ada@", "ADA@") for word in ADD_ADA))
    complaint = "sheaf: Email has already been taken\n"
    assert outcome == Outcome(1, "", complaint)


def test_user_list_shows_the_newest_first_in_columns(sheaf: Sheaf, stack: str, account: Account) -> None:
    _two_projects(account)
    sheaf(*ADD_ADA, "--role", "manager", "--right", "project_creator", "--manages", "1", "--manages", "2")
    sheaf("user", "add", "--account", "1", "--email", "m@example.com", "--first-name", "Mia", "--last-name", "Member")
    sheaf("user", "archive", "--account", "1", "--email", "m@example.com")
    assert sheaf("user", "list", "--account", "1") == Outcome(
        0,
        "ID  EMAIL            FIRST NAME  LAST NAME  ROLE     RIGHTS           MANAGED PROJECTS  IS ACTIVE\n"
        "2   m@example.com    Mia         Member     member   -                -                 no\n"
        "1   ada@example.com  Ada         Admin      manager  project_creator  1,2               yes\n",
        "",
    )


def test_user_list_as_json_is_what_user_add_showed(sheaf: Sheaf, stack: str, account: Account) -> None:
    added = sheaf.json(*ADD_ADA)
    assert sheaf.json("user", "list", "--account", "1") == [added]


def test_users_of_another_account_are_not_listed(sheaf: Sheaf, stack: str, account: Account) -> None:
    make_account(2)
    sheaf(*ADD_ADA)
    assert sheaf.json("user", "list", "--account", "2") == []


def test_a_person_whose_time_was_imported_is_given_an_email_address_and_a_token(
    sheaf: Sheaf, stack: str, account: Account
) -> None:
    person = users.create_imported(account.id, Id(1), Person(None, "Ida", "Imported"), NOW)
    assert sheaf("user", "list", "--account", "1").out.splitlines()[1].split()[:4] == ["1", "-", "Ida", "Imported"]
    outcome = sheaf("user", "set-email", "--account", "1", "--id", "1", "--email", "ida@example.com")
    assert outcome == Outcome(0, "", "user 1 of account 1 has the email ida@example.com\n")
    assert users.get_by_email(account.id, "ida@example.com").id == person.id
    assert opens(sheaf("token", "issue", "--account", "1", "--email", "ida@example.com").out.strip())


def test_a_user_who_is_not_there_gets_no_email_address(sheaf: Sheaf, stack: str, account: Account) -> None:
    outcome = sheaf("user", "set-email", "--account", "1", "--id", "7", "--email", "ida@example.com")
    assert outcome == Outcome(1, "", "sheaf: account 1 has no user 7\n")


def test_tokens_of_an_archived_user_stop_working(sheaf: Sheaf, stack: str, account: Account) -> None:
    sheaf(*ADD_ADA)
    token = sheaf("token", "issue", *ADA).out.strip()
    assert opens(token)
    outcome = sheaf("user", "archive", "--account", "1", "--email", "Ada@Example.com")
    assert outcome == Outcome(0, "", "ada@example.com of account 1 is archived\n")
    assert not opens(token)


def test_archiving_a_user_twice_changes_nothing_more(sheaf: Sheaf, stack: str, account: Account) -> None:
    sheaf(*ADD_ADA)
    sheaf("user", "archive", *ADA)
    archived = users.get_by_email(account.id, "ada@example.com")
    assert sheaf("user", "archive", *ADA) == Outcome(0, "", "ada@example.com of account 1 is archived\n")
    assert users.get_by_email(account.id, "ada@example.com") == archived


# Tokens


def test_token_issue_prints_the_token_alone_on_stdout_and_nowhere_else(
    sheaf: Sheaf, stack: str, account: Account
) -> None:
    sheaf(*ADD_ADA)
    outcome = sheaf("token", "issue", *ADA)
    explanation = "issued token 1 to ada@example.com of account 1; it does not expire and is shown only now\n"
    assert ISSUED.fullmatch(outcome.out)
    assert outcome == Outcome(0, outcome.out, explanation)


def test_an_issued_token_lets_its_user_in(sheaf: Sheaf, stack: str, account: Account) -> None:
    sheaf(*ADD_ADA, "--role", "administrator")
    token = sheaf("token", "issue", *ADA).out.strip()
    assert Api(token).get("/v2/tasks").status == 200


def test_a_token_expires_when_it_was_told_to(sheaf: Sheaf, stack: str, account: Account) -> None:
    sheaf(*ADD_ADA)
    shown = sheaf.json("token", "issue", *ADA, "--label", "laptop", "--expires-in", "1h")
    (kept,) = tokens.everything(account.id)
    assert kept.expires_at is not None
    assert kept.digest == token_digest(shown["token"])
    assert shown == {
        "id": 1,
        "token": shown["token"],
        "email": "ada@example.com",
        "label": "laptop",
        "created_at": kept.created_at,
        "expires_at": kept.expires_at,
    }
    assert datetime.fromisoformat(kept.expires_at) - datetime.fromisoformat(kept.created_at) == timedelta(hours=1)


def test_an_archived_user_is_issued_no_token(sheaf: Sheaf, stack: str, account: Account) -> None:
    sheaf(*ADD_ADA)
    sheaf("user", "archive", *ADA)
    complaint = "sheaf: ada@example.com of account 1 is archived\n"
    assert sheaf("token", "issue", *ADA) == Outcome(1, "", complaint)
    assert list(tokens.everything(account.id)) == []


def test_token_list_says_which_ones_ended_with_their_users(sheaf: Sheaf, stack: str, account: Account) -> None:
    make_token(account)  # of an administrator, who stays
    for name in ("gone", "archived"):
        add = ("--email", f"{name}@example.com", "--first-name", "A", "--last-name", "B")
        sheaf("user", "add", "--account", "1", *add)
        sheaf("token", "issue", "--account", "1", "--email", f"{name}@example.com")
    gone = users.get_by_email(account.id, "gone@example.com")
    users.delete(account.id, gone.id, NOW)
    sheaf("user", "archive", "--account", "1", "--email", "archived@example.com")

    listed = sheaf.json("token", "list", "--account", "1")

    assert [(item["email"], item["state"]) for item in listed[:2]] == [
        ("archived@example.com", "user_archived"),
        (None, "user_deleted"),
    ]
    assert listed[2]["state"] == "valid"


def test_token_list_says_which_ones_work(sheaf: Sheaf, stack: str, account: Account) -> None:
    expired = make_token(account, expires_at=NOW)
    sheaf(*ADD_ADA)
    revoked = sheaf("token", "issue", *ADA, "--label", "laptop").out.strip()
    valid = sheaf("token", "issue", *ADA).out.strip()
    sheaf("token", "revoke", "--account", "1", "2")
    listed = sheaf.json("token", "list", "--account", "1")
    kept = list(tokens.everything(account.id))
    assert [(item["id"], item["label"], item["state"], item["sha256_prefix"]) for item in listed] == [
        (3, "", "valid", token_digest(valid)[:12]),
        (2, "laptop", "revoked", token_digest(revoked)[:12]),
        (1, "test", "expired", token_digest(expired)[:12]),
    ]
    assert listed[1] == {
        "id": 2,
        "email": "ada@example.com",
        "label": "laptop",
        "state": "revoked",
        "created_at": kept[1].created_at,
        "expires_at": None,
        "revoked_at": kept[1].revoked_at,
        "sha256_prefix": token_digest(revoked)[:12],
    }


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_token_list_shows_neither_tokens_nor_whole_digests(
    sheaf: Sheaf, stack: str, account: Account, words: tuple[str, ...]
) -> None:
    token = make_token(account)
    outcome = sheaf("token", "list", "--account", "1", *words)
    assert token_digest(token)[:12] in outcome.out
    assert token not in outcome.out
    assert token_digest(token)[:13] not in outcome.out


def test_a_revoked_token_is_invalid(sheaf: Sheaf, stack: str, account: Account) -> None:
    token = make_token(account)
    outcome = sheaf("token", "revoke", "--account", "1", "1")
    (kept,) = tokens.everything(account.id)
    assert outcome == Outcome(0, "", f"token 1 of account 1 is revoked since {kept.revoked_at}\n")
    assert not opens(token)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (ADD_ADA, "account 1 does not exist"),
        (("user", "list", "--account", "1"), "account 1 does not exist"),
        (("user", "archive", *ADA), "account 1 has no user with the email ada@example.com"),
        (("token", "issue", *ADA), "account 1 has no user with the email ada@example.com"),
        (("token", "list", "--account", "1"), "account 1 does not exist"),
        (("token", "revoke", "--account", "1", "7"), "account 1 has no token 7"),
    ],
)
def test_what_is_not_there_is_one_line_on_stderr_and_status_1(
    sheaf: Sheaf, stack: str, words: tuple[str, ...], complaint: str
) -> None:
    assert sheaf(*words) == Outcome(1, "", f"sheaf: {complaint}\n")


# Where


def test_the_stack_can_be_named(sheaf: Sheaf, stack: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHEAF_STACK")
    assert sheaf("account", "create", "Demo", "--stack", stack).out == "1\n"


def test_a_stack_that_is_not_there_is_named(
    sheaf: Sheaf, table: str, endpoint_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SHEAF_STACK", raising=False)
    complaint = f"sheaf: there is no stack sheaf at {endpoint_url}\n"
    assert sheaf("account", "create", "Demo") == Outcome(1, "", complaint)


def test_a_stack_that_is_no_sheaf_is_refused(sheaf: Sheaf, table: str, endpoint_url: str) -> None:
    with a_stack(endpoint_url, f"other-{table}", {"Url": {"Value": "x"}}) as name:
        outcome = sheaf("account", "create", "Demo", "--stack", name)
    complaint = f"sheaf: the stack {name} has no output TableName: it is still being created, or is no Sheaf\n"
    assert outcome == Outcome(1, "", complaint)


def test_local_works_on_what_make_run_has_brought_up(
    sheaf: Sheaf, table: str, endpoint_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "endpoint").write_text(f"{endpoint_url}\n")
    monkeypatch.setenv("SHEAF_LOCAL_DIR", str(tmp_path))
    with a_stack(endpoint_url, deploy.STACK, {"TableName": {"Value": table}}):
        assert sheaf("account", "create", "Demo", "--local").out == "1\n"
    assert accounts.get(AccountId(1)).name == "Demo"


def test_local_says_that_nothing_is_running(sheaf: Sheaf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SHEAF_LOCAL_DIR", str(tmp_path))
    complaint = f"sheaf: nothing is running in {tmp_path}: start it with `make run`\n"
    assert sheaf("user", "list", "--account", "1", "--local") == Outcome(1, "", complaint)


def test_local_says_that_nothing_answers(sheaf: Sheaf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    endpoint_url = f"http://127.0.0.1:{engine.free_port()}"
    (tmp_path / "endpoint").write_text(endpoint_url)
    monkeypatch.setenv("SHEAF_LOCAL_DIR", str(tmp_path))
    complaint = f"sheaf: nothing answers at {endpoint_url}: start it with `make run`\n"
    assert sheaf("user", "list", "--account", "1", "--local") == Outcome(1, "", complaint)


def test_without_a_region_there_is_one_line(sheaf: Sheaf, no_aws: None) -> None:
    assert sheaf("user", "list", "--account", "1") == Outcome(1, "", "sheaf: You must specify a region.\n")


def test_without_credentials_there_is_one_line(sheaf: Sheaf, no_aws: None) -> None:
    outcome = sheaf("user", "list", "--account", "1", "--region", "eu-central-1")
    assert outcome == Outcome(1, "", "sheaf: Unable to locate credentials\n")


def test_a_profile_that_is_not_there_is_named(sheaf: Sheaf, no_aws: None) -> None:
    outcome = sheaf("user", "list", "--account", "1", "--profile", "nobody")
    assert outcome == Outcome(1, "", "sheaf: The config profile (nobody) could not be found\n")


def test_a_profile_that_is_asked_for_wins_over_keys_in_the_environment(
    sheaf: Sheaf, table: str, endpoint_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.setenv(name, "other")
    (tmp_path / "credentials").write_text("[mine]\naws_access_key_id = AKIAMINE\naws_secret_access_key = x\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    sheaf("user", "list", "--account", "1", "--profile", "mine")
    credentials = boto3.Session().get_credentials()
    assert credentials is not None
    assert credentials.access_key == "AKIAMINE"


@pytest.fixture
def no_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without any AWS settings."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("SHEAF_STACK", raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


# The program


def test_the_installed_program_prints_nothing_but_the_token_on_stdout(
    stack: str, account: Account, endpoint_url: str
) -> None:
    program = Path(sys.executable).parent / "sheaf"
    environment = {**engine.aws_environment(endpoint_url), "SHEAF_STACK": stack}
    add, issue = (
        subprocess.run([program, *words], env=environment, capture_output=True, text=True, check=False)  # noqa: S603
        for words in (ADD_ADA, ("token", "issue", *ADA))
    )
    assert (add.returncode, add.stdout) == (0, "1\n")
    assert issue.returncode == 0
    assert ISSUED.fullmatch(issue.stdout)
    assert opens(issue.stdout.strip())


def test_a_reader_that_goes_away_early_causes_no_stack_trace(stack: str, account: Account, endpoint_url: str) -> None:
    program = Path(sys.executable).parent / "sheaf"
    environment = {**engine.aws_environment(endpoint_url), "SHEAF_STACK": stack}
    read, write = os.pipe()
    os.close(read)
    result = subprocess.run(  # noqa: S603
        [program, "user", "list", "--account", "1"],
        env=environment,
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write)
    assert (result.returncode, result.stderr) == (1, "")
