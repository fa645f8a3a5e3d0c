"""imports: the report of an import: the rows that failed, each with its reason, as CSV that a spreadsheet may open."""

import csv
import json
import re
import sqlite3
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from io import TextIOWrapper
from typing import Any, BinaryIO

from sheaf.domain.imports.rows import Verdict

COLUMNS = ("Row", "Field", "Message")

# What makes a spreadsheet take a cell for a formula, also behind white space and in full-width forms.
_FORMULA = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠﹦﹢﹣﹫])")  # noqa: RUF001


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: where it might, an apostrophe goes before it."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def without_guard(cell: str) -> str:
    """The cell that `guarded` made this one of."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def write_report(file: BinaryIO, columns: Sequence[str], failures: Iterator[tuple[Verdict, Mapping[str, Any]]]) -> None:
    """Write the rows that failed in the order of the file, however they come in; memory does not grow with them.

    Args:
        file: where the report goes: CSV, UTF-8 with a byte-order mark, for spreadsheets' sake.
        columns: those of the file that was imported; they follow `Row`, `Field` and `Message`.
        failures: the verdicts with the raw values of their rows.
    """
    with closing(sqlite3.connect("")) as sorting:  # a file that SQLite makes when memory is short, and removes
        sorting.execute("PRAGMA journal_mode = OFF")
        sorting.execute("CREATE TABLE failure (number INTEGER, cells TEXT)")
        sorting.executemany(
            "INSERT INTO failure VALUES (?, ?)",
            (
                (
                    verdict.number,
                    json.dumps([verdict.field, verdict.message, *(_text(values.get(name)) for name in columns)]),
                )
                for verdict, values in failures
            ),
        )
        file.write(BOM_UTF8)
        text = TextIOWrapper(file, "utf-8", "replace", newline="")
        writer = csv.writer(text)
        writer.writerow(map(guarded, (*COLUMNS, *columns)))
        for number, cells in sorting.execute("SELECT number, cells FROM failure ORDER BY number, cells"):
            writer.writerow(map(guarded, (str(number), *json.loads(cells))))
        text.detach()  # the file stays open


def _text(value: object) -> str:
    """A value as a cell; those of JSON files are not all texts."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
