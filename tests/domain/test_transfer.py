"""How a file comes in and a report goes out: its name, its kind, and for how long an address is open."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheaf.domain.errors import InvalidError
from sheaf.domain.imports.job import FileKind
from sheaf.domain.imports.transfer import clean_file_name, clean_kind, open_until
from sheaf.domain.values import Timestamp
from tests.domain.strategies import timestamps

LONGEST = "ü" * 125 + "e.csv"  # 255 bytes in UTF-8


@pytest.mark.parametrize("name", ["time.csv", "Zeit 2026 (neu).csv.gz", "..csv", "…", " a ", LONGEST])
def test_a_name_is_taken_as_it_is(name: str) -> None:
    assert clean_file_name(name) == name


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "file_name can't be blank"),
        (" \u3000", "file_name can't be blank"),
        ("a/time.csv", "file_name must be a name without a path"),
        ("..\\time.csv", "file_name must be a name without a path"),
        (".", "file_name must be a name without a path"),
        ("..", "file_name must be a name without a path"),
        (LONGEST + "x", "file_name is too long (maximum is 255 bytes)"),
        ("a\0b", "file_name can't contain control characters or unpaired surrogates"),
        ("a\n", "file_name can't contain control characters or unpaired surrogates"),
        ("a\ud800", "file_name can't contain control characters or unpaired surrogates"),
    ],
)
def test_what_is_no_name_of_a_file_is_refused(name: str, problem: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        clean_file_name(name)
    assert str(refusal.value) == problem


@given(st.text(st.characters(codec=None)))
def test_whatever_is_taken_fits_into_a_key_and_is_one_part_of_it(name: str) -> None:
    try:
        taken = clean_file_name(name)
    except InvalidError:
        return
    assert (len(taken.encode()) <= 255, len(f"a/{taken}".split("/"))) == (True, 2)


@pytest.mark.parametrize("kind", list(FileKind))
def test_every_kind_is_read(kind: FileKind) -> None:
    assert clean_kind(str(kind)) is kind


@pytest.mark.parametrize("text", ["", "invoices", "Tasks", "time entries"])
def test_an_unknown_kind_is_refused_with_those_that_there_are(text: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        clean_kind(text)
    assert str(refusal.value) == "kind must be one of tasks, projects, task_assignments, time_entries"


def test_an_address_is_open_for_a_quarter_of_an_hour() -> None:
    assert open_until(Timestamp("2026-12-31T23:50:00Z")) == "2027-01-01T00:05:00Z"


@given(timestamps)
def test_an_address_closes_after_it_opened(now: Timestamp) -> None:
    assert open_until(now) > now
