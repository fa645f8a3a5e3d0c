"""Answers: tasks as v2 shows them, and what API Gateway is given."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheaf.domain.task import Task
from sheaf.domain.values import AMOUNT_LIMIT, Id, Timestamp
from sheaf.http.call import Call
from sheaf.http.replies_v2 import created, show_task
from sheaf.http.reply import Reply

TASK = Task(
    Id(8083800),
    "Business Development",
    False,
    Decimal("0.00"),
    True,
    False,
    Timestamp("2017-06-26T22:08:25Z"),
    Timestamp("2017-06-26T22:09:00Z"),
    version=3,
)


def test_a_task_is_shown_in_the_fields_and_the_order_of_harvest() -> None:
    assert json.dumps(show_task(TASK)) == (
        '{"id": 8083800, "name": "Business Development", "billable_by_default": false, "default_hourly_rate": 0.0, '
        '"is_default": true, "is_active": false, "created_at": "2017-06-26T22:08:25Z", '
        '"updated_at": "2017-06-26T22:09:00Z"}'
    )


@pytest.mark.parametrize(
    ("rate", "shown"),
    [
        (None, "null"),
        ("0", "0.0"),
        ("100", "100.0"),
        ("100.00", "100.0"),
        ("75.5", "75.5"),
        ("220.20", "220.2"),
        ("0.01", "0.01"),
        ("9999999999.99", "9999999999.99"),
        ("1E+2", "100.0"),
    ],
)
def test_a_rate_is_shown_as_a_json_number_with_a_point(rate: str | None, shown: str) -> None:
    task = replace(TASK, default_hourly_rate=None if rate is None else Decimal(rate))
    assert json.dumps(show_task(task)["default_hourly_rate"]) == shown


@given(st.decimals(0, AMOUNT_LIMIT, places=2))
def test_every_rate_is_shown_exactly(rate: Decimal) -> None:
    shown = json.dumps(show_task(replace(TASK, default_hourly_rate=rate))["default_hourly_rate"])
    assert Decimal(shown) == rate
    assert "e" not in shown


def test_a_new_record_is_answered_with_its_address() -> None:
    call = Call(method="POST", path="/v2/tasks", base_url="https://sheaf.test")
    body = show_task(TASK)
    assert created(call, body) == Reply(201, body, {"Location": "https://sheaf.test/v2/tasks/8083800"})


def test_an_answer_keeps_its_own_headers_over_those_of_every_answer() -> None:
    reply = Reply(200, {}, {"Cache-Control": "max-age=60"}).to_lambda("id")
    assert reply["headers"]["Cache-Control"] == "max-age=60"
    assert reply["headers"]["X-Request-Id"] == "id"


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none()))
def test_a_body_is_compact_json_that_reads_back(body: dict[str, object]) -> None:
    text = Reply(200, body).to_lambda("id")["body"]
    assert json.loads(text) == body
    assert "\n" not in text
    text.encode()
