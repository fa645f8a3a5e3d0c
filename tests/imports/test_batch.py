"""How batches travel through the queue, and how a worker reads them."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheaf.domain.identity import AccountId
from sheaf.domain.imports.job import FileKind
from sheaf.domain.imports.rows import BadRow, ImportedMetadata, Named, Person, TaskRow, TimeRow
from sheaf.domain.values import Day, Id
from sheaf.imports.batch import Group, Message, from_json, groups_of, row_from_json, row_to_json, to_json, unreadable

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=10) | st.sampled_from(
    ["[", '["1"]', "\uffff", "\ufffe"]
)
numbers = st.decimals(allow_nan=False, allow_infinity=False)
values = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | numbers | texts
rows_of_csv = st.tuples(texts, texts, texts).map(lambda cells: dict(zip(("A", "B", "C"), cells, strict=True)))
rows_of_json = st.dictionaries(texts, values, max_size=5)
groups = st.lists(st.tuples(st.integers(1, 10**7), rows_of_csv | rows_of_json), min_size=1, max_size=4)
messages = st.builds(
    Message,
    account_id=st.integers(1, 2**53).map(AccountId),
    import_id=st.integers(1, 2**53).map(Id),
    number=st.integers(1, 10**6),
    kind=st.sampled_from(FileKind),
    columns=st.just(("A", "B", "C")),
    groups=st.lists(groups, max_size=4),
    hints=st.dictionaries(texts, st.dictionaries(texts, st.booleans() | texts, max_size=3), max_size=3),
)


def exact(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Values that tell 1 from 1.0 and True."""
    return [(name, repr(value)) for name, value in found.items()]


@given(messages)
def test_a_message_arrives_as_it_was_sent(message: Message) -> None:
    found = from_json(to_json(message))
    assert found == message
    assert [[exact(item[1]) for item in group] for group in found.groups] == [
        [exact(item[1]) for item in group] for group in message.groups
    ]


@given(rows_of_csv | rows_of_json)
def test_a_row_is_kept_as_it_was_read(row: Mapping[str, Any]) -> None:
    assert exact(row_from_json(row_to_json(row, ("A", "B", "C")), ("A", "B", "C"))) == exact(row)


@given(messages)
def test_a_message_has_only_characters_that_the_queue_takes(message: Message) -> None:
    text = to_json(message)
    text.encode()
    assert [
        item
        for item in text
        if not (item in "\t\n\r" or " " <= item <= "\ud7ff" or "\ue000" <= item <= "\ufffd" or item > "\uffff")
    ] == []


def test_a_row_with_just_the_columns_of_the_file_travels_without_their_names() -> None:
    message = Message(AccountId(1), Id(2), 3, FileKind.TASKS, ("Name", "Rate"), [[(7, {"Name": "Büro", "Rate": "1"})]])
    assert to_json(message) == (
        '{"account_id":1,"import_id":2,"number":3,"kind":"tasks","columns":["Name","Rate"],'
        '"groups":[[[7,["Büro","1"]]]],"hints":{},"reading":["%m/%d/%Y",".",null,null]}'
    )


def tasks_message(*rows: tuple[int, Mapping[str, Any]]) -> Message:
    return Message(AccountId(1), Id(2), 1, FileKind.TASKS, ("Name", "Default hourly rate"), [rows])


def test_a_worker_reads_rows_as_the_splitter_did() -> None:
    message = tasks_message(
        (3, {"Name": "B", "Default hourly rate": "1.005"}), (9, {"Name": " ", "Default hourly rate": "x"})
    )
    assert groups_of(message) == [
        Group(
            [
                BadRow(9, "Default hourly rate", "Default hourly rate must be a number, such as 1.5"),
                TaskRow(3, ImportedMetadata(), {"name": "B", "default_hourly_rate": Decimal("1.01")}),
            ]
        )
    ]


@given(
    st.permutations(
        [
            (number, {"Name": name, "Default hourly rate": "1"})
            for number, name in [(1, "C"), (2, "A"), (3, "B"), (4, "A")]
        ]
    )
)
def test_rows_of_a_group_are_sorted_by_what_stands_in_them(rows: list[tuple[int, Mapping[str, Any]]]) -> None:
    (group,) = groups_of(tasks_message(*rows))
    assert [row.number for row in group.rows] == [2, 4, 3, 1]


def test_a_row_that_could_not_be_read_keeps_its_reason_on_the_way() -> None:
    bad = BadRow(4, "Na\nme", "line one\nline two", {"Name": "B"})
    ((row,),) = [group.rows for group in groups_of(from_json(to_json(tasks_message((4, unreadable(bad))))))]
    assert row == bad
    assert isinstance(row, BadRow)
    assert row.values == {"Name": "B"}


COLUMNS = (
    "Date",
    "Client",
    "Project",
    "Task",
    "Hours",
    "First name",
    "Last name",
    "Project code",
    "Billable?",
    "Currency",
)
CELLS = ("2026-11-01", "Acme", "Site", "Design", "1", "Ann", "Lee", "", "No", "USD")
HINTS = {
    "currency": {"=acme": "EUR", "=other": "GBP"},
    "project_code": {"=acme\n=site": "S-1"},
    "billable": {"=acme\n=site\n=design": True},
}


@pytest.mark.parametrize(
    ("hints", "code", "currency", "billable"),
    [({}, None, "USD", False), (HINTS, "S-1", "EUR", True), ({"currency": {"=other": "GBP"}}, None, "USD", False)],
)
def test_hints_say_of_all_rows_alike_how_what_they_name_is_to_be_made(
    hints: Mapping[str, Mapping[str, Any]], code: str | None, currency: str, billable: bool
) -> None:
    raw = dict(zip(COLUMNS, CELLS, strict=True))
    message = Message(AccountId(1), Id(2), 1, FileKind.TIME_ENTRIES, COLUMNS, [[(1, raw)]], hints)
    assert groups_of(from_json(to_json(message))) == [
        Group(
            [
                TimeRow(
                    number=1,
                    metadata=ImportedMetadata(),
                    person=Person(None, "Ann", "Lee"),
                    client=Named(name="Acme"),
                    project=Named(name="Site"),
                    task=Named(name="Design"),
                    spent_date=Day("2026-11-01"),
                    hours=Decimal("1.00"),
                    notes=None,
                    external_reference=None,
                    project_code=code,
                    currency=currency,
                    billable=billable,
                    missing_columns=frozenset({"notes", "external_reference"}),
                )
            ]
        )
    ]


def test_a_json_row_travels_with_its_own_fields() -> None:
    message = tasks_message((1, {"name": "A", "default_hourly_rate": Decimal("1.10")}))
    assert json.loads(to_json(message))["groups"] == [[[1, {"name": "A", "default_hourly_rate": ["1.10"]}]]]
