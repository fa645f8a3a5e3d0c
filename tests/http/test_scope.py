"""The project in a path: for those who manage it, and nothing is said to the others."""

import pytest

from sheaf.domain.errors import NotFoundError, NotPermittedError
from sheaf.domain.identity import Account, AccountId, Caller, Role, User
from sheaf.domain.values import Id, Timestamp
from sheaf.http.request import Request
from sheaf.http.scope import managed_project_id
from tests.store.stored_records import assignment, client, populate, project, task
from tests.support.api import NOW, Answer, Api, make_token

ACCOUNT = Account(AccountId(1), "Demo", bytes(32), Timestamp(NOW))


def _call(role: Role, project_id: str, *managed: int) -> Request:
    user = User(Id(1), "A", "B", "a@b", role, frozenset(), frozenset(map(Id, managed)), True, NOW, NOW)
    return Request(caller=Caller(ACCOUNT, user), path_parameters={"project_id": project_id})


@pytest.mark.parametrize("received", [_call(Role.ADMINISTRATOR, "7"), _call(Role.MANAGER, "7", 6, 7)])
def test_administrators_and_its_managers_may_have_to_do_with_a_project(received: Request) -> None:
    assert managed_project_id(received) == 7


@pytest.mark.parametrize("received", [_call(Role.MANAGER, "7"), _call(Role.MANAGER, "7", 8), _call(Role.MEMBER, "7")])
def test_nobody_else_may(received: Request) -> None:
    with pytest.raises(NotPermittedError):
        managed_project_id(received)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.MANAGER])
@pytest.mark.parametrize("text", ["", "0", "seven", "-7", "9" * 99])
def test_what_is_no_id_is_not_found(role: Role, text: str) -> None:
    with pytest.raises(NotFoundError):
        managed_project_id(_call(role, text))


def _all(answers: list[Answer]) -> list[tuple[int, str]]:
    return [(answer.status, answer.raw) for answer in answers]


def test_a_project_of_others_looks_to_managers_like_one_that_is_not_there(account: Account) -> None:
    populate(client(1), project(1), task(1), assignment(1, 1, 1))
    api = Api(make_token(account, Role.MANAGER))

    def everything(project_id: int) -> list[Answer]:
        path = f"/v2/projects/{project_id}"
        return [
            api.get(path),
            api.patch(path, {"name": "x"}),
            api.delete(path),
            api.get(f"{path}/task_assignments"),
            api.post(f"{path}/task_assignments", {"task_id": 1}),
            api.get(f"{path}/task_assignments/1"),
            api.patch(f"{path}/task_assignments/1", {"billable": False}),
            api.delete(f"{path}/task_assignments/1"),
        ]

    assert _all(everything(1)) == _all(everything(99)) == [(403, '{"message":"Not authorized!"}')] * 8
