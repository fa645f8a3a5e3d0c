"""Fields of a body, from what real clients send to what a task may be; and a refusal that names every wrong one."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import product
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheaf.domain.client import ClientFields
from sheaf.domain.errors import InvalidError, SheafError
from sheaf.domain.imports.job import FileKind, ImportFields
from sheaf.domain.imports.numbers import DATE_FORMATS
from sheaf.domain.project import BillBy, ProjectFields
from sheaf.domain.record import fields_of
from sheaf.domain.task import TaskFields
from sheaf.domain.task_assignment import TaskAssignmentFields
from sheaf.domain.time_entry import ExternalReference, TimeEntryFields
from sheaf.domain.values import Day, Id
from sheaf.http.body import FORM, JSON, read_fields
from sheaf.http.error_responses import error_response
from sheaf.http.v2.bodies.an_import import ImportBody
from sheaf.http.v2.bodies.client import ClientBody
from sheaf.http.v2.bodies.model import Body, read_body
from sheaf.http.v2.bodies.project import ProjectBody
from sheaf.http.v2.bodies.task import TaskBody
from sheaf.http.v2.bodies.task_assignment import NewTaskAssignmentBody, TaskAssignmentBody
from sheaf.http.v2.bodies.time_entry import ExternalReferenceBody, TimeEntryBody
from tests.domain import strategies
from tests.store.interruptions import fresh_table
from tests.store.stored_records import Spent, assignment, client, populate, project, task
from tests.support.api import Api, make_account, make_token

FLAGS = ["billable_by_default", "is_default", "is_active"]
TASK = strategies.task(7, name="Design")


def _new(body: str | dict[str, Any], content_type: str = JSON) -> TaskFields:
    text = body if isinstance(body, str) else json.dumps(body)
    return read_body(TaskBody, read_fields(text.encode(), content_type)).create(TaskFields)


def _problem(body: str, content_type: str = JSON) -> str:
    with pytest.raises(InvalidError) as refusal:
        _new(body, content_type)
    return str(refusal.value)


# ------------------------------------------------------------ what is accepted


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ('{"name":"Design"}', JSON),
        ('{"name":"Design","hourly_rate":120.0}', JSON),
        ('{"name":"Design","id":5,"created_at":"x","version":9,"account_id":2,"tasks":[{}]}', JSON),
        ('{"name":"Design","is_active":null,"is_default":null,"billable_by_default":null}', JSON),
        ("name=Design", FORM),
        ("name=Design&is_active=&task[name]=x", FORM),
    ],
)
def test_a_name_is_enough_and_unknown_fields_are_ignored(body: str, content_type: str) -> None:
    assert _new(body, content_type) == TaskFields(name="Design")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (
            '{"name":"Design","billable_by_default":false,"default_hourly_rate":220.2,"is_default":true,"is_active":false}',
            JSON,
        ),
        (
            '{"name":"Design","billable_by_default":"false","default_hourly_rate":"220.20","is_default":"true","is_active":"0"}',
            JSON,
        ),
        ("name=Design&billable_by_default=false&default_hourly_rate=220.2&is_default=1&is_active=false", FORM),
    ],
    ids=["json", "json of strings", "form"],
)
def test_every_field_is_read_as_json_as_strings_and_as_a_form(body: str, content_type: str) -> None:
    assert _new(body, content_type) == TaskFields(
        name="Design",
        billable_by_default=False,
        default_hourly_rate=Decimal("220.20"),
        is_default=True,
        is_active=False,
    )


@pytest.mark.parametrize("field", FLAGS)
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("1", True),
        ("0", False),
        ("1.0", True),
        ("0e5", False),
        ('"true"', True),
        ('"TRUE"', True),
        ('"false"', False),
        ('"1"', True),
        ('"0"', False),
        ('"yes"', True),
        ('"off"', False),
    ],
)
def test_a_boolean_may_be_written_as_clients_write_it(field: str, text: str, value: bool) -> None:
    fields = _new(f'{{"name":"x","{field}":{text}}}')
    assert getattr(fields, field) is value


@pytest.mark.parametrize("field", FLAGS)
@pytest.mark.parametrize("text", ["null", '""'])
def test_null_for_a_boolean_counts_as_not_given(field: str, text: str) -> None:
    assert _new(f'{{"name":"x","{field}":{text}}}') == TaskFields(name="x")


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("0", "0.00"),
        ("-0", "0.00"),
        ("-0.0", "0.00"),
        ("100", "100.00"),
        ("75.5", "75.50"),
        ("0.1", "0.10"),
        ("1.005", "1.01"),
        ("2.675", "2.68"),
        ("1e2", "100.00"),
        ("1e-400", "0.00"),
        ("9999999999.99", "9999999999.99"),
        ('"6"', "6.00"),
        ('"120.50"', "120.50"),
        ('" 12 "', "12.00"),
        ('"1e2"', "100.00"),
    ],
)
def test_a_rate_is_exact_and_may_be_a_string(text: str, rate: str) -> None:
    assert str(_new(f'{{"name":"x","default_hourly_rate":{text}}}').default_hourly_rate) == rate


@pytest.mark.parametrize(
    ("body", "content_type"),
    [('{"name":"x","default_hourly_rate":null}', JSON), ("name=x&default_hourly_rate=", FORM)],
    ids=["json", "form"],
)
def test_a_rate_may_be_null(body: str, content_type: str) -> None:
    assert _new(body, content_type).default_hourly_rate is None


# ------------------------------------------------------------ wrong types

_NO_STRING = ["1", "0", "1.5", "true", "false", "[]", '["x"]', "{}", '{"name":"x"}', "1e400"]
_NO_BOOLEAN = [
    "2",
    "-1",
    "1.5",
    "[]",
    "[true]",
    "{}",
    '"2"',
    '"x"',
    '"null"',
    '"nope"',
    '" "',
    "10" * 20,
    '"\\ud800"',
    "1e400",
]
_NO_NUMBER = [
    "true", "false", "[]", "[1]", "[0,[1,2],-1]", "{}", '"x"', '"1,5"', '"1 000"', '"0x10"', '"$5"', '"NaN"', '"-nan"',
    '"sNaN"', '"Infinity"', '"-inf"', '"true"', '"\\u0000"', '"\\ud800"', '"1e9999999999999999999"', '" "', '"--1"',
]  # fmt: skip
_NO_AMOUNT = [
    "-1", "-0.001", "1e10", "9999999999.995", "1" + "0" * 30, "1e30", "1" * 40, "0." + "1" * 40, "1e400", '"-1"',
    '"1e400"', '"' + "1" * 40 + '"', "-1e-400", "9" * 4000,
]  # fmt: skip


@pytest.mark.parametrize("text", _NO_STRING)
def test_a_name_of_the_wrong_type_is_named(text: str) -> None:
    assert _problem(f'{{"name":{text}}}') == "name must be a string"


@pytest.mark.parametrize("field", FLAGS)
@pytest.mark.parametrize("text", _NO_BOOLEAN)
def test_a_boolean_of_the_wrong_type_is_named(field: str, text: str) -> None:
    assert _problem(f'{{"name":"x","{field}":{text}}}') == f"{field} must be true or false"


@pytest.mark.parametrize("text", _NO_NUMBER)
def test_a_rate_of_the_wrong_type_is_named(text: str) -> None:
    assert _problem(f'{{"name":"x","default_hourly_rate":{text}}}') == "default_hourly_rate must be a number"


@pytest.mark.parametrize("text", _NO_AMOUNT)
def test_a_rate_that_no_column_holds_is_named(text: str) -> None:
    expected = "default_hourly_rate must be a number between 0 and 9999999999.99"
    assert _problem(f'{{"name":"x","default_hourly_rate":{text}}}') == expected


def test_all_fields_of_the_wrong_type_are_named_at_once() -> None:
    body = '{"name":5,"billable_by_default":"x","default_hourly_rate":true,"is_default":[],"is_active":2}'
    assert _problem(body) == (
        "name must be a string, billable_by_default must be true or false, default_hourly_rate must be a number, "
        "is_default must be true or false, is_active must be true or false"
    )


@pytest.mark.parametrize("body", ["{}", '{"name":null}', '{"name":""}', '{"name":" \\t"}', '{"Name":"x"}', ""])
def test_without_a_name_there_is_no_task(body: str) -> None:
    assert _problem(body) == "Name can't be blank"


@pytest.mark.parametrize("name", ["a\\u0000b", "\\ud800", "x\\udfff", "a\\nb", "\\u001b[31m", "a\\u0085b"])
def test_a_name_of_other_than_text_is_refused(name: str) -> None:
    assert _problem(f'{{"name":"{name}"}}') == "Name can't contain control characters or unpaired surrogates"


def test_a_form_can_have_a_wrong_name_and_a_wrong_rate_at_once() -> None:
    expected = "Name can't be blank, default_hourly_rate must be a number between 0 and 9999999999.99"
    assert _problem("name=+&default_hourly_rate=-1", FORM) == expected


def test_a_refusal_repeats_nothing_of_what_was_sent() -> None:
    problem = _problem('{"name":"x","is_active":"<script>alert(1)</script>","default_hourly_rate":"secret"}')
    assert problem == "default_hourly_rate must be a number, is_active must be true or false"


# ------------------------------------------------------------ a partial change


@pytest.mark.parametrize("body", ["", "{}", '{"unknown":1}', '{"is_active":null,"is_default":null}'])
def test_a_change_that_names_nothing_changes_nothing(body: str) -> None:
    change = read_body(TaskBody, read_fields(body.encode(), JSON))
    assert change.apply_to(TaskFields, TASK) == fields_of(TaskFields, TASK)


@pytest.mark.parametrize(
    ("body", "difference"),
    [
        ({"name": " New "}, {"name": "New"}),
        ({"billable_by_default": False}, {"billable_by_default": False}),
        ({"default_hourly_rate": None}, {"default_hourly_rate": None}),
        ({"default_hourly_rate": 0}, {"default_hourly_rate": Decimal("0.00")}),
        ({"is_default": "true"}, {"is_default": True}),
        ({"is_active": 0}, {"is_active": False}),
    ],
    ids=str,
)
def test_a_change_leaves_what_it_does_not_name(body: dict[str, Any], difference: dict[str, Any]) -> None:
    change = read_body(TaskBody, body)
    expected = {name: getattr(TASK, name) for name in ("name", "default_hourly_rate", *FLAGS)} | difference
    assert change.apply_to(TaskFields, TASK) == TaskFields(**expected)


@pytest.mark.parametrize("name", [None, "", "  "])
def test_a_name_cannot_be_taken_away(name: str | None) -> None:
    with pytest.raises(InvalidError, match=r"^Name can't be blank$"):
        read_body(TaskBody, {"name": name}).apply_to(TaskFields, TASK)


# ------------------------------------------------------------ the other kinds

AMOUNTS = ["hourly_rate", "budget", "over_budget_notification_percentage", "cost_budget", "fee"]
PROJECT_FLAGS = [
    *("is_active", "is_billable", "is_fixed_fee", "budget_is_monthly", "notify_when_over_budget"),
    *("show_budget_to_all", "cost_budget_include_expenses"),
]
SPENT_DATE = "Spent date can't be blank, Spent date is not a valid date"


def _read(kind: type[Body], body: str, content_type: str = JSON) -> Any:
    return read_body(kind, read_fields(body.encode(), content_type))


@pytest.mark.parametrize(
    ("kind", "body", "message"),
    [
        (ClientBody, "{}", "Name can't be blank"),
        (ClientBody, '{"name":null}', "Name can't be blank"),
        (ProjectBody, "{}", "Client can't be blank, Name can't be blank"),
        (ProjectBody, '{"client_id":null,"name":"x"}', "Client can't be blank"),
        (ProjectBody, '{"client_id":"","name":""}', "Client can't be blank, Name can't be blank"),
        (ProjectBody, '{"client_id":1}', "Name can't be blank"),
        (TimeEntryBody, "{}", f"Project can't be blank, Task can't be blank, {SPENT_DATE}"),
        (TimeEntryBody, '{"project_id":1,"task_id":2}', SPENT_DATE),
        (TimeEntryBody, '{"project_id":1,"task_id":2,"spent_date":""}', SPENT_DATE),
        (TimeEntryBody, '{"project_id":1,"spent_date":"2026-01-01"}', "Task can't be blank"),
    ],
)
def test_what_is_missing_is_named_in_the_words_of_harvest(kind: type[Body], body: str, message: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        MAKING[kind](_read(kind, body))
    assert str(refusal.value) == message


@pytest.mark.parametrize("body", ["{}", '{"task_id":null}', '{"task_id":""}', '{"task":{"id":5}}'])
def test_without_a_task_there_is_no_assignment(body: str) -> None:
    with pytest.raises(InvalidError, match=r"^Task can't be blank$"):
        _read(NewTaskAssignmentBody, body).new_task_id()


def test_a_client_and_a_name_are_enough_for_a_project() -> None:
    body = _read(ProjectBody, '{"client_id":"7","name":"P","unknown":1,"client":{"id":8}}')
    assert body.create(ProjectFields) == ProjectFields(client_id=Id(7), name="P")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (
            (
                '{"client_id":7,"name":"P","code":"C","is_fixed_fee":true,"bill_by":"Tasks","budget":"12.50","fee":1.005,'
                '"over_budget_notification_percentage":null,"starts_on":"2026-01-01","ends_on":null,"notes":"a"}'
            ),
            JSON,
        ),
        (
            (
                "client_id=7&name=P&code=C&is_fixed_fee=1&bill_by=Tasks&budget=12.5&fee=1.005"
                "&over_budget_notification_percentage=&starts_on=2026-01-01&ends_on=&notes=a"
            ),
            FORM,
        ),
    ],
    ids=["json", "form"],
)
def test_a_project_is_read_as_json_and_as_a_form(body: str, content_type: str) -> None:
    assert _read(ProjectBody, body, content_type).create(ProjectFields) == ProjectFields(
        client_id=Id(7),
        name="P",
        code="C",
        is_fixed_fee=True,
        bill_by=BillBy.TASKS,
        budget=Decimal("12.50"),
        fee=Decimal("1.01"),
        over_budget_notification_percentage=None,
        starts_on=Day("2026-01-01"),
        notes="a",
    )


def test_an_assignment_cannot_be_born_archived_and_its_task_never_changes() -> None:
    born = _read(NewTaskAssignmentBody, '{"task_id":5,"is_active":false,"budget":"6"}')
    assert born.new_task_id() == 5
    fields = born.create(TaskAssignmentFields, billable=True, hourly_rate=Decimal(3))
    assert fields == TaskAssignmentFields(billable=True, hourly_rate=Decimal(3), budget=Decimal(6))
    after = _read(TaskAssignmentBody, '{"task_id":9,"is_active":false,"hourly_rate":null}')
    assert after.apply_to(TaskAssignmentFields, fields) == replace(fields, is_active=False, hourly_rate=None)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (
            (
                '{"user_id":"3","project_id":1,"task_id":"2","spent_date":"2026-01-01T08:00:00Z","hours":"1.25","notes":"n",'
                '"is_running":true,"external_reference":{"id":5,"group_id":"6","account_id":null,"permalink":"https://x"}}'
            ),
            JSON,
        ),
        (
            (
                "user_id=3&project_id=1&task_id=2&spent_date=2026-01-01&hours=1.25&notes=n&external_reference[id]=5"
                "&external_reference%5Bgroup_id%5D=6&external_reference[account_id]=&external_reference[permalink]=https://x"
            ),
            FORM,
        ),
    ],
    ids=["json", "form with brackets"],
)
def test_time_is_read_as_json_and_as_a_form(body: str, content_type: str) -> None:
    read = _read(TimeEntryBody, body, content_type)
    assert read.user_id == 3
    assert read.create(TimeEntryFields) == TimeEntryFields(
        project_id=Id(1),
        task_id=Id(2),
        spent_date=Day("2026-01-01"),
        hours=Decimal("1.25"),
        notes="n",
        external_reference=ExternalReference("5", "6", None, "https://x"),
    )


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        ("", JSON, ImportFields()),
        ('{"kind":null,"dry_run":null,"file_name":null}', JSON, ImportFields()),
        ("kind=&dry_run=&file_name=", FORM, ImportFields()),
        (
            '{"kind":"time_entries","dry_run":true,"file_name":"time.csv","status":"completed"}',
            JSON,
            ImportFields(kind=FileKind.TIME_ENTRIES, dry_run=True, file_name="time.csv"),
        ),
        (
            '{"date_format":"%d/%m/%Y","decimal_symbol":",","encoding":"Windows-1252","default_task":" General "}',
            JSON,
            ImportFields(date_format="%d/%m/%Y", decimal_symbol=",", encoding="windows-1252", default_task="General"),
        ),
        ("kind=tasks&dry_run=0&file_name=a+b", FORM, ImportFields(kind=FileKind.TASKS, file_name="a b")),
    ],
)
def test_an_import_is_read_as_json_and_as_a_form_and_nothing_need_be_said(
    body: str, content_type: str, expected: ImportFields
) -> None:
    assert _read(ImportBody, body, content_type).create(ImportFields) == expected


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{"kind":"invoices"}', "kind must be one of tasks, projects, task_assignments, time_entries"),
        ('{"file_name":"a/b"}', "file_name must be a name without a path"),
        ('{"date_format":"%d-%m-%Y"}', f"date_format must be one of {' '.join(DATE_FORMATS)}"),
        ('{"decimal_symbol":";"}', "decimal_symbol must be one of . ,"),
        ('{"encoding":"latin-1"}', "encoding must be one of utf-8 windows-1252"),
        ('{"default_task":" "}', "default_task can't be blank"),
        ('{"kind":1,"dry_run":"x"}', "kind must be a string, dry_run must be true or false"),
    ],
)
def test_what_an_import_cannot_be_is_named(body: str, message: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        _read(ImportBody, body).create(ImportFields)
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("body", "reference"),
    [
        ("{}", ExternalReference("1")),
        ('{"external_reference":null}', None),
        ('{"external_reference":""}', None),
        ('{"external_reference":{}}', ExternalReference()),
        ('{"external_reference":{"group_id":"2"}}', ExternalReference(group_id="2")),
    ],
)
def test_a_reference_is_replaced_as_a_whole_or_taken_away(body: str, reference: ExternalReference | None) -> None:
    before = TimeEntryFields(
        project_id=Id(1), task_id=Id(2), spent_date=Day("2026-01-01"), external_reference=ExternalReference("1")
    )
    after = _read(TimeEntryBody, body).apply_to(TimeEntryFields, before)
    assert after == replace(before, external_reference=reference)


_NO_ID = ["0", "-1", "1.5", "true", "[]", "{}", '"x"', '"1.0"', str(2**53), '"' + "9" * 99 + '"', "1" * 99, '"\\ud800"']
_NO_TEXT = ["1", "true", "[]", "{}", "1.5"]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (ProjectBody, "client_id"),
        (NewTaskAssignmentBody, "task_id"),
        (TimeEntryBody, "user_id"),
        (TimeEntryBody, "project_id"),
        (TimeEntryBody, "task_id"),
    ],
)
@pytest.mark.parametrize("text", _NO_ID)
def test_an_id_of_the_wrong_form_is_named(kind: type[Body], name: str, text: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        _read(kind, f'{{"{name}":{text}}}')
    assert str(refusal.value) == f"{name} must be a positive integer below 2^53"


@pytest.mark.parametrize(
    ("kind", "names", "wrong", "message"),
    [
        (ClientBody, ["address", "currency"], _NO_TEXT, "must be a string"),
        (ProjectBody, ["code", "bill_by", "budget_by", "notes", "starts_on"], _NO_TEXT, "must be a string"),
        (TimeEntryBody, ["spent_date", "notes"], _NO_TEXT, "must be a string"),
        (ClientBody, ["is_active"], _NO_BOOLEAN, "must be true or false"),
        (ProjectBody, PROJECT_FLAGS, _NO_BOOLEAN, "must be true or false"),
        (TaskAssignmentBody, ["is_active", "billable"], _NO_BOOLEAN, "must be true or false"),
        (ProjectBody, AMOUNTS, _NO_NUMBER, "must be a number"),
        (TaskAssignmentBody, ["hourly_rate", "budget"], _NO_NUMBER, "must be a number"),
        (TimeEntryBody, ["hours"], _NO_NUMBER, "must be a number"),
        (TimeEntryBody, ["external_reference"], ["1", "true", "[]", '"x"'], "must be an object"),
    ],
    ids=str,
)
def test_a_field_of_the_wrong_type_is_named(kind: type[Body], names: list[str], wrong: list[str], message: str) -> None:
    for name, text in product(names, wrong):
        with pytest.raises(InvalidError) as refusal:
            _read(kind, f'{{"{name}":{text}}}')
        assert str(refusal.value) == f"{name} {message}"


@pytest.mark.parametrize("text", ['"\\ud800"', '"a\\u0000b"'])
@pytest.mark.parametrize(
    ("kind", "name", "shown"),
    [
        (ClientBody, "address", "address"),
        (ProjectBody, "code", "code"),
        (ProjectBody, "notes", "notes"),
        (TimeEntryBody, "notes", "notes"),
    ],
)
def test_a_text_holds_only_text(kind: type[Body], name: str, shown: str, text: str) -> None:
    needed = '"name":"x","client_id":1,"project_id":1,"task_id":1,"spent_date":"2026-01-01"'
    with pytest.raises(InvalidError) as refusal:
        MAKING[kind](_read(kind, f'{{{needed},"{name}":{text}}}'))
    assert str(refusal.value) == f"{shown} can't contain control characters or unpaired surrogates"


# ------------------------------------------------------------ anything at all

_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals()
    | st.text(st.characters())
    | st.sampled_from(["true", "0", "1.5", "", "x", 10**30, Decimal("1e400"), Decimal("sNaN")]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)


def _is_json(value: object) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return False
    return True


MAKING: dict[type[Body], Callable[[Any], object]] = {
    TaskBody: lambda body: body.create(TaskFields),
    ClientBody: lambda body: body.create(ClientFields),
    ProjectBody: lambda body: body.create(ProjectFields),
    NewTaskAssignmentBody: lambda body: body.create(TaskAssignmentFields, billable=True, hourly_rate=None),
    TaskAssignmentBody: lambda body: body.create(TaskAssignmentFields, billable=True, hourly_rate=None),
    TimeEntryBody: lambda body: body.create(TimeEntryFields),
    ExternalReferenceBody: lambda body: body.create(ExternalReference),
    ImportBody: lambda body: body.create(ImportFields),
}


@pytest.mark.parametrize("kind", MAKING, ids=lambda kind: kind.__name__)
@given(st.data())
def test_any_fields_make_a_record_or_a_refusal_that_can_be_sent(kind: type[Body], data: st.DataObject) -> None:
    names = st.sampled_from(sorted(kind.model_fields)) | st.text(st.characters())
    fields = data.draw(st.dictionaries(names, _values, max_size=6))
    try:
        MAKING[kind](read_body(kind, fields))
    except SheafError as refusal:
        response = error_response(refusal)
        assert response.status == 422
        json.dumps(dict(response.body), ensure_ascii=False).encode()


_requests = st.sampled_from(
    [
        ("POST", "/v2/clients"), ("PATCH", "/v2/clients/1"), ("POST", "/v2/projects"), ("PATCH", "/v2/projects/1"),
        ("POST", "/v2/projects/1/task_assignments"), ("PATCH", "/v2/projects/1/task_assignments/1"),
        ("POST", "/v2/time_entries"), ("PATCH", "/v2/time_entries/1"), ("POST", "/v2/tasks"), ("PATCH", "/v2/tasks/1"),
    ]
)  # fmt: skip
_names = st.sampled_from(sorted({name for kind in MAKING for name in kind.model_fields})) | st.text()
_plain = st.sampled_from([1, 2, "1", "", None, True, "2026-02-01", "none", "x", {"id": 5}, [1], 10**30, -1, 0.5])


@pytest.fixture(scope="module")
def world(endpoint_url: str) -> Iterator[Api]:
    """One record of each kind, and an administrator."""
    with fresh_table(endpoint_url):
        api = Api(make_token(make_account()))
        here = assignment(1, 1, 1)
        populate(client(1), project(1), task(1), here, Spent(id=1, assignment=here))
        yield api


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=150)
@given(_requests, st.dictionaries(_names, _plain | _values.filter(_is_json), max_size=6), st.booleans())
def test_a_bad_body_is_the_callers_fault(
    world: Api, request_: tuple[str, str], fields: dict[str, Any], as_form: bool
) -> None:
    body: object = fields
    headers = {}
    if as_form:
        texts = {name: value for name, value in fields.items() if isinstance(value, str)}
        body, headers = urlencode(texts, errors="replace").encode(), {"content_type": FORM}
    answer = world.send(*request_, body, headers)
    assert answer.status in (200, 201, 400, 422), answer.raw
