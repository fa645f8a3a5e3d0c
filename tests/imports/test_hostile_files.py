"""Files that were made to break whoever reads them: each gets a clear sentence, and none gets memory."""

import gzip
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheaf.domain.imports import columns
from sheaf.domain.imports.reader import Reader
from sheaf.domain.imports.rows import BadRow, FileError, RawRow
from sheaf.imports import formats, lines
from tests.support.sample_files import Stream, stream
from tools.template import PROJECT

LONG = "The row that starts on line {} is longer than 64 KB; is a quote opened there and never closed?"
BROKEN_QUOTE = (
    'The row that starts on line {} has characters after a closing quote; a quote inside of quotes is written twice: ""'
)

WINDOWS = 'Save it as CSV UTF-8; if it is an older file of Windows, say encoding "windows-1252"'


def read(data: bytes) -> list[RawRow | BadRow]:
    return list(formats.read(stream(data)).rows)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        pytest.param(b"", "The file is empty", id="nothing"),
        pytest.param(b" \n\r\n\t\n", "The file is empty", id="blank lines"),
        pytest.param(b"\xef\xbb\xbf", "The file is empty", id="a byte-order mark"),
        pytest.param(b"\xff\xfe", "The file is empty", id="a byte-order mark of UTF-16"),
        pytest.param(gzip.compress(b""), "The file is empty", id="nothing, packed"),
        pytest.param(b"Name,Rate\n", "The file has a header and no rows", id="a header"),
        pytest.param(b"Name,Rate\n,\n\n , \n", "The file has a header and no rows", id="a header and blank rows"),
        pytest.param(
            b"Name,Rate,name\nA,1,B\n",
            "The header names 'name' twice ('Name'); each column may stand there once",
            id="a column twice",
        ),
        pytest.param(
            b"Is active,Name,is_active?\n1,A,0\n",
            "The header names 'is_active?' twice ('Is active'); each column may stand there once",
            id="a column twice, spelled in two ways",
        ),
        pytest.param(
            b"Name,Notes\nDesign,caf\xe9\n",
            f"Line 2, character 11: the byte E9 is not UTF-8. {WINDOWS}",
            id="Latin-1",
        ),
        pytest.param(
            b"Name,Notes\r\n" + b"Design,x\r\n" * 20_000 + b"\xfcber,x\r\n",
            f"Line 20002, character 1: the byte FC is not UTF-8. {WINDOWS}",
            id="Latin-1, far into the file",
        ),
        pytest.param(
            b"Name\rDesign\r\xfc\r",
            f"Line 3, character 1: the byte FC is not UTF-8. {WINDOWS}",
            id="Latin-1 after a lone carriage return",
        ),
        pytest.param(
            "Name,Rate\nBü".encode()[:-1],
            f"Line 2, character 2: the byte C3 is not UTF-8. {WINDOWS}",
            id="cut off within a character",
        ),
        pytest.param(
            b"Name,Rate\n\xed\xa0\x80,1\n",
            f"Line 2, character 1: the byte ED is not UTF-8. {WINDOWS}",
            id="half of a surrogate pair in UTF-8",
        ),
        pytest.param(
            "Name,Rate\nDesign,1\n".encode("utf-16-le"),
            "The file is UTF-16 or UTF-32 without a byte-order mark; save it as CSV UTF-8",
            id="UTF-16 without a mark",
        ),
        pytest.param(
            "Name,Rate\nDesign,1\n".encode("utf-16-be"),
            "The file is UTF-16 or UTF-32 without a byte-order mark; save it as CSV UTF-8",
            id="UTF-16, the other way round, without a mark",
        ),
        pytest.param(
            "Name,Rate\nDesign,1\n".encode("utf-16") + b"\n",
            "Line 3, character 1: the byte 0A is not UTF-16. Save it again, or as CSV UTF-8",
            id="UTF-16 with an odd byte",
        ),
        pytest.param(
            "Name,Rate\n".encode("utf-16") + b"\x00\xd8a\x00",
            "Line 2, character 1: the byte 00 is not UTF-16. Save it again, or as CSV UTF-8",
            id="half of a surrogate pair in UTF-16",
        ),
        pytest.param("Name,Rate\nA,1\n".encode("utf-32"), "The file is UTF-32; save it as CSV UTF-8", id="UTF-32"),
        pytest.param(
            b"\x00\x00\xfe\xff" + "Name,Rate\nA,1\n".encode("utf-32-be"),
            "The file is UTF-32; save it as CSV UTF-8",
            id="UTF-32, the other way round",
        ),
        pytest.param(
            b"\xef\xbb\xbf\xef\xbb\xbfName,Rate\nA,1\n",
            "The file begins with two byte-order marks; save it as CSV UTF-8",
            id="two byte-order marks",
        ),
        pytest.param(
            b"Name,Rate\nDesign,1\nCo\0ding,2\n",
            "Line 3, character 3: there is a NUL character, so this is no text file",
            id="NUL",
        ),
        pytest.param(
            b"\x7fELF\0\0\0\0", "Line 1, character 5: there is a NUL character, so this is no text file", id="a program"
        ),
        pytest.param(
            b"PK\x03\x04\x14\0\x06\0", "The file is a ZIP archive or an Excel workbook; save it as CSV", id="Excel"
        ),
        pytest.param(
            b'Name,Rate\nDesign,1\n"Coding,2\nTesting,3\n',
            "A quote is opened in the row that starts on line 3, and never closed",
            id="an open quote",
        ),
        pytest.param(
            b'Name,Rate\n"Coding,2\n' + b"Testing,3\n" * 10_000, LONG.format(2), id="an open quote in a long file"
        ),
        pytest.param(b'Name,Rate\n"Des"ign,1\n', BROKEN_QUOTE.format(2), id="a broken quote"),
        pytest.param(b"Name,Rate\n" + b"x" * 65_535 + b",1\n", LONG.format(2), id="a long line"),
        pytest.param(b"Name,Rate\n" + "é".encode() * 32_768 + b",1\n", LONG.format(2), id="a line of many bytes"),
        pytest.param(b"x" * 70_000, LONG.format(1), id="a long first line"),
        pytest.param(b"," * 1_000_000 + b"\n1\n", LONG.format(1), id="a million columns"),
        pytest.param(
            b",".join(b"c%d" % number for number in range(201)) + b"\n1\n",
            "The header has 201 columns; at most 200 are read",
            id="201 columns",
        ),
        pytest.param(
            b"a," + b"x" * 16_384 + b"\n1,2\n",
            "The names of the columns are longer than 16 KB in all",
            id="a long name",
        ),
        pytest.param(
            gzip.compress(b"Name,Rate\nDesign,1\n")[:-9], "The gzip file ends in the middle; upload it again", id="cut"
        ),
        pytest.param(
            b"\x1f\x8b", "The gzip file ends in the middle; upload it again", id="only the start of a gzip file"
        ),
        pytest.param(b"\x1f\x8b\x08\0" + b"x" * 99, "The gzip file is damaged; pack it again", id="damaged"),
        pytest.param(
            gzip.compress(b"Name,Rate\nDesign,1\n") + b"junk", "The gzip file is damaged; pack it again", id="a tail"
        ),
        pytest.param(
            gzip.compress(b"Name,Rate\nDesign,1\n")[:-8] + b"\0" * 8,
            "The gzip file is damaged; pack it again",
            id="sum",
        ),
        pytest.param(
            gzip.compress(gzip.compress(b"Name,Rate\nDesign,1\n")),
            "The file is gzipped twice; pack it once",
            id="twice",
        ),
        pytest.param(
            b'[{"name": "Design"}]',
            "The file is a JSON array; Sheaf reads one JSON object on each line, without commas between",
            id="a JSON array",
        ),
        pytest.param(
            b'{\n  "name": "Design"\n}\n',
            "None of the first lines is a JSON object on a line of its own: Not valid JSON:"
            " Expecting property name enclosed in double quotes at character 2 (line 1)",
            id="JSON over several lines",
        ),
        pytest.param(b'{"name": "' + b"x" * 70_000 + b'"}\n', LONG.format(1), id="a long JSON line"),
        pytest.param(
            b'{"project_id": 1, "project": {"id": 2}}\n',
            "The header names 'project.id' twice ('project_id'); each column may stand there once",
            id="a field in two ways",
        ),
    ],
)
def test_what_makes_the_file_doubtful_is_said_in_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(FileError) as refusal:
        read(data)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize("cut", range(4, 20))
def test_lines_are_counted_alike_wherever_the_file_is_cut_into_pieces(cut: int) -> None:
    data = b"Name,Rate\r\nDesign,1\r\nB\xfcro,1\r\n"
    with pytest.raises(FileError, match=rf"^Line 3, character 2: the byte FC is not UTF-8\. {WINDOWS}$"):
        list(formats.read(Stream([data[:cut], data[cut:]])).rows)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        pytest.param(b"[" * 60_000, "Nested deeper than 8 levels", id="deep arrays"),
        pytest.param(b'{"a":' * 12_000, "Nested deeper than 8 levels", id="deep objects"),
        pytest.param(b'{"a":' * 9 + b"1" + b"}" * 9, "Nested deeper than 8 levels", id="nine levels"),
        pytest.param(b'{"a": ' + b"[" * 5000 + b"]" * 5000 + b"}", "Nested deeper than 8 levels", id="deep in a field"),
        pytest.param(b'{"hours": NaN}', "Not valid JSON: NaN is not a JSON number", id="NaN"),
        pytest.param(b'{"hours": Infinity}', "Not valid JSON: Infinity is not a JSON number", id="Infinity"),
        pytest.param(b'{"hours": -Infinity}', "Not valid JSON: -Infinity is not a JSON number", id="-Infinity"),
        pytest.param(b'{"hours": ' + b"9" * 5000 + b"}", "A number has too many digits", id="5,000 digits"),
        pytest.param(
            b'{"hours": 1e9999999999999999999999}', "A number has too many digits", id="an exponent beyond everything"
        ),
        pytest.param(b'{"name": "A", "name": "B"}', "The object names 'name' twice", id="a field twice"),
        pytest.param(b'{"a.b": 1, "a": {"b": 2}}', "The object names 'a.b' twice", id="a path twice"),
        pytest.param(b'{"n": "\\ud800"}', "'n' has half of a surrogate pair or a NUL character", id="half a pair"),
        pytest.param(
            b'{"\\udc00": 1}', "'?' has half of a surrogate pair or a NUL character", id="half a pair as name"
        ),
        pytest.param(b'{"n": "a\\u0000"}', "'n' has half of a surrogate pair or a NUL character", id="NUL"),
        pytest.param(
            b"{" + b",".join(b'"%d":1' % number for number in range(201)) + b"}",
            "The object has 201 fields; at most 200 are read",
            id="201 fields",
        ),
        pytest.param(b"7", 'Not a JSON object, such as {"name": "Design"}', id="a number"),
        pytest.param(b'"x"', 'Not a JSON object, such as {"name": "Design"}', id="a text"),
        pytest.param(b'{"name": "A"} {}', "Not valid JSON: Extra data at character 15", id="two objects"),
        pytest.param(b'{"name": "A"}, ', "Not valid JSON: Extra data at character 14", id="a comma"),
        pytest.param(
            b'\xef\xbb\xbf{"name": "A"}',
            "Not valid JSON: Unexpected UTF-8 BOM (decode using utf-8-sig) at character 1",
            id="a byte-order mark inside of the file",
        ),
    ],
)
def test_a_json_line_that_cannot_be_read_is_one_bad_row(line: bytes, sentence: str) -> None:
    assert read(b'{"name": "A"}\n' + line + b'\n{"name": "B"}\n') == [
        RawRow(1, {"name": "A"}),
        BadRow(2, "", f"{sentence} (line 2)"),
        RawRow(3, {"name": "B"}),
    ]


# ------------------------------------------------------------ bombs


def bomb(text: bytes, times: int) -> Iterator[bytes]:
    """A gzip file of the same text many times over, packed as it is read."""
    packer = zlib.compressobj(9, wbits=31)
    for _ in range(times):
        yield packer.compress(text)
    yield packer.flush()


ROWS = b"Name,Notes\n" + (b"Design," + b"x" * 4000 + b"\n") * 250  # 1 MB


def test_a_gzip_bomb_is_refused_after_ten_megabytes() -> None:
    rows = formats.read(Stream(bomb(ROWS, 10_000))).rows
    assert [row.number for row in islice(rows, 2500)] == list(range(1, 2501))
    with pytest.raises(FileError, match=r"^The gzip file unpacks to more than 200 times its size; send it unpacked$"):
        next(islice(rows, 500, None))


def test_a_small_file_may_unpack_to_more_than_200_times_its_size() -> None:
    assert len(read(b"".join(bomb(ROWS, 5)))) > 1000


@pytest.mark.parametrize("pack", [iter, lambda pieces: iter([gzip.compress(b"".join(pieces))])], ids=["plain", "gzip"])
def test_a_file_that_is_too_large_is_refused(
    pack: Callable[[Sequence[bytes]], Iterator[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "UNPACKED_LIMIT", 3 * 1024**2)
    assert len(list(formats.read(Stream(pack([ROWS] * 3))).rows)) > 700
    with pytest.raises(FileError, match=r"^The file is larger than 0 GB; cut it into several$"):
        list(formats.read(Stream(pack([ROWS] * 4))).rows)


def test_a_gzip_file_of_very_many_files_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MEMBER_LIMIT", 10)
    empty, item = gzip.compress(b""), gzip.compress(b"Name,Rate\nDesign,1\n")
    assert len(read(empty * 9 + item)) == 1
    with pytest.raises(FileError, match=r"^The gzip file consists of more than 10 files; pack it again$"):
        read(empty * 10 + item)


@pytest.mark.parametrize("line", [b"\n", b"A,1\n"])
def test_a_file_of_very_many_lines_is_refused(line: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "LINE_LIMIT", 10)
    assert read(b"Name,Rate\n" + line * 8 + b"A,1\n")[0] == RawRow(1, {"Name": "A", "Rate": "1"})
    with pytest.raises(FileError, match=r"^The file has more than 10 lines; cut it into several$"):
        read(b"Name,Rate\n" + line * 9 + b"A,1\n")


HOSTILE_IN_LITTLE_MEMORY = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (512 * 1024**2,) * 2)
from sheaf.imports import formats
from sheaf.domain.imports.rows import FileError
from tests.support.sample_files import Stream
from tests.imports.test_hostile_files import ROWS, bomb

MEGABYTE = 1024**2
files = {
    "gzip bomb": bomb(ROWS, 2000),
    "one line": (b"x" * MEGABYTE for _ in range(100)),
    "one JSON line": (b'{"name":"' + b"x" * MEGABYTE for _ in range(100)),
    "open quote": (b'Name,Rate\\n"' + b"Design,1\\n" * 100_000 for _ in range(100)),
    "columns": (b"column," * 150_000 for _ in range(100)),
    "fields": (b'{' + b'"a":1,' * 150_000 for _ in range(100)),
    "blank lines": (b"\\n" * MEGABYTE for _ in range(5)),
    "packed line": bomb(b"x" * MEGABYTE, 2000),
}
for name, pieces in files.items():
    try:
        for row in formats.read(Stream(pieces)).rows:
            pass
    except FileError as error:
        print(name, "->", error)
"""


def test_hostile_files_are_refused_within_512_megabytes() -> None:
    command = [sys.executable, "-c", HOSTILE_IN_LITTLE_MEMORY]
    found = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)  # noqa: S603
    assert found.stderr == ""
    assert found.stdout.splitlines() == [
        "gzip bomb -> The gzip file unpacks to more than 200 times its size; send it unpacked",
        f"one line -> {LONG.format(1)}",
        f"one JSON line -> {LONG.format(1)}",
        f"open quote -> {LONG.format(2)}",
        f"columns -> {LONG.format(1)}",
        f"fields -> {LONG.format(1)}",
        "blank lines -> The file is empty",
        f"packed line -> {LONG.format(1)}",
    ]


# ------------------------------------------------------------ whatever it is


pieces_of_files = st.sampled_from(
    [
        *(b"Name,Rate\n", b'{"name":"A"}\n', b'"', b",", b";", b"\n", b"\r", b"\0", b"\x1f\x8b\x08\0", b"\xef\xbb\xbf"),
        *(
            b"\xff\xfe",
            b"\xfe\xff",
            b"PK\x03\x04",
            b"{",
            b"[",
            b"}",
            b"\xe9",
            b"Row,Field,Message,Name\n",
            b"x" * 70_000,
        ),
        *(gzip.compress(b"Name,Rate\nDesign,1\n"), b"\\ud800", b"1e999", "é".encode(), "a\n".encode("utf-16")),
    ]
)


@given(st.lists(pieces_of_files | st.binary(max_size=20), max_size=8).map(b"".join))
def test_any_bytes_are_rows_or_a_file_error(data: bytes) -> None:
    try:
        table = formats.read(stream(data))
        rows = list(table.rows)
    except FileError as error:
        assert len(str(error)) < 500  # noqa: PT017 - both ends are right
        return
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    try:
        kind = columns.kind_of(table.columns)
        reader = Reader(kind, table.columns)
    except FileError:
        return
    for row in rows:
        if isinstance(row, RawRow):
            assert reader.read(row).number == row.number
