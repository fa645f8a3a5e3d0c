"""imports: the rows of a file, whichever format its content shows it to be: CSV or a JSON object a line. Hostile."""

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from sheaf import strict_json
from sheaf.domain.imports.columns import folded_column
from sheaf.domain.imports.rows import BadRow, FileError, RawRow
from sheaf.imports.lines import Lines, Source, lines_of
from sheaf.imports.report import COLUMNS as REPORT_COLUMNS
from sheaf.imports.report import without_guard
from sheaf.strict_json import DuplicateNameError, InvalidJSONError, TooDeepError, TooManyDigitsError

HEADER_LIMIT = 16_384  # bytes of the names of all columns: they travel with each batch
COLUMN_LIMIT = 200
DEPTH_LIMIT = 8
FIRST_LINES = 100  # of which one must be a JSON object, so that its fields are known

_DELIMITERS = (",", ";", "\t")
_SEPARATOR = re.compile(r'"?sep=([,;\t])"?', re.IGNORECASE)  # the line by which a file tells Excel
_SURROGATE_OR_NUL = re.compile("[\ud800-\udfff\0]")


@dataclass(frozen=True, slots=True)
class Table:
    """A file as it is read: its columns, and its rows once, each as it stands there.

    In CSV every row has all columns. In JSON the columns are the fields of the first object, those of objects inside it
    as `project.id`; other rows may have others. Numbers of JSON are int or Decimal, never float. `empty_rows` says how
    many rows without any cell were left out so far.
    """

    columns: tuple[str, ...]
    rows: Iterator[RawRow | BadRow]
    encoding: str = "utf-8"
    delimiter: str | None = None
    empty_rows: Callable[[], int] = lambda: 0


def read(stream: Source, encoding: str | None = None) -> Table:
    """Read a file piece by piece; the memory that it takes does not depend on the size of the file.

    Args:
        stream: the file, as it was uploaded.
        encoding: of a file without a byte-order mark; UTF-8 where it is None.

    Raises:
        FileError: from here or, as it is found later, from the rows: whatever makes the rest of the file doubtful.
    """
    lines = lines_of(stream, encoding)
    first = _first_line(lines)
    start = first.lstrip()
    if start.startswith("["):
        raise FileError("The file is a JSON array; Sheaf reads one JSON object on each line, without commas between")
    table = _read_json(first, lines) if start.startswith("{") else _read_csv(first, lines)
    return replace(table, encoding=lines.encoding, empty_rows=lambda: lines.empty_rows)


def _first_line(lines: Lines) -> str:
    for line in lines:
        if not line.isspace():
            return line
        lines.row_ends()
    raise FileError("The file is empty")


# ------------------------------------------------------------ CSV


def _read_csv(first: str, lines: Lines) -> Table:
    said = _SEPARATOR.fullmatch(first.strip())
    if said:
        lines.row_ends()
        first = _first_line(lines)
    delimiter = said[1] if said else _delimiter(first)
    records = csv.reader(chain([first], lines), delimiter=delimiter, strict=True)
    header = _next_record(records, lines) or []
    while len(header) > 1 and not header[-1].strip():
        header.pop()
    names = tuple(" ".join(cell.split()) or f"Column {number}" for number, cell in enumerate(header, 1))
    _check_columns(names)
    if first.startswith("\ufeff"):
        raise FileError("The file begins with two byte-order marks; save it as CSV UTF-8")
    rows = _csv_rows(names, records, lines)
    own = len(REPORT_COLUMNS)
    if names[:own] == REPORT_COLUMNS and len(names) > own:
        return replace(_without_report(names[own:], rows), delimiter=delimiter)
    return Table(names, rows, delimiter=delimiter)


def _delimiter(header: str) -> str:
    """What separates the cells: whatever stands most often in the first line outside of quotes."""
    bare = re.sub(r'"[^"]*("|$)', "", header)
    return max(_DELIMITERS, key=bare.count)


def _next_record(records: Iterator[list[str]], lines: Lines) -> list[str] | None:
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


def _csv_rows(names: tuple[str, ...], records: Iterator[list[str]], lines: Lines) -> Iterator[RawRow | BadRow]:
    number, width = 0, len(names)
    lines.row_ends()
    while (cells := _next_record(records, lines)) is not None:
        line = lines.row_ends()
        if not "".join(cells).strip():
            lines.empty_rows += 1
            continue
        number += 1
        cells[0] = cells[0].removeprefix("\ufeff")  # files were joined
        values = dict(zip(names, cells, strict=False))
        if len(cells) < width or (len(cells) > width and any(cells[width:])):
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


def _read_json(first: str, lines: Lines) -> Table:
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


def _json_rows(texts: Iterator[str], lines: Lines) -> Iterator[RawRow | BadRow]:
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
        document = strict_json.parse(text)
    except InvalidJSONError as error:
        where = "" if error.position is None else f" at character {error.position + 1}"
        raise _BadLine(f"Not valid JSON: {error}{where}") from error
    except TooDeepError as error:
        raise _BadLine(f"Nested deeper than {DEPTH_LIMIT} levels") from error
    except TooManyDigitsError as error:
        raise _BadLine("A number has too many digits") from error
    except DuplicateNameError as error:
        raise _BadLine(f"The object names {error.name.encode(errors='replace').decode()[:50]!r} twice") from error
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
            if strict_json.is_deeper(value, depth):
                raise _BadLine(f"Nested deeper than {DEPTH_LIMIT} levels")
            value = json.dumps(value, default=str)  # noqa: PLW2901 - no field of ours is a list
        into[path] = value


def _check_characters(fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        if _SURROGATE_OR_NUL.search(name) or (isinstance(value, str) and _SURROGATE_OR_NUL.search(value)):
            shown = name.encode(errors="replace").decode()[:50]
            raise _BadLine(f"{shown!r} has half of a surrogate pair or a NUL character")
