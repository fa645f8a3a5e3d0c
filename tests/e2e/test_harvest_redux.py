"""PyPI's python-harvest-redux, a v1 client written for Harvest, unmodified: all that it can do with tasks."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from sheaf.domain.identity import AccountId
from sheaf.store import users
from tests.support.server import Client, Server, environment
from tools.template import PROJECT

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

PYTHON = PROJECT / ".venv-e2e/bin/python"

type Call = Callable[..., Any]


@contextmanager
def harvest(**arguments: object) -> Iterator[Call]:
    """The client, in a process of its own: a function that takes the name of a method and its arguments."""
    command = [str(PYTHON), "tests/e2e/harvest_redux.py"]
    # Its OAuth library refuses to speak to anything but https otherwise.
    variables = environment(OAUTHLIB_INSECURE_TRANSPORT="1", NO_PROXY="127.0.0.1")
    with subprocess.Popen(  # noqa: S603
        command, cwd=PROJECT, env=variables, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        sent, came = process.stdin, process.stdout

        def call(name: str, *positional: object, **named: object) -> Any:
            sent.write(json.dumps([name, positional, named]) + "\n")
            sent.flush()
            return json.loads(came.readline())

        sent.write(json.dumps(arguments) + "\n")
        yield call
        sent.close()


@dataclass(frozen=True)
class World:
    """An account with one project without tasks: its administrator by v2 and by the client of v1."""

    v2: Client
    v1: Call
    project_id: int


@pytest.fixture
def email(server: Server, client: Client) -> str:
    """The address of the account's administrator."""
    with server.store():
        (user,) = users.everyone(AccountId(client.account_id))
        return str(user.email)


@pytest.fixture
def world(server: Server, client: Client, email: str) -> Iterator[World]:
    customer = client.post("/v2/clients", {"name": "123 Industries"}).body["id"]
    project = client.post("/v2/projects", {"client_id": customer, "name": "Online Store"}).body["id"]
    with harvest(uri=server.url, email=email, password=client.token) as call:
        yield World(client, call, project)


@pytest.mark.parametrize("put_auth_in_header", [True, False])
def test_it_signs_in_with_an_email_address_and_a_token(
    put_auth_in_header: bool, server: Server, client: Client, email: str
) -> None:
    with harvest(uri=server.url, email=email, password=client.token, put_auth_in_header=put_auth_in_header) as call:
        found = call("who_am_i")

    assert (found["user"]["email"], found["company"]["name"]) == (email, "Example Ltd")


def test_it_signs_in_with_a_personal_token_and_with_oauth(server: Server, client: Client, email: str) -> None:
    oauth = {"access_token": client.token, "token_type": "bearer"}
    with harvest(uri=server.url, personal_token=client.token, account_id=client.account_id) as call:
        assert call("who_am_i")["user"]["email"] == email
    with harvest(uri=server.url, client_id="any", token=oauth) as call:
        assert call("who_am_i")["user"]["email"] == email


def test_it_is_told_where_its_credentials_are_wrong(server: Server, email: str) -> None:
    with harvest(uri=server.url, email=email, password="wrong") as call:
        assert call("tasks") == {
            "message": "Authentication failed: send your email address and an access token by HTTP Basic"
        }


def test_a_task_from_its_making_to_its_end(world: World) -> None:
    made = world.v1("create_task", task={"name": "Design", "default_hourly_rate": 80.5})
    location = made["headers"]["Location"]
    task_id = int(location.removeprefix("/tasks/"))
    assert (made["status"], made["text"]) == (201, " ")

    task = world.v1("get_task", task_id)
    assert {name: task["task"][name] for name in ("id", "name", "default_hourly_rate", "deactivated")} == {
        "id": task_id,
        "name": "Design",
        "default_hourly_rate": 80.5,
        "deactivated": False,
    }
    assert world.v1("tasks") == [task]
    assert world.v1("tasks", updated_since="2010-09-25+18%3A30") == [task]
    assert world.v1("tasks", updated_since="2999-09-25+18%3A30") == []

    assert world.v1("update_task", task_id, task={"name": "Print", "deactivated": True})["status"] == 200
    assert world.v2.get(f"/v2{location}").body["is_active"] is False
    assert world.v1("activate_task", task_id)["status"] == 200
    assert world.v2.get(f"/v2{location}").body["is_active"] is True

    gone = world.v1("delete_task", task_id)
    assert (gone["status"], "Hint" in gone["headers"]) == (200, False)
    assert world.v1("get_task", task_id) == {"message": "Not Found"}
    assert world.v1("tasks") == []


def test_a_task_on_a_project_from_its_assignment_to_its_removal(world: World) -> None:
    project_id = world.project_id
    task_id = world.v2.post("/v2/tasks", {"name": "Design"}).body["id"]

    assigned = world.v1("assign_task_to_project", project_id, task={"id": task_id})
    created = world.v1("create_task_to_project", project_id, task={"name": "Backend Development"})
    ids = [int(item["headers"]["Location"].rsplit("/", 1)[1]) for item in (assigned, created)]
    assert [(item["status"], item["text"]) for item in (assigned, created)] == [(201, " ")] * 2

    found = [world.v1("get_one_task_assigment", project_id, item) for item in ids]
    assert [item["task_assignment"]["id"] for item in found] == ids
    assert world.v1("get_all_tasks_from_project", project_id) == found[::-1]

    assert (
        world.v1("change_task_from_project", project_id, ids[0], {"budget": 12.5, "billable": False})["status"] == 200
    )
    changed = world.v1("get_one_task_assigment", project_id, ids[0])["task_assignment"]
    assert (changed["budget"], changed["estimate"], changed["billable"]) == (12.5, 12.5, False)

    time = {"project_id": project_id, "task_id": task_id, "spent_date": "2026-03-01", "hours": 1}
    assert world.v2.post("/v2/time_entries", time).status == 201
    archived = world.v1("remove_task_from_project", project_id, ids[0])
    assert (archived["status"], "archived" in archived["headers"]["Hint"]) == (200, True)
    last = world.v1("remove_task_from_project", project_id, ids[1])
    assert (last["status"], json.loads(last["text"])["message"]) == (400, last["headers"]["Hint"])
    assert world.v1("delete_task", task_id)["headers"]["Hint"].startswith("The task has time entries")


def test_projects_are_listed_and_shown(world: World) -> None:
    project = world.v1("get_project", world.project_id)

    assert project["project"]["name"] == "Online Store"
    assert world.v1("projects") == [project]
    assert world.v1("projects_for_client", project["project"]["client_id"]) == [project]
