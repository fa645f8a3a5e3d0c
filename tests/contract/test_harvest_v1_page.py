"""The examples of Harvest's own page (Harvest v1, "Task Assignment"), replayed in its XML through the handlers.

Ids are the service's to choose. What later pages added (types, times, `budget`) may follow what the page shows.
"""

import re
from dataclasses import dataclass

import pytest

from sheaf.domain.identity import Account
from sheaf.store import users
from tests.functions import api_records
from tests.support.api import Answer, Api, make_token
from tests.support.v1 import Field, basic, record, records, v1

ASSIGNMENT = """\
<task-assignment>
  <id>23</id>
  <project-id>3</project-id>
  <task-id>2878</task-id>
  <!-- True if task is billable for this project -->
  <billable>true</billable>
  <!-- True if task was deactivated for project, preventing further
  hours to be logged against it -->
  <deactivated>true</deactivated>
  <!-- The estimate (if present) for the task in project -->
  <estimate>80</estimate>
  <!-- The hourly rate (if present) for the task in project -->
  <hourly-rate>80</hourly-rate>
</task-assignment>
"""
LIST = f"<task-assignments>\n{ASSIGNMENT}{ASSIGNMENT}</task-assignments>"
ASSIGN_AS_PRINTED = """\
<task>
 <id>653425<id>
<task>
"""
ASSIGN = """\
<task>
 <id>{task_id}</id>
</task>
"""
CREATE_AND_ASSIGN = """\
<task>
  <name>Backend Development</name>
</task>
"""
CHANGE = """\
<task-assignment>
  <billable>true</billable>
  <deactivated>false</deactivated>
  <estimate>3234</estimate>
  <hourly-rate></hourly-rate>
</task-assignment>
"""
ID_FIELDS = ("id", "project-id", "task-id")


@dataclass(frozen=True)
class Page:
    """A project with two tasks on it, one of which is the page's: archived there, with an estimate and a rate of 80."""

    xml: Api
    json: Api
    project_id: int
    task_id: int
    assignment_id: int

    @property
    def base(self) -> str:
        return f"/projects/{self.project_id}/task_assignments"

    @property
    def one(self) -> str:
        return f"{self.base}/{self.assignment_id}"


@pytest.fixture
def page(account: Account) -> Page:
    token = make_token(account)
    api = Api(token)
    (user,) = users.everyone(account.id)
    return prepared(api, v1(api, authorization=basic(str(user.email), token)))


def prepared(json: Api, xml: Api) -> Page:
    """The page's project, made by v2 for v1 to read."""
    project = api_records.project(json)
    task, other = api_records.task(json, "Design"), api_records.task(json, "Print")
    api_records.assignment(json, project["id"], other["id"])
    assigned = api_records.assignment(json, project["id"], task["id"], billable=True, hourly_rate=80, budget=80)
    path = f"/v2/projects/{project['id']}/task_assignments/{assigned['id']}"
    assert json.patch(path, {"is_active": False}).status == 200
    return Page(xml, json, project["id"], task["id"], assigned["id"])


def shown(fields_of: str) -> list[tuple[str, str | None]]:
    """The fields of a record in their order, with its ids replaced."""
    return [(field.name, "an id" if field.name in ID_FIELDS else field.text) for field in record(fields_of)[1]]


def assert_created(page: Page, answer: Answer) -> int:
    """201, a body of one space, and a Location in the form of the page; returns the new assignment's id."""
    location = re.fullmatch(rf"/projects/{page.project_id}/task_assignments/(\d+)", answer.headers["Location"])
    assert (answer.status, answer.raw, location is not None) == (201, " ", True)
    return int(location[1]) if location else 0


def test_get_one_task_assignment(page: Page) -> None:
    answer = page.xml.get(page.one)

    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/xml; charset=utf-8")
    assert record(answer.raw)[0] == "task-assignment"
    assert shown(answer.raw)[:7] == shown(ASSIGNMENT)
    ids = {field.name: field.text for field in record(answer.raw)[1] if field.name in ID_FIELDS}
    assert ids == dict(zip(ID_FIELDS, map(str, (page.assignment_id, page.project_id, page.task_id)), strict=True))


def test_get_all_tasks_assigned_to_a_given_project(page: Page) -> None:
    answer = page.xml.get(page.base)

    root, _, found = records(answer.raw)
    page_root, _, on_page = records(LIST)
    assert (answer.status, root) == (200, page_root)
    assert [name for name, _ in found] == [name for name, _ in on_page]
    for (_, ours), (_, theirs) in zip(found, on_page, strict=True):
        assert [our.name for our in ours][:7] == [their.name for their in theirs]


def test_assign_a_task_to_a_project(page: Page) -> None:
    task = api_records.task(page.json, "Programming")

    answer = page.xml.post(page.base, ASSIGN.format(task_id=task["id"]).encode())

    assigned = page.xml.get(f"{page.base}/{assert_created(page, answer)}")
    assert ("task-id", str(task["id"])) in [(field.name, field.text) for field in record(assigned.raw)[1]]


def test_the_sample_that_the_page_misprints_is_refused_with_the_right_form(page: Page) -> None:
    before = page.xml.get(page.base).raw

    answer = page.xml.post(page.base, ASSIGN_AS_PRINTED.encode())

    root, (message,) = record(answer.raw)
    assert (answer.status, root, message.name) == (400, "hash", "message")
    assert message.text == (
        "The body is not well-formed XML (no element found: line 4, column 0); "
        'send for example <task><id type="integer">653425</id></task>'
    )
    assert page.xml.get(page.base).raw == before


def test_create_a_new_task_and_assign_it_to_a_project(page: Page) -> None:
    answer = page.xml.post(f"{page.base}/add_with_create_new_task", CREATE_AND_ASSIGN.encode())

    assigned = record(page.xml.get(f"{page.base}/{assert_created(page, answer)}").raw)[1]
    (task_id,) = [field.text for field in assigned if field.name == "task-id"]
    assert ("name", "Backend Development") in [
        (field.name, field.text) for field in record(page.xml.get(f"/tasks/{task_id}").raw)[1]
    ]


def test_removing_a_task_without_hours_from_a_project(page: Page) -> None:
    answer = page.xml.delete(page.one)

    assert (answer.status, answer.headers.get("Hint")) == (200, None)
    assert page.xml.get(page.one).status == 404


def test_removing_a_task_with_hours_archives_its_assignment_and_hints_at_it(page: Page) -> None:
    assert page.xml.put(page.one, b"<task-assignment><deactivated>false</deactivated></task-assignment>").status == 200
    api_records.time_entry(page.json, page.project_id, page.task_id)

    answer = page.xml.delete(page.one)

    assert answer.status == 200
    assert (
        answer.headers["Hint"]
        == "The task has time entries on this project, so the assignment was archived instead of removed."
    )
    assert ("deactivated", "true") in shown(page.xml.get(page.one).raw)


def test_a_project_keeps_one_task(page: Page) -> None:
    (last,) = [item for item in records(page.xml.get(page.base).raw)[2] if ("deactivated", "false") in _pairs(item[1])]
    last_id = dict(_pairs(last[1]))["id"]

    answer = page.xml.delete(f"{page.base}/{last_id}")

    sentence = "This task cannot be removed. A project needs at least one active task."
    assert (answer.status, answer.headers["Hint"], shown(answer.raw)) == (400, sentence, [("message", sentence)])
    assert page.xml.get(f"{page.base}/{last_id}").status == 200


def _pairs(fields: list[Field]) -> list[tuple[str, str | None]]:
    return [(field.name, field.text) for field in fields]


def test_changing_a_task_for_a_project(page: Page) -> None:
    answer = page.xml.put(page.one, CHANGE.encode())

    changed = record(page.xml.get(page.one).raw)[1]
    assert answer.status == 200
    assert [(field.name, field.text) for field in changed if field.name in ("billable", "deactivated", "estimate")] == [
        ("billable", "true"),
        ("deactivated", "false"),
        ("estimate", "3234"),
    ]
    assert [field.is_null for field in changed if field.name == "hourly-rate"] == [True]
