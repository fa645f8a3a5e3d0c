"""What a file may be written in, and that it is read as it was written."""

import codecs
import csv
import gzip
from collections.abc import Callable, Sequence
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sheaf.domain.imports.rows import BadRow, RawRow
from sheaf.imports import formats, lines
from tests.support import sample_files
from tests.support.sample_files import Stream, stream


def read(data: bytes) -> tuple[tuple[str, ...], list[RawRow | BadRow]]:
    table = formats.read(stream(data))
    return table.columns, list(table.rows)


def table_of(rows: Sequence[dict[str, Any]]) -> list[RawRow]:
    return [RawRow(number, values) for number, values in enumerate(rows, 1)]


DESIGN = table_of([{"Name": "Design", "Rate": "100"}, {"Name": "Büro", "Rate": ""}])
TEXT = "Name,Rate\nDesign,100\nBüro,\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        TEXT.rstrip("\n").encode(),
        TEXT.replace(",", ";").encode(),
        TEXT.replace(",", "\t").encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.replace(",", "\t").encode("utf-16"),
        gzip.compress(TEXT.encode()),
        gzip.compress(TEXT.encode("utf-16")),
        gzip.compress(TEXT[:15].encode()) + gzip.compress(b"") + gzip.compress(TEXT[15:].encode()),
        gzip.compress(TEXT.encode()) + b"\0" * 1000,
        b"\n\r\n  \n" + TEXT.encode(),
        TEXT.replace("\n", "\n\n").encode() + b"\n\n",
        TEXT.replace("Büro,", ",\n  ,\nBüro,").encode(),
        b"Name,Rate\r\nDesign,100\nB\xc3\xbcro,\r",
        b' Name , "Rate" \n'.replace(b' "Rate" ', b'"Rate"') + b"Design,100\nB\xc3\xbcro,\n",
        TEXT.replace("100", "100,,,").encode(),
    ],
    ids=lambda data: f"{len(data)} bytes from {data[:1].hex()}",
)
def test_a_csv_file_is_read_whatever_it_is_written_in(data: bytes) -> None:
    assert read(data) == (("Name", "Rate"), DESIGN)


def test_quotes_hold_delimiters_line_ends_and_doubled_quotes() -> None:
    data = b'"Name","Notes; all"\r\n"Design, UX","one\r\ntwo\n\n""three"""\r\n5" pipe,\r\n'
    assert read(data) == (
        ("Name", "Notes; all"),
        table_of(
            [{"Name": "Design, UX", "Notes; all": 'one\r\ntwo\n\n"three"'}, {"Name": '5" pipe', "Notes; all": ""}]
        ),
    )


def test_white_space_in_the_names_of_columns_is_evened_out() -> None:
    assert read(b'"First\r\nname",  Last   name \nAnn,Lee\n')[0] == ("First name", "Last name")


def test_a_column_without_a_name_gets_one() -> None:
    assert read(b"Name,,Rate\nDesign,x,100\n") == (
        ("Name", "Column 2", "Rate"),
        table_of([{"Name": "Design", "Column 2": "x", "Rate": "100"}]),
    )


def test_empty_columns_behind_the_last_one_are_none() -> None:
    assert read(b"Name,Rate,, \nDesign,100,,\n") == (("Name", "Rate"), table_of([{"Name": "Design", "Rate": "100"}]))


@pytest.mark.parametrize("first", ["sep=;", "SEP=;", '"sep=;"', "\ufeffsep=;"])
def test_a_first_line_may_tell_excel_what_separates_the_cells(first: str) -> None:
    table = formats.read(stream(f"{first}\r\nName;Rate, of all\r\nDesign;1\r\n".encode()))
    assert (table.columns, table.delimiter) == (("Name", "Rate, of all"), ";")
    assert list(table.rows) == table_of([{"Name": "Design", "Rate, of all": "1"}])


def test_an_older_file_of_windows_is_read_when_it_is_said_to_be_one() -> None:
    table = formats.read(stream("Name\nBüro €\n".encode("cp1252")), "windows-1252")
    assert (table.encoding, list(table.rows)) == ("windows-1252", table_of([{"Name": "Büro €"}]))
    assert formats.read(stream("\ufeffName\nBüro\n".encode()), "windows-1252").encoding == "utf-8"


@pytest.mark.parametrize(
    ("line", "cells", "shown"),
    [
        (b"Design", 1, {"Name": "Design"}),
        (b"Design,", 2, {"Name": "Design", "Rate": ""}),
        (b"Design,1,Yes,more", 4, {"Name": "Design", "Rate": "1", "Active": "Yes"}),
    ],
)
def test_a_row_with_too_few_or_too_many_cells_is_bad_and_the_next_one_is_not(
    line: bytes, cells: int, shown: dict[str, str]
) -> None:
    _, (bad, good) = read(b"Name,Rate,Active\n" + line + b"\nCoding,2,No\n")
    assert isinstance(bad, BadRow)
    assert bad == BadRow(1, "", f"The row has {cells} cells and the header 3 (line 2)")
    assert bad.values == shown
    assert good == RawRow(2, {"Name": "Coding", "Rate": "2", "Active": "No"})


def test_a_byte_order_mark_at_the_start_of_a_later_line_is_left_out() -> None:
    _, rows = read(b"Name,Rate\nDesign,1\n\xef\xbb\xbfCoding,2\n")
    assert rows == table_of([{"Name": "Design", "Rate": "1"}, {"Name": "Coding", "Rate": "2"}])


def test_a_byte_order_mark_within_a_cell_is_text() -> None:
    assert read(b"Name,Notes\nDesign,a\xef\xbb\xbfb\n")[1] == table_of([{"Name": "Design", "Notes": "a\ufeffb"}])


# ------------------------------------------------------------ JSON


def test_json_objects_are_read_line_by_line() -> None:
    data = b'{"name": "Design", "rate": 1.10, "id": 7, "is_active": true, "notes": null}\n\n {"name": "B\\u00fcro"}\n'
    assert read(data) == (
        ("name", "rate", "id", "is_active", "notes"),
        table_of(
            [
                {"name": "Design", "rate": Decimal("1.10"), "id": 7, "is_active": True, "notes": None},
                {"name": "Büro"},
            ]
        ),
    )


@pytest.mark.parametrize("pack", sample_files.PACKINGS.values(), ids=sample_files.PACKINGS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_json_is_read_whatever_it_is_packed_in(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    data = pack('{"name": "Büro"}\r\n{"name": "Design"}'.encode(encoding))
    assert read(data) == (("name",), table_of([{"name": "Büro"}, {"name": "Design"}]))


def test_fields_of_objects_inside_of_an_object_have_both_names() -> None:
    data = b'{"id": 1, "client": {"id": 2, "name": "A"}, "tags": [1.5, "x"], "invoice": {}, "": 4}'
    fields = {"id": 1, "client.id": 2, "client.name": "A", "tags": '["1.5", "x"]', "invoice": "{}"}
    assert read(data) == (tuple(fields), [RawRow(1, fields)])


@pytest.mark.parametrize(
    ("digits", "value"),
    [
        ("0.1", Decimal("0.1")),
        ("0.30000000000000004", Decimal("0.30000000000000004")),
        ("1e400", Decimal("1e400")),
        ("-0.0", Decimal("-0.0")),
        ("1" + "0" * 400, 10**400),
        ("1.0", Decimal("1.0")),
    ],
)
def test_numbers_are_exact_and_never_float(digits: str, value: object) -> None:
    ((row,),) = [read(b'{"hours": ' + digits.encode() + b"}")[1]]
    assert isinstance(row, RawRow)
    assert repr(row.values["hours"]) == repr(value)


def test_bad_lines_before_the_first_good_one_are_bad_rows() -> None:
    assert read(b'{"name": }\n{"name": "Design"}\n') == (
        ("name",),
        [BadRow(1, "", "Not valid JSON: Expecting value at character 10 (line 1)"), RawRow(2, {"name": "Design"})],
    )


# ------------------------------------------------------------ a report that comes back


def test_a_report_that_was_mended_is_read_without_its_own_columns_and_apostrophes() -> None:
    data = b"\xef\xbb\xbfRow,Field,Message,Name,Notes\n7,Name,is wrong,Design,'=1+1\n9,,x,Coding,'tis\n8,,y\n"
    columns, rows = read(data)
    assert columns == ("Name", "Notes")
    assert rows == [
        RawRow(1, {"Name": "Design", "Notes": "=1+1"}),
        RawRow(2, {"Name": "Coding", "Notes": "'tis"}),
        BadRow(3, "", "The row has 3 cells and the header 5 (line 4)"),
    ]


# ------------------------------------------------------------ laws

cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12) | st.sampled_from(
    [
        "",
        " ",
        ",",
        ";",
        "\t",
        '"',
        '""',
        "\r",
        "\n",
        "\r\n",
        "a\rb",
        '"\n',
        "'",
        "=1",
        "é",
        "😀",
        "\u2028",
        "\x0b",
        "\x1c",
    ]
)
tables = st.integers(2, 4).flatmap(lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1))


def is_row(row: Sequence[str]) -> bool:
    """Whether a row is one: neither blank nor behind a byte-order mark."""
    return bool("".join(row).strip()) and not row[0].startswith("\ufeff")


@settings(max_examples=150)
@given(
    tables,
    st.sampled_from(",;\t"),
    st.sampled_from(["\r\n", "\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(sorted(sample_files.PACKINGS)),
    st.lists(st.integers(1, 7), min_size=1),
)
@example([["a\r", "\n"]], ";", "\r", "utf-16-be", csv.QUOTE_MINIMAL, "gzip", [1])
def test_every_table_that_csv_writer_writes_is_read_back(
    table: list[list[str]], delimiter: str, end: str, encoding: str, quoting: Any, packing: str, pieces: list[int]
) -> None:
    table = [row for row in table if is_row(row)]
    columns = tuple("ABCD"[: len(table[0])]) if table else ("A", "B")
    table.append(["last"] * len(columns))
    text = StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows([columns, *table])
    mark = codecs.BOM_UTF16_BE if encoding == "utf-16-be" else b""
    data = sample_files.PACKINGS[packing](mark + text.getvalue().encode(encoding))
    parts: list[bytes] = []
    at = 0
    while at < len(data):
        size = pieces[len(parts) % len(pieces)]
        parts.append(data[at : at + size])
        at += size
    found = formats.read(Stream(parts))
    assert found.columns == columns
    assert list(found.rows) == table_of([dict(zip(columns, row, strict=True)) for row in table])


scalars = st.none() | st.booleans() | st.integers(-(10**30), 10**30) | cells
objects = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0."), min_size=1, max_size=8), scalars
).filter(bool)


@given(st.lists(objects, min_size=1, max_size=20), st.sampled_from(sorted(sample_files.PACKINGS)))
def test_every_flat_object_is_read_back(rows: list[dict[str, Any]], packing: str) -> None:
    rows.insert(0, {"first": 1})
    data = sample_files.PACKINGS[packing](sample_files.ndjson_bytes(rows))
    assert read(data) == (("first",), table_of(rows))


def test_a_file_is_read_in_pieces_and_no_further_than_it_is_asked_for() -> None:
    source = Stream(sample_files.large_export(5_000_000))
    table = formats.read(source)
    assert source.size <= 3 * lines.PIECE
    for row in table.rows:
        if row.number == 2000:
            break
    assert source.size < 1_000_000
