"""imports: what a file is written in, recognised by its content: CSV or a JSON object a line, also gzipped. Hostile."""

import codecs
import csv
import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from io import StringIO
from itertools import chain
from typing import Any, NoReturn, Protocol

from sheaf.domain.bulk_import.columns import folded_column
from sheaf.domain.bulk_import.rows import BadRow, FileError, RawRow
from sheaf.imports.report import COLUMNS as REPORT_COLUMNS
from sheaf.imports.report import without_guard

PIECE = 65_536  # bytes that are read and unpacked at once
UNPACKED_LIMIT = 2 * 1024**3  # bytes of a whole file
RATIO_LIMIT, RATIO_FREE = 200, 10 * 1024**2  # how far a file may unpack, once it has come to so many bytes
MEMBER_LIMIT = 100_000  # files that one gzip file may consist of
LINE_LIMIT = 20_000_000
ROW_LIMIT = 65_536  # bytes of one row, as UTF-8
HEADER_LIMIT = 16_384  # bytes of the names of all columns: they travel with each batch
COLUMN_LIMIT = 200
DEPTH_LIMIT = 8
FIRST_LINES = 100  # of which one must be a JSON object, so that its fields are known

_DELIMITERS = (",", ";", "\t")
_SURROGATE_OR_NUL = re.compile("[\ud800-\udfff\0]")


class Source(Protocol):
    """Something to read bytes from, such as the body of an S3 object."""

    def read(self, amount: int, /) -> bytes:
        """The next bytes, at most so many; none at the end."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file as it is read: its columns, and its rows once, each as it stands there.

    In CSV every row has all columns. In JSON the columns are the fields of the first object, those of objects inside it
    as `project.id`; other rows may have others. Numbers of JSON are int or Decimal, never float.
    """

    columns: tuple[str, ...]
    rows: Iterator[RawRow | BadRow]


def read(stream: Source) -> Table:
    """Read a file piece by piece; the memory that it takes does not depend on the size of the file.

    Args:
        stream: the file, as it was uploaded.

    Raises:
        FileError: from here or, as it is found later, from the rows: whatever makes the rest of the file doubtful.
    """
    lines = _Lines(_decoded(_unpacked(stream)))
    first = _first_line(lines)
    start = first.lstrip()
    if start.startswith("["):
        raise FileError("The file is a JSON array; Sheaf reads one JSON object on each line, without commas between")
    return _read_json(first, lines) if start.startswith("{") else _read_csv(first, lines)


def _first_line(lines: "_Lines") -> str:
    for line in lines:
        if not line.isspace():
            return line
        lines.row_ends()
    raise FileError("The file is empty")


# ------------------------------------------------------------ bytes


def _unpacked(stream: Source) -> Iterator[bytes]:
    """The pieces of the file, unpacked where they are gzipped."""
    packed = _pieces(stream)
    head = next(packed, b"")
    while len(head) < 4 and (more := next(packed, b"")):
        head += more
    if head.startswith(b"PK\x03\x04"):
        raise FileError("The file is a ZIP archive or an Excel workbook; save it as CSV")
    pieces = chain([head], packed)
    unpacked = 0
    for piece in _gunzipped(pieces) if head.startswith(b"\x1f\x8b") else pieces:
        unpacked += len(piece)
        if unpacked > UNPACKED_LIMIT:
            raise FileError(f"The file is larger than {UNPACKED_LIMIT // 1024**3} GB; cut it into several")
        yield piece


def _pieces(stream: Source) -> Iterator[bytes]:
    while piece := stream.read(PIECE):
        yield piece


def _gunzipped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The content of all members of a gzip file. Nothing is unpacked further than it is asked for."""
    member = zlib.decompressobj(wbits=31)
    packed = unpacked = 0
    members = 1
    for piece in pieces:
        rest = piece
        packed += len(piece)
        while rest:
            if member.eof:
                rest = rest.lstrip(b"\0")  # tapes and some tools fill up with zeros
                if not rest:
                    break
                members += 1
                if members > MEMBER_LIMIT:
                    raise FileError(f"The gzip file consists of more than {MEMBER_LIMIT:,} files; pack it again")
                member = zlib.decompressobj(wbits=31)
            try:
                text = member.decompress(rest, PIECE)
            except zlib.error as error:
                raise FileError("The gzip file is damaged; pack it again") from error
            unpacked += len(text)
            if unpacked > RATIO_FREE and unpacked > packed * RATIO_LIMIT:
                raise FileError(f"The gzip file unpacks to more than {RATIO_LIMIT} times its size; send it unpacked")
            rest = member.unused_data if member.eof else member.unconsumed_tail
            if text:
                yield text
    if not member.eof:
        raise FileError("The gzip file ends in the middle; upload it again")


class _Broken(Exception):  # noqa: N818 - never seen outside
    """The text ends here, with something that is no text. `_Lines` says where that is."""


def _decoded(pieces: Iterator[bytes]) -> Iterator[str]:
    """The text of a file, without its byte-order mark."""
    head = b""
    while len(head) < 4 and (more := next(pieces, b"")):
        head += more
    encoding, mark = _encoding(head)
    decoder = codecs.getincrementaldecoder(encoding)()
    for piece in chain([head[mark:]], pieces, [None]):
        try:
            text = decoder.decode(piece or b"", final=piece is None)
        except UnicodeDecodeError as error:
            yield error.object[: error.start].decode(encoding)
            hint = "Save it as CSV UTF-8" if encoding == "utf-8" else "Save it again, or as CSV UTF-8"
            shown = error.object[error.start : error.start + 1].hex().upper()
            raise _Broken(f"the byte {shown} is not {encoding.upper()[:6].rstrip('-')}. {hint}") from error
        before, nul, _ = text.partition("\0")
        if before:
            yield before
        if nul:
            raise _Broken("there is a NUL character, so this is no text file")


def _encoding(head: bytes) -> tuple[str, int]:
    """How a file that begins so is encoded, and how many bytes its byte-order mark has."""
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise FileError("The file is UTF-32; save it as CSV UTF-8")
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8", 3
    if head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le", 2
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be", 2
    if head.startswith(b"\x1f\x8b"):
        raise FileError("The file is gzipped twice; pack it once")
    if b"\0" in head[:4]:
        raise FileError("The file is UTF-16 or UTF-32 without a byte-order mark; save it as CSV UTF-8")
    return "utf-8", 0


class _Lines:
    """The lines of a text with their ends, whichever those are. Counts lines, and the bytes of the row under way."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self.number = 0  # of the line that was read last
        self._row_starts = 1
        self._row_bytes = 0
        self._lines = self._split(pieces)

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        self._row_bytes += len(line) if line.isascii() else len(line.encode())
        if self._row_bytes > ROW_LIMIT:
            self._refuse_row()
        if self.number > LINE_LIMIT:
            raise FileError(f"The file has more than {LINE_LIMIT:,} lines; cut it into several")
        return line

    def row_ends(self) -> int:
        """Say that the lines so far were a row. Returns the number of its first line."""
        started = self._row_starts
        self._row_starts = self.number + 1
        self._row_bytes = 0
        return started

    def _split(self, pieces: Iterator[str]) -> Iterator[str]:
        rest = ""
        try:
            for piece in filter(None, pieces):
                lines = StringIO(rest + piece, newline="").readlines()
                rest = "" if lines[-1].endswith("\n") else lines.pop()  # a "\r" at the end may be half of a line end
                yield from lines
                if len(rest) > ROW_LIMIT:
                    self._refuse_row()
        except _Broken as broken:
            if rest.endswith("\r"):
                yield rest
                rest = ""
            raise FileError(f"Line {self.number + 1}, character {len(rest) + 1}: {broken}") from broken
        if rest:
            yield rest

    def _refuse_row(self) -> NoReturn:
        raise FileError(
            f"The row that starts on line {self._row_starts} is longer than {ROW_LIMIT // 1024} KB;"
            " is a quote opened there and never closed?"
        )


# ------------------------------------------------------------ CSV


def _read_csv(first: str, lines: _Lines) -> Table:
    delimiter = _delimiter(first)
    records = csv.reader(chain([first], lines), delimiter=delimiter, strict=True)
    header = _next_record(records, lines) or []
    names = tuple(" ".join(cell.split()) or f"Column {number}" for number, cell in enumerate(header, 1))
    _check_columns(names)
    if first.startswith("\ufeff"):
        raise FileError("The file begins with two byte-order marks; save it as CSV UTF-8")
    rows = _csv_rows(names, records, lines)
    own = len(REPORT_COLUMNS)
    if names[:own] == REPORT_COLUMNS and len(names) > own:
        return _without_report(names[own:], rows)
    return Table(names, rows)


def _delimiter(header: str) -> str:
    """What separates the cells: whatever stands most often in the first line outside of quotes."""
    bare = re.sub(r'"[^"]*("|$)', "", header)
    return max(_DELIMITERS, key=bare.count)


def _next_record(records: Iterator[list[str]], lines: _Lines) -> list[str] | None:
    try:
        return next(records, None)
    except csv.Error as error:
        line = lines.row_ends()
        if "unexpected end" in str(error):
            raise FileError(f"A quote is opened in the row that starts on line {line}, and never closed") from error
        raise FileError(
            f"The row that starts on line {line} has characters after a closing quote;"
            ' a quote inside of quotes is written twice: ""'
        ) from error


def _check_columns(names: Sequence[str]) -> None:
    if len(names) > COLUMN_LIMIT:
        raise FileError(f"The header has {len(names)} columns; at most {COLUMN_LIMIT} are read")
    if len("".join(names).encode()) > HEADER_LIMIT:
        raise FileError(f"The names of the columns are longer than {HEADER_LIMIT // 1024} KB in all")
    seen: dict[str, str] = {}
    for name in names:
        folded = folded_column(name)
        if folded in seen:
            raise FileError(
                f"The header names {name[:50]!r} twice ({seen[folded][:50]!r}); each column may stand there once"
            )
        seen[folded] = name


def _csv_rows(names: tuple[str, ...], records: Iterator[list[str]], lines: _Lines) -> Iterator[RawRow | BadRow]:
    number, width = 0, len(names)
    lines.row_ends()
    while (cells := _next_record(records, lines)) is not None:
        line = lines.row_ends()
        if not "".join(cells).strip():
            continue
        number += 1
        values = dict(zip(names, cells, strict=False))
        if cells[0].startswith("\ufeff"):
            message = f"A byte-order mark stands inside of the file, at the start of line {line}; were files joined?"
            yield BadRow(number, names[0], message, values)
        elif len(cells) < width or (len(cells) > width and any(cells[width:])):
            yield BadRow(number, "", f"The row has {len(cells)} cells and the header {width} (line {line})", values)
        else:
            yield RawRow(number, values)
    if not number:
        raise FileError("The file has a header and no rows")


def _without_report(names: tuple[str, ...], rows: Iterator[RawRow | BadRow]) -> Table:
    """One of our own reports, mended and sent again: as the file was before the report guarded its cells."""

    def unguarded() -> Iterator[RawRow | BadRow]:
        for row in rows:
            values = {without_guard(name): without_guard(row.values[name]) for name in names if name in row.values}
            yield replace(row, values=values)

    return Table(tuple(map(without_guard, names)), unguarded())


# ------------------------------------------------------------ JSON


class _BadLine(Exception):  # noqa: N818 - never seen outside
    """One line is no JSON object of ours."""


def _read_json(first: str, lines: _Lines) -> Table:
    rows = _json_rows(chain([first], lines), lines)
    begun: list[RawRow | BadRow] = []
    for row in rows:
        begun.append(row)
        if isinstance(row, RawRow):
            names = tuple(row.values)
            _check_columns(names)
            return Table(names, chain(begun, rows))
        if len(begun) == FIRST_LINES:
            break
    problem = begun[0].message if isinstance(begun[0], BadRow) else ""
    raise FileError(f"None of the first lines is a JSON object on a line of its own: {problem}")


def _json_rows(texts: Iterator[str], lines: _Lines) -> Iterator[RawRow | BadRow]:
    number = 0
    for text in texts:
        lines.row_ends()
        if text.isspace():
            continue
        number += 1
        try:
            yield RawRow(number, _fields(text.rstrip("\r\n")))
        except _BadLine as problem:
            yield BadRow(number, "", f"{problem} (line {lines.number})")


def _fields(text: str) -> Mapping[str, Any]:
    """The fields of a JSON object; those of objects inside of it under both names, lists as their JSON."""
    try:
        document = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_distinct)
    except json.JSONDecodeError as error:
        raise _BadLine(f"Not valid JSON: {error.msg} at character {error.pos + 1}") from error
    except RecursionError as error:
        raise _BadLine(f"Nested deeper than {DEPTH_LIMIT} levels") from error
    except (ValueError, InvalidOperation) as error:  # more digits, or a larger exponent, than Python converts
        raise _BadLine("A number has too many digits") from error
    if not isinstance(document, dict):
        raise _BadLine('Not a JSON object, such as {"name": "Design"}')
    fields: dict[str, Any] = {}
    _flatten(document, "", fields, DEPTH_LIMIT)
    if len(fields) > COLUMN_LIMIT:
        raise _BadLine(f"The object has {len(fields)} fields; at most {COLUMN_LIMIT} are read")
    if "\\u" in text:
        _check_characters(fields)
    return fields


def _flatten(document: Mapping[str, Any], prefix: str, into: dict[str, Any], depth: int) -> None:
    if not depth:
        raise _BadLine(f"Nested deeper than {DEPTH_LIMIT} levels")
    for name, value in document.items():
        if isinstance(value, dict) and value:
            _flatten(value, f"{prefix}{name}.", into, depth - 1)
            continue
        path = f"{prefix}{name}"
        if not path:
            continue
        if path in into:
            raise _BadLine(f"The object names {path[:50]!r} twice")
        if isinstance(value, list | dict):
            _check_depth(value, depth)
            value = json.dumps(value, default=str)  # noqa: PLW2901 - no field of ours is a list
        into[path] = value


def _check_depth(value: Any, depth: int) -> None:
    """Walk level by level rather than by recursion, so that depth costs nothing before it is refused."""
    level = [value]
    while level := [
        child
        for one in level
        for child in (one.values() if isinstance(one, dict) else one)
        if isinstance(child, dict | list)
    ]:
        depth -= 1
        if not depth:
            raise _BadLine(f"Nested deeper than {DEPTH_LIMIT} levels")


def _check_characters(fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        if _SURROGATE_OR_NUL.search(name) or (isinstance(value, str) and _SURROGATE_OR_NUL.search(value)):
            shown = name.encode(errors="replace").decode()[:50]
            raise _BadLine(f"{shown!r} has half of a surrogate pair or a NUL character")


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _BadLine(f"The object names {twice.encode(errors='replace').decode()[:50]!r} twice")
    return fields


def _refuse_constant(constant: str) -> NoReturn:
    raise _BadLine(f"Not valid JSON: {constant} is not a JSON number")
