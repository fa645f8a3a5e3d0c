"""Rows find the entries of an earlier import: the same ones, whatever the order and however often it is begun anew."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheaf.domain.imports.matching import match
from sheaf.domain.time_entry import ExternalReference, TimeEntry
from sheaf.domain.values import Day, Id, Timestamp

LONG_AGO = Timestamp("2026-01-01T00:00:00Z")
FIELDS = ("hours", "notes", "external_reference")


@dataclass(frozen=True)
class Row:
    hours: Decimal
    notes: str | None = None
    external_reference: ExternalReference | None = None


def _entry(number: int, row: Row) -> TimeEntry:
    place = Id(number), Id(1), Id(1), Id(1), Id(1), Day("2026-02-14")
    return TimeEntry(*place, row.hours, row.notes, row.external_reference, LONG_AGO, LONG_AGO, import_id=Id(1))


def _row(hours: float, notes: str | None = None, reference: str | None = None) -> Row:
    return Row(Decimal(str(hours)), notes, None if reference is None else ExternalReference(id=reference))


def _entries(rows: Sequence[Row]) -> list[TimeEntry]:
    return [_entry(number, row) for number, row in enumerate(rows, 1)]


def _ids(found: Sequence[TimeEntry | None]) -> list[int | None]:
    return [None if entry is None else entry.id for entry in found]


def _differing(row: Row, entry: TimeEntry, missing_columns: frozenset[str]) -> list[str]:
    return [name for name in FIELDS if name not in missing_columns and getattr(row, name) != getattr(entry, name)]


# Few values, so that rows and entries are often alike.
_rows = st.builds(
    Row,
    st.sampled_from([Decimal(0), Decimal(1), Decimal("1.50"), Decimal(2)]),
    st.sampled_from([None, "", "a", "b"]),
    st.sampled_from([None, ExternalReference(), ExternalReference(id="1"), ExternalReference(id="2")]),
)
_many = st.lists(_rows, max_size=8)
_unsaid = st.frozensets(st.sampled_from(FIELDS))


@pytest.mark.parametrize(
    ("rows", "entries", "expected"),
    [
        ([], [_row(1)], []),
        ([_row(1)], [], [None]),
        ([_row(1, "a", "x")], [_row(1, "a", "x")], [1]),
        ([_row(2, "a", "x")], [_row(1, "a", "x")], [1]),
        ([_row(1, "b", "x")], [_row(1, "a", "x")], [1]),
        ([_row(1, "a", "y")], [_row(1, "a", "x")], [1]),
        ([_row(2, "b", "x")], [_row(1, "a", "x")], [None]),
        ([_row(2, "a", "y")], [_row(1, "a", "x")], [None]),
        ([_row(1, "b", "y")], [_row(1, "a", "x")], [None]),
        ([_row(1), _row(1)], [_row(1)], [1, None]),
        ([_row(1), _row(1)], [_row(1), _row(1)], [1, 2]),
        ([_row(1, "a")], [_row(1, "b"), _row(2, "a")], [2]),
        ([_row(1, "a")], [_row(2, "a"), _row(1, "a", "x")], [2]),
        ([_row(1, "a")], [_row(1, "b"), _row(2, "a"), _row(1, "a")], [3]),
        ([_row(2, "a"), _row(1, "a")], [_row(1, "a")], [None, 1]),
        ([_row(1, "a"), _row(1, "b")], [_row(1, "c"), _row(1, "a")], [2, 1]),
        ([_row(1)], [_row(1, "")], [1]),
    ],
)
def test_identical_entries_come_first_then_those_with_the_same_notes_then_those_with_the_same_hours(
    rows: list[Row], entries: list[Row], expected: list[int | None]
) -> None:
    assert _ids(match(rows, _entries(entries))) == expected


@pytest.mark.parametrize(
    ("missing_columns", "expected"),
    [([], None), (["notes"], 1), (["external_reference"], 1), (["notes", "external_reference"], 1)],
)
def test_what_a_file_is_silent_about_tells_no_entries_apart(missing_columns: list[str], expected: int | None) -> None:
    assert _ids(match([_row(2)], _entries([_row(2, "a", "x")]), frozenset(missing_columns))) == [expected]


@given(_many, _many, _unsaid)
def test_no_entry_stands_for_two_rows_nor_for_one_that_differs_in_more_than_one_thing(
    rows: list[Row], others: list[Row], missing_columns: frozenset[str]
) -> None:
    found = match(rows, _entries(others), missing_columns)
    ids = [entry.id for entry in found if entry]
    assert len(found) == len(rows)
    assert len(set(ids)) == len(ids)
    assert all(
        len(_differing(row, entry, missing_columns)) <= 1 for row, entry in zip(rows, found, strict=True) if entry
    )


@given(_many, _many, _unsaid)
def test_as_many_rows_as_can_be_stand_for_an_entry_that_is_the_same(
    rows: list[Row], others: list[Row], missing_columns: frozenset[str]
) -> None:
    def said(row: Row) -> tuple[object, ...]:
        return tuple(getattr(row, name) for name in FIELDS if name not in missing_columns)

    found = match(rows, _entries(others), missing_columns)
    same = [
        row for row, entry in zip(rows, found, strict=True) if entry and not _differing(row, entry, missing_columns)
    ]
    assert Counter(map(said, same)) == Counter(map(said, rows)) & Counter(map(said, others))


@given(_many, _many, _unsaid)
def test_no_row_is_new_while_an_entry_that_differs_in_one_thing_is_left(
    rows: list[Row], others: list[Row], missing_columns: frozenset[str]
) -> None:
    entries = _entries(others)
    found = match(rows, entries, missing_columns)
    left = [entry for entry in entries if entry not in found]
    new = [row for row, entry in zip(rows, found, strict=True) if entry is None]
    assert [row for row in new if any(len(_differing(row, entry, missing_columns)) <= 1 for entry in left)] == []


@given(_many)
def test_the_same_rows_again_all_stand_for_what_they_made(rows: list[Row]) -> None:
    entries = _entries(rows)
    found = match(rows, entries)
    assert [_differing(row, entry, frozenset()) for row, entry in zip(rows, found, strict=True) if entry] == [
        [] for _ in rows
    ]


@given(_many, _many, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_of_entries_does_not_matter(rows: list[Row], others: list[Row], chance: Random) -> None:
    def outcome(rows: list[Row], entries: list[TimeEntry]) -> Counter[tuple[Row, int | None]]:
        return Counter(zip(rows, _ids(match(rows, entries)), strict=True))

    entries = _entries(others)
    expected = outcome(rows, entries)
    chance.shuffle(rows)
    chance.shuffle(entries)
    assert outcome(rows, entries) == expected


def test_three_rows_in_any_order_find_the_same_entries() -> None:
    rows = [_row(1, "a"), _row(2, "a"), _row(3, "b")]
    entries = _entries([_row(4, "a"), _row(5, "a"), _row(3, "c")])
    outcomes = {frozenset(zip(some, _ids(match(some, entries)), strict=True)) for some in map(list, permutations(rows))}
    assert outcomes == {frozenset(zip(rows, [1, 2, 3], strict=True))}


@given(_many, _many, _unsaid, st.data())
def test_once_some_rows_are_settled_the_others_stand_for_the_same_entries(
    rows: list[Row], others: list[Row], missing_columns: frozenset[str], data: st.DataObject
) -> None:
    entries = _entries(others)
    found = match(rows, entries, missing_columns)
    settled = data.draw(st.sets(st.sampled_from(range(len(rows)))) if rows else st.just(set[int]()))
    used = [found[place] for place in settled]
    rest = [place for place in range(len(rows)) if place not in settled]
    again = match([rows[place] for place in rest], [entry for entry in entries if entry not in used], missing_columns)
    before = Counter((rows[place], found[place]) for place in rest)
    assert Counter(zip((rows[place] for place in rest), again, strict=True)) == before
