"""`sheaf task`, against a table and a stack of the local engine."""

import io

import pytest

from tests.functions import api_records
from tests.support.api import Api
from tests.support.table import rows
from tests.tools.conftest import Outcome, Sheaf

pytestmark = pytest.mark.usefixtures("stack")


class Terminal(io.StringIO):
    """A person who types."""

    def isatty(self) -> bool:
        return True


def assign(sheaf: Sheaf, *words: str) -> Outcome:
    return sheaf("task", "assign", "1", "--account", "1", *words)


@pytest.fixture
def projects(api: Api) -> list[int]:
    """A task, and more projects than one transaction takes, one of them archived."""
    api_records.task(api, "Design")
    client_id = api_records.client(api)["id"]
    made = [api_records.project(api, f"Project {each}", client_id=client_id)["id"] for each in range(26)]
    api.patch(f"/v2/projects/{made[-1]}", {"is_active": False})
    return made[:-1]


def test_a_task_is_assigned_to_all_active_projects_once(sheaf: Sheaf, api: Api, projects: list[int]) -> None:
    said = [assign(sheaf, "--all-active", "--yes") for _ in range(2)]
    assert said == [
        Outcome(0, "", f'"Design" is assigned to {len(projects)} projects more; 0 had it before\n'),
        Outcome(0, "", f'"Design" is assigned to 0 projects more; {len(projects)} had it before\n'),
    ]
    found = api.get("/v2/task_assignments").body["task_assignments"]
    assert sorted(each["project"]["id"] for each in found) == projects


def test_a_person_is_told_how_many_projects_these_are_and_may_say_no(
    sheaf: Sheaf, projects: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows()
    question = f'Assign "Design" to {len(projects)} projects of account 1?'
    for typed in ("n\n", "\n", ""):
        monkeypatch.setattr("sys.stdin", Terminal(typed))
        assert assign(sheaf, "--all-active") == Outcome(1, "", f"{question} [y/N] sheaf: nothing was changed\n")
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert assign(sheaf, "--all-active").err == f"sheaf: {question} Say --yes where nobody can be asked\n"
    assert rows() == before

    monkeypatch.setattr("sys.stdin", Terminal("y\n"))
    assert assign(sheaf, "--all-active").status == 0


def test_projects_that_are_not_there_are_named_and_the_others_taken(
    sheaf: Sheaf, api: Api, projects: list[int]
) -> None:
    said = assign(sheaf, "--project", "2", "--project", "98", "--project", "99", "--yes")
    told = '"Design" is assigned to 1 projects more; 0 had it before\naccount 1 has no project 98, 99\n'
    assert said == Outcome(1, "", told)
    assert api.get("/v2/task_assignments").body["total_entries"] == 1


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (("7", "--account", "1", "--all-active"), 1, "sheaf: account 1 has no task 7\n"),
        (("x", "--account", "1", "--all-active"), 2, "argument ID: a task's id must be a positive integer below 2^53"),
        (("1", "--account", "1"), 2, "one of the arguments --all-active --project is required"),
        (("1", "--account", "1", "--all-active", "--project", "1"), 2, "not allowed with argument"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(
    sheaf: Sheaf, api: Api, words: tuple[str, ...], status: int, told: str
) -> None:
    said = sheaf("task", "assign", *words)
    assert (said.status, said.out) == (status, "")
    assert told in said.err
    assert said.err.count("\n") == 1


def test_a_deleted_task_is_restored_with_its_assignments(
    sheaf: Sheaf, api: Api, projects: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    assign(sheaf, "--all-active", "--yes")
    api.delete(f"/v2/projects/{projects[0]}")
    api.delete("/v2/tasks/1")
    question = f'Restore "Design" of account 1 with {len(projects) - 1} assignments?'
    monkeypatch.setattr("sys.stdin", Terminal("n\n"))
    said = sheaf("task", "restore", "1", "--account", "1")
    assert said == Outcome(1, "", f"{question} [y/N] sheaf: nothing was changed\n")
    said = sheaf("task", "restore", "1", "--account", "1", "--yes")
    assert said == Outcome(0, "", f'"Design" is restored with {len(projects) - 1} assignments\n')
    assert api.get("/v2/task_assignments?per_page=1").body["total_entries"] == len(projects) - 1
    said = sheaf("task", "restore", "1", "--account", "1", "--yes")
    assert said == Outcome(1, "", "sheaf: account 1 has no task 1 that can be restored\n")


def test_a_task_is_merged_into_another_once_somebody_has_seen_how_much_that_is(
    sheaf: Sheaf, api: Api, projects: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    assign(sheaf, "--all-active", "--yes")
    api_records.task(api, "Drawing")
    api_records.time_entry(api, projects[0], 1)
    question = f'Merge "Design", with 1 time entries and {len(projects)} assignments, into "Drawing" of account 1?'
    monkeypatch.setattr("sys.stdin", Terminal("n\n"))
    said = sheaf("task", "merge", "1", "--into", "2", "--account", "1")
    assert said == Outcome(1, "", f"{question} [y/N] sheaf: nothing was changed\n")
    said = sheaf("task", "merge", "1", "--into", "2", "--account", "1", "--yes")
    assert said == Outcome(0, "", '"Design" is part of "Drawing" now\n')
    assert api.get("/v2/time_entries?task_id=2").body["total_entries"] == 1
    for task, into, told in (
        ("1", "2", "account 1 has no task 1"),
        ("2", "2", "into_task_id must be another task"),
        ("2", "9", "into_task_id must be a task of the account; there is no task 9"),
    ):
        said = sheaf("task", "merge", task, "--into", into, "--account", "1", "--yes")
        assert said == Outcome(1, "", f"sheaf: {told}\n")
