"""Records of an account, made through the API itself, and people who may do only some of it."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

from sheaf.domain.identity import AccountId, Right, Role, Token, User
from sheaf.domain.imports.job import FileKind, StoredFile
from sheaf.domain.imports.rows import Outcome, Verdict
from sheaf.domain.user_assignment import UserAssignmentFields
from sheaf.domain.values import Id, Timestamp
from sheaf.http.identity import token_digest
from sheaf.store import projects, tokens, user_assignments, users
from sheaf.store.imports import endings, jobs, progress
from sheaf.store.imports.jobs import Header
from sheaf.store.imports.progress import Settled
from sheaf.store.resumable import resume
from sheaf.store.transactions import commit
from tests.support.api import NOW, Api


def _made(api: Api, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = api.post(path, body)
    assert answer.status == 201, answer
    made: dict[str, Any] = answer.body
    return made


def client(api: Api, name: str = "Client", **fields: object) -> dict[str, Any]:
    """A new client."""
    return _made(api, "/v2/clients", {"name": name, **fields})


def task(api: Api, name: str = "Design", **fields: object) -> dict[str, Any]:
    """A new task."""
    return _made(api, "/v2/tasks", {"name": name, **fields})


def project(api: Api, name: str = "Project", **fields: object) -> dict[str, Any]:
    """A new project, of a new client with a name of its own unless `client_id` says of whom."""
    client_id = fields.pop("client_id", None) or client(api, f"Client of {name} {secrets.token_hex(4)}")["id"]
    return _made(api, "/v2/projects", {"client_id": client_id, "name": name, **fields})


def assignment(api: Api, project_id: int, task_id: int, **fields: object) -> dict[str, Any]:
    """A task put on a project."""
    return _made(api, f"/v2/projects/{project_id}/task_assignments", {"task_id": task_id, **fields})


def user_assignment(api: Api, project_id: int, user_id: int, **fields: object) -> dict[str, Any]:
    """A user put on a project."""
    return _made(api, f"/v2/projects/{project_id}/user_assignments", {"user_id": user_id, **fields})


def role(api: Api, name: str = "Designer", **fields: object) -> dict[str, Any]:
    """A new business role."""
    return _made(api, "/v2/roles", {"name": name, **fields})


def time_entry(api: Api, project_id: int, task_id: int, **fields: object) -> dict[str, Any]:
    """Time of the caller, on a day of their own choice."""
    body = {"project_id": project_id, "task_id": task_id, "spent_date": "2026-11-20", "hours": 1, **fields}
    return _made(api, "/v2/time_entries", body)


def new_import(api: Api, **fields: object) -> dict[str, Any]:
    """A new import, which awaits its file."""
    return _made(api, "/v2/imports", fields)


def run_import(api: Api, import_id: int, *outcomes: str) -> None:
    """Bring an import as far as its workers would, who come to these verdicts on its rows; one row is left."""
    account_id, item = AccountId(int(api.account_id)), Id(import_id)
    jobs.start(account_id, item, StoredFile("key", "etag", 100), NOW)
    jobs.describe(account_id, item, Header(FileKind.TASKS, ["Name", "Colour"], ["Colour"]), NOW)
    jobs.mark_all_sent(account_id, item, jobs.Cut(len(outcomes) + 1, 1), NOW)
    if outcomes:
        _settle(account_id, item, *outcomes, is_last=False)


def end_import(api: Api, import_id: int, outcome: str, now: Timestamp = NOW) -> None:
    """Bring an import that was run to its end, with this verdict on its last row; it has a report if that failed."""
    account_id, item = AccountId(int(api.account_id)), Id(import_id)
    _settle(account_id, item, outcome, is_last=True)
    assert endings.complete(account_id, item, now, has_report=outcome == "failed")


def _settle(account_id: AccountId, import_id: Id, *outcomes: str, is_last: bool) -> None:
    verdicts = [Verdict(number, Outcome(outcome)) for number, outcome in enumerate(outcomes, 1)]
    _, batch = progress.batch(account_id, import_id, 1, "digest")
    commit(progress.progress(account_id, import_id, batch, Settled(verdicts, [], frozenset(), is_last), NOW))


def _assigned(_: User, *, manages: bool) -> UserAssignmentFields:
    return UserAssignmentFields(is_project_manager=manages)


def person(
    api: Api,
    role: Role,
    rights: frozenset[Right] = frozenset(),
    managed: frozenset[int] = frozenset(),
    assigned: frozenset[int] = frozenset(),
) -> tuple[Api, int]:
    """The API as a new user of the same account sees it, and the user's id; they are assigned to what they manage."""
    account_id = AccountId(int(api.account_id))
    email = f"{secrets.token_hex(4)}@example.com"
    user = users.create(account_id, User(Id(0), "Pat", "Person", email, role, rights, frozenset(), True, NOW, NOW))
    for project_id in projects.get_many(account_id, [Id(number) for number in managed | assigned]):
        fields = partial(_assigned, manages=project_id in managed)
        user_assignments.create(account_id, project_id, user.id, fields, NOW)
    token = secrets.token_urlsafe(32)
    tokens.issue(account_id, Token(Id(0), token_digest(token), user.id, "test", NOW, None, None))
    return Api(token, api.account_id), user.id


def manager(
    api: Api, *managed: int, rights: frozenset[Right] = frozenset(), assigned: frozenset[int] = frozenset()
) -> Api:
    """The API as a manager of these projects sees it, who is assigned to others too."""
    return person(api, Role.MANAGER, rights, frozenset(managed), assigned)[0]


def member(api: Api, *assigned: int) -> Api:
    """The API as a member sees it who is assigned to these projects."""
    return person(api, Role.MEMBER, assigned=frozenset(assigned))[0]


@contextmanager
def interrupted() -> Iterator[None]:
    """Whatever takes several transactions stops after the first of them, as in a crash."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resume, "_repeat", lambda *_: False)
        yield
