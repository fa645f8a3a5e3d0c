"""Records as v1 shows them: what goes out, and that all of it comes back in."""

import json
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import assume, given
from hypothesis import strategies as st

from sheaf.domain.project import BillBy, BudgetBy, Project
from sheaf.domain.record import fields_of
from sheaf.domain.task import Task, TaskFields
from sheaf.domain.task_assignment import TaskAssignment, TaskAssignmentFields
from sheaf.domain.values import Day, Id, Timestamp
from sheaf.http.request import Request
from sheaf.http.v1.bodies import read_task, read_task_assignment
from sheaf.http.v1.resources import Resource, list_json, list_xml, resource_json, resource_xml
from sheaf.http.v1.responses import project, task, task_assignment
from tests.domain import strategies

NEVER_IN_XML = "\ufffe\uffff"

assignments = st.builds(
    TaskAssignment,
    id=strategies.ids,
    project_id=strategies.ids,
    task_id=strategies.ids,
    billable=st.booleans(),
    hourly_rate=strategies.rates,
    budget=strategies.rates,
    is_active=st.booleans(),
    created_at=strategies.timestamps,
    updated_at=strategies.timestamps,
    version=st.just(1),
)

ANOTHER_TASK = TaskFields(name="Another", default_hourly_rate=Decimal("0.01"))
ANOTHER_ASSIGNMENT = TaskAssignment(
    Id(1), Id(1), Id(1), False, Decimal("0.01"), Decimal("0.02"), True, Timestamp(""), Timestamp("")
)


def sent(resource: Resource, kind: str) -> Request:
    """A request whose body is what an answer was."""
    body = resource_xml(resource) if kind == "xml" else resource_json(resource)
    return Request(headers={"content-type": f"application/{kind}"}, body=body.encode())


def value_of(element: Element) -> Any:
    """What an element says, by its own type."""
    if element.get("nil") == "true":
        return None
    text = element.text or ""
    match element.get("type"):
        case "integer":
            return int(text)
        case "boolean":
            return {"true": True, "false": False}[text]
        case "decimal":
            return Decimal(text)
        case _:
            return text


def read_back(resource: Resource) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields of a record as a reader of XML and as one of JSON finds them."""
    root = fromstring(resource_xml(resource).encode())
    assert root.tag == resource.name.replace("_", "-")
    wrapped = json.loads(resource_json(resource), parse_float=Decimal)
    assert list(wrapped) == [resource.name]
    return {element.tag.replace("-", "_"): value_of(element) for element in root}, wrapped[resource.name]


@given(strategies.tasks.filter(lambda record: not set(record.name) & set(NEVER_IN_XML)))
def test_a_task_loses_nothing_in_either_format(record: Task) -> None:
    shown = task(record)

    expected = {name: value for name, _, value in shown.fields}
    assert read_back(shown) == (expected, expected)


@given(assignments)
def test_an_assignment_loses_nothing_in_either_format(record: TaskAssignment) -> None:
    shown = task_assignment(record)

    expected = {name: value for name, _, value in shown.fields}
    assert read_back(shown) == (expected, expected)


@pytest.mark.parametrize("kind", ["xml", "json"])
@given(record=strategies.tasks)
def test_a_task_that_is_sent_back_as_it_was_shown_is_the_same_task(kind: str, record: Task) -> None:
    assume(kind == "json" or not set(record.name) & set(NEVER_IN_XML))

    assert read_task(sent(task(record), kind)).create(TaskFields) == fields_of(TaskFields, record)


@pytest.mark.parametrize("kind", ["xml", "json"])
@given(record=assignments)
def test_an_assignment_that_is_sent_back_as_it_was_shown_is_the_same_one(kind: str, record: TaskAssignment) -> None:
    body = read_task_assignment(sent(task_assignment(record), kind))

    assert body.apply_to_assignment(record) == fields_of(TaskAssignmentFields, record)
    assert body.apply_to_assignment(ANOTHER_ASSIGNMENT) == fields_of(TaskAssignmentFields, record)


@given(st.text())
def test_any_text_makes_well_formed_xml(text: str) -> None:
    (element,) = fromstring(resource_xml(Resource("hash", [("message", "string", text)])).encode())

    legal = [item if ord(item) >= 32 or item in "\t\r\n" else "\ufffd" for item in text]
    assert (element.text or "") == "".join("\ufffd" if element in NEVER_IN_XML else element for element in legal)


@pytest.mark.parametrize(
    ("amount", "in_xml", "in_json"),
    [
        ("0.00", "0", "0"),
        ("100.00", "100", "100"),
        ("0.50", "0.5", "0.5"),
        ("55.55", "55.55", "55.55"),
        ("9999999999.99", "9999999999.99", "9999999999.99"),
        ("1E+3", "1000", "1000"),
    ],
)
def test_an_amount_has_as_many_digits_as_it_needs(amount: str, in_xml: str, in_json: str) -> None:
    rate = Resource("task", [("rate", "decimal", Decimal(amount))])

    assert f'<rate type="decimal">{in_xml}</rate>' in resource_xml(rate)
    assert resource_json(rate) == f'{{"task":{{"rate":{in_json}}}}}'


TIME = Timestamp("2013-04-30T20:28:12Z")


def test_a_list_in_xml_is_one_root_with_the_records_in_it() -> None:
    item = TaskAssignment(Id(23), Id(3), Id(2878), True, Decimal(80), None, False, TIME, TIME)

    assert (
        list_xml("task_assignments", [task_assignment(item)])
        == """\
<?xml version="1.0" encoding="UTF-8"?>
<task-assignments type="array">
  <task-assignment>
    <id type="integer">23</id>
    <project-id type="integer">3</project-id>
    <task-id type="integer">2878</task-id>
    <billable type="boolean">true</billable>
    <deactivated type="boolean">true</deactivated>
    <estimate type="decimal" nil="true"/>
    <hourly-rate type="decimal">80</hourly-rate>
    <budget type="decimal" nil="true"/>
    <created-at type="datetime">2013-04-30T20:28:12Z</created-at>
    <updated-at type="datetime">2013-04-30T20:28:12Z</updated-at>
  </task-assignment>
</task-assignments>
"""
    )


def test_a_list_in_json_is_an_array_of_wrapped_records() -> None:
    item = Task(Id(7), 'A "b" & <c>', True, Decimal("99.5"), False, True, TIME, TIME)
    wrapped = (
        '{"task":{"id":7,"name":"A \\"b\\" & <c>","billable_by_default":true,"created_at":"2013-04-30T20:28:12Z",'
        '"updated_at":"2013-04-30T20:28:12Z","is_default":false,"default_hourly_rate":99.5,"deactivated":false}}'
    )

    assert list_json([task(item), task(item)]) == f"[{wrapped},{wrapped}]"


def test_an_empty_list_is_an_empty_root_or_array() -> None:
    assert list_xml("tasks", []) == '<?xml version="1.0" encoding="UTF-8"?>\n<tasks type="array">\n</tasks>\n'
    assert list_json([]) == "[]"


def test_a_hash_is_a_wrapper_that_json_does_not_need() -> None:
    inner = Resource("company", [("name", "string", "Sheaf"), ("active", "boolean", True)])
    outer = Resource("hash", [("company", "string", inner)])

    assert resource_json(outer) == '{"company":{"name":"Sheaf","active":true}}'
    assert (
        resource_xml(outer)
        == """\
<?xml version="1.0" encoding="UTF-8"?>
<hash>
  <company>
    <name>Sheaf</name>
    <active type="boolean">true</active>
  </company>
</hash>
"""
    )


def test_a_project_is_shown_with_all_that_v1_knows_of_it() -> None:
    item = Project(
        id=Id(3),
        client_id=Id(9),
        name="Online Store",
        code="OS1",
        is_active=True,
        is_billable=True,
        is_fixed_fee=False,
        bill_by=BillBy.TASKS,
        hourly_rate=Decimal(100),
        budget=Decimal(200),
        budget_by=BudgetBy.PROJECT,
        budget_is_monthly=False,
        notify_when_over_budget=True,
        over_budget_notification_percentage=Decimal(80),
        show_budget_to_all=False,
        cost_budget=None,
        cost_budget_include_expenses=False,
        fee=None,
        notes="Two\nlines",
        starts_on=Day("2026-01-01"),
        ends_on=None,
        created_at=TIME,
        updated_at=TIME,
    )
    expected = {
        "id": 3,
        "client_id": 9,
        "name": "Online Store",
        "code": "OS1",
        "active": True,
        "billable": True,
        "bill_by": "Tasks",
        "hourly_rate": 100,
        "budget": 200,
        "budget_by": "project",
        "notify_when_over_budget": True,
        "over_budget_notification_percentage": 80,
        "over_budget_notified_at": None,
        "show_budget_to_all": False,
        "created_at": "2013-04-30T20:28:12Z",
        "updated_at": "2013-04-30T20:28:12Z",
        "starts_on": "2026-01-01",
        "ends_on": None,
        "estimate": 200,
        "estimate_by": "project",
        "notes": "Two\nlines",
        "cost_budget": None,
        "cost_budget_include_expenses": False,
    }

    assert read_back(project(item)) == (expected, expected)
    assert list(read_back(project(item))[1]) == list(expected)
