"""What commands print: on stdout what a script wants, on stderr what a person wants to know beside it."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence

type Value = str | int | bool | Sequence[str] | Sequence[int] | None
type Record = Mapping[str, Value]


def add_option(parser: ArgumentParser) -> None:
    """The option that turns what is printed into JSON."""
    parser.add_argument("--json", action="store_true", help="print JSON on stdout")


def show_one(record: Mapping[str, object], chief: str, *, as_json: bool) -> None:
    """Print what was made: the field `chief` alone, or all of them as a JSON object."""
    print(json.dumps(record, ensure_ascii=False) if as_json else record[chief])


def show_all(records: Sequence[Record], columns: Sequence[str], *, as_json: bool) -> None:
    """Print a list: its `columns` under a heading, or a JSON array of everything."""
    if as_json:
        print(json.dumps(records, ensure_ascii=False, indent=2))
        return
    rows = [[column.replace("_", " ").upper() for column in columns]]
    rows += [[_cell(record[column]) for column in columns] for record in records]
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def tell(line: str) -> None:
    """Say something to the person at the terminal."""
    print(line, file=sys.stderr)


def _cell(value: Value) -> str:
    match value:
        case None | [] | ():
            return "-"
        case bool():
            return "yes" if value else "no"
        case str() | int():
            return str(value)
        case _:
            return ",".join(map(str, value))
