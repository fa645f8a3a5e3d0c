"""Fields of a body, from what real clients send to what a task may be; and a refusal that names every wrong one."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheaf.domain.errors import InvalidError, SheafError
from sheaf.domain.task import TaskFields, current_fields
from sheaf.http.bodies import FORM, JSON, read_fields
from sheaf.http.problems import v2_problem
from sheaf.http.requests import TaskBody, read_body
from tests.domain import strategies

FLAGS = ["billable_by_default", "is_default", "is_active"]
TASK = strategies.task(7, name="Design")


def _new(body: str | dict[str, Any], content_type: str = JSON) -> TaskFields:
    text = body if isinstance(body, str) else json.dumps(body)
    return read_body(TaskBody, read_fields(text.encode(), content_type)).new_fields()


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
    assert change.fields_over(TASK) == current_fields(TASK)


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
    assert change.fields_over(TASK) == TaskFields(**expected)


@pytest.mark.parametrize("name", [None, "", "  "])
def test_a_name_cannot_be_taken_away(name: str | None) -> None:
    with pytest.raises(InvalidError, match=r"^Name can't be blank$"):
        read_body(TaskBody, {"name": name}).fields_over(TASK)


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


@given(
    st.dictionaries(
        st.sampled_from(["name", "default_hourly_rate", *FLAGS]) | st.text(st.characters()), _values, max_size=6
    )
)
def test_any_fields_make_a_task_or_a_refusal_that_can_be_sent(fields: dict[str, Any]) -> None:
    try:
        read_body(TaskBody, fields).new_fields()
    except SheafError as refusal:
        reply = v2_problem(refusal)
        assert reply.status == 422
        json.dumps(dict(reply.body), ensure_ascii=False).encode()
