"""The report of the rows that failed: in their order, safe for spreadsheets, and fit to be mended and sent again."""

import csv
from collections.abc import Iterator, Mapping
from decimal import Decimal
from io import BytesIO, StringIO
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheaf.domain.imports.rows import Outcome, RawRow, Verdict
from sheaf.imports import formats
from sheaf.imports.report import COLUMNS, guarded, without_guard, write_report
from tests.support.sample_files import stream

type Failure = tuple[Verdict, Mapping[str, Any]]


def failed(number: int, field: str = "", message: str = "is wrong") -> Verdict:
    return Verdict(number, Outcome.FAILED, field, message)


def written(columns: tuple[str, ...], *failures: Failure) -> bytes:
    file = BytesIO()
    write_report(file, columns, iter(failures))
    return file.getvalue()


def test_a_report_names_each_row_and_what_is_wrong_beside_what_stood_there() -> None:
    report = written(
        ("Name", "Büro"),
        (failed(12, "Name", "Name can't be blank"), {"Name": "", "Büro": "x,y"}),
        (failed(3, "", "Rows 3 and 9 say different things"), {"Name": 'De"sign', "Büro": "two\nlines"}),
    )
    assert report == (
        b"\xef\xbb\xbfRow,Field,Message,Name,B\xc3\xbcro\r\n"
        b'3,,Rows 3 and 9 say different things,"De""sign","two\nlines"\r\n'
        b'12,Name,Name can\'t be blank,,"x,y"\r\n'
    )


def test_a_report_without_rows_is_a_header() -> None:
    assert written(("Name",)) == b"\xef\xbb\xbfRow,Field,Message,Name\r\n"


def test_values_of_json_files_are_shown_as_json_shows_them() -> None:
    values = {"a": None, "b": True, "c": 7, "d": Decimal("1.50"), "e": False, "more": "not in the columns"}
    report = written(("a", "b", "c", "d", "e", "f"), (failed(1), values))
    assert report.splitlines()[1] == b"1,,is wrong,,true,7,1.50,false,"


def test_rows_stand_in_the_order_of_the_file_however_they_come() -> None:
    numbers = list(range(1, 5001))
    Random(7).shuffle(numbers)  # noqa: S311
    report = written(("Name",), *((failed(number), {"Name": str(number)}) for number in numbers))
    rows = list(csv.reader(StringIO(report.decode("utf-8-sig"))))[1:]
    assert rows == [[str(number), "", "is wrong", str(number)] for number in range(1, 5001)]


@pytest.mark.parametrize(
    "cell",
    [
        *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\tx", "\rx", "\nx", " =1", "  \t @x", "\u00a0=1"),
        *("\u3000+x", "\x0b=1", "＝1+1", "＋1", "－1", "＠x", " ＝1", "﹦1", '=cmd|" /C calc"!A0', "'=1", "''-1"),  # noqa: RUF001
    ],
)
def test_what_a_spreadsheet_may_take_for_a_formula_gets_an_apostrophe(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"


@pytest.mark.parametrize(
    "cell", ["", "Design", "1+1", "a=b", "'tis", "'", "a\n=1", "3-4", "mail@example.com", "é", " x"]
)
def test_everything_else_stays_as_it_is(cell: str) -> None:
    assert guarded(cell) == cell


@pytest.mark.parametrize("column", ["=HYPERLINK(1)", "@x"])
def test_names_of_columns_and_messages_are_guarded_too(column: str) -> None:
    report = written((column,), (failed(1, column, column), {column: column}))
    assert report.decode("utf-8-sig").splitlines() == [
        f"Row,Field,Message,'{column}",
        f"1,'{column},'{column},'{column}",
    ]


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8) | st.text(
    st.sampled_from(" '=+-@\t\r\na＝"),  # noqa: RUF001
    max_size=5,
)


@given(texts)
def test_a_guard_can_be_taken_away_again(cell: str) -> None:
    assert without_guard(guarded(cell)) == cell


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=10))
def test_a_report_that_is_sent_again_has_the_rows_of_the_file(rows: list[tuple[str, str]]) -> None:
    columns = ("=Name", "Notes")
    values = [dict(zip(columns, row, strict=True)) for row in rows]
    report = written(columns, *((failed(number), item) for number, item in enumerate(values, 1)))
    table = formats.read(stream(report))
    assert table.columns == columns
    assert list(table.rows) == [RawRow(number, item) for number, item in enumerate(values, 1)]


def test_the_first_columns_are_those_by_which_a_report_is_known() -> None:
    assert COLUMNS == ("Row", "Field", "Message")


def test_failures_are_taken_one_by_one_and_written_in_pieces() -> None:
    sizes: list[int] = []

    class File(BytesIO):
        def write(self, data: Any, /) -> int:
            sizes.append(len(data))
            return len(data)

    def failures() -> Iterator[Failure]:
        for number in range(200, 0, -1):
            yield failed(number), {"Name": f"{number}" + "x" * 50_000}

    write_report(File(), ("Name",), failures())
    assert sum(sizes) > 10_000_000
    assert max(sizes) < 100_000
