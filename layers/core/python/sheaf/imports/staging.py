"""imports: a whole file, staged on disk with a group key for each row, so that rows of one group come together."""

import json
import sqlite3
import tempfile
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import batched
from pathlib import Path
from typing import Any, NoReturn

from sheaf.domain.identity import AccountId
from sheaf.domain.imports import grouping
from sheaf.domain.imports.job import FileKind
from sheaf.domain.imports.reader import Reader
from sheaf.domain.imports.rows import BadRow, FileError, RawRow, RowError, TaskAssignmentRow, TimeRow, as_stored
from sheaf.domain.project import ClientProject
from sheaf.domain.values import Day, Id, fold_name
from sheaf.imports import batches
from sheaf.imports.batch import Message, row_to_json, unreadable
from sheaf.imports.batches import bytes_of
from sheaf.imports.formats import Table
from sheaf.imports.staged_rows import UNREADABLE, Rows, StagedRow

NAMED_ROWS = 200_000  # rows of a file of tasks, projects or task assignments: their keys are kept in memory
ROW_BYTES = 131_072  # of one row as JSON; far more than it may have in the file, unless it is all control characters
IDS_AT_ONCE = 1000
SKIPPED_ROWS = 1000  # that the report lists at most
PREVIEWED_ROWS = 3
REMEMBERED = 2000  # hints and subjects that are kept in memory

type CurrentNames = Callable[[Sequence[Id]], Mapping[Id, str]]
"""The keys by name (`Reader.task_key` and its like) of records of the file's kind as they are in the table now.

A file may rename one record and give its old name to another: then both rows are decided together.
"""


@dataclass(frozen=True, slots=True)
class Staged:
    """A file whose rows lie on disk, but for those that were skipped because they say nothing.

    `highest_id`: of those that it brings, None where it brings none. `skipped`: the first of the rows that were skipped
    though they have cells. `preview`: the first rows, as they would be stored.
    """

    rows_total: int
    rows_skipped: int
    highest_id: Id | None
    skipped: Sequence[RawRow]
    preview: Sequence[Mapping[str, str]]
    _rows: Rows
    _reader: Reader

    def messages(self, account_id: AccountId, import_id: Id) -> Iterator[Message]:
        """The batches of the file, see `batches.messages`."""
        return batches.messages(account_id, import_id, self._reader, self._rows)


type ProjectsNamed = Callable[[str], Sequence[ClientProject]]
"""The projects that have a name, as `fold_name` makes it, whatever their client."""


@contextmanager
def stage(
    table: Table, reader: Reader, current_names: CurrentNames, projects_named: ProjectsNamed = lambda _name: ()
) -> Iterator[Staged]:
    """Read a file to its end. What is on disk is gone afterwards.

    Raises:
        FileError: what the reading of the file finds, or more rows of records than can be compared.
    """
    with (
        tempfile.TemporaryDirectory(prefix="import-") as folder,
        closing(sqlite3.connect(Path(folder) / "rows", isolation_level=None)) as database,
    ):
        rows = Rows(database)
        is_time = reader.kind is FileKind.TIME_ENTRIES
        staging = _TimeRows(rows, projects_named) if is_time else _NamedRows(rows, current_names)
        total = rows.fill(staging.staged(table, reader))
        staging.finish()
        yield Staged(
            rows_total=total,
            rows_skipped=staging.rows_skipped + table.empty_rows(),
            highest_id=rows.highest_id(),
            skipped=staging.skipped,
            preview=staging.preview,
            _rows=rows,
            _reader=reader,
        )


# ------------------------------------------------------------ group keys


def _text_of(row: RawRow | BadRow, columns: tuple[str, ...]) -> str:
    """A raw row as JSON, or what is left of one that is too long to travel."""
    text = row_to_json(row.values if isinstance(row, RawRow) else unreadable(row), columns)
    if bytes_of(text) <= ROW_BYTES:
        return text
    return row_to_json(unreadable(BadRow(row.number, "", f"The row is longer than {ROW_BYTES // 1024} KB")), columns)


@dataclass(frozen=True, slots=True)
class _Hint:
    day: Day
    value: Any  # a text, a flag or an id; within one field always the same


class _TimeRows:
    """Time: rows of one person's day on one task go together, in the order of people, clients, projects and tasks.

    So the rows of a batch share most of what they change.
    """

    def __init__(self, rows: Rows, projects_named: ProjectsNamed) -> None:
        self._rows = rows
        self._projects_named = projects_named
        self.rows_skipped = 0
        self.skipped: list[RawRow] = []
        self.preview: list[Mapping[str, str]] = []
        self._has_ids = False
        self._subjects: dict[Sequence[str], tuple[int, Mapping[str, str]]] = {}
        self._hints: dict[tuple[str, str], _Hint] = {}

    def staged(self, table: Table, reader: Reader) -> Iterator[StagedRow]:
        for raw in table.rows:
            if isinstance(raw, RawRow) and reader.is_leaving(raw):
                self.rows_skipped += 1
                if len(self.skipped) < SKIPPED_ROWS:
                    self.skipped.append(raw)
                continue
            row = reader.read(raw) if isinstance(raw, RawRow) else raw
            carried, project_id = raw, None
            if isinstance(row, TimeRow) and row.project.id is None and not reader.has_client:
                try:
                    project_id = self._project_without_client(row)
                except RowError as error:
                    row = carried = BadRow(raw.number, error.field, str(error), raw.values)
            text = _text_of(carried, table.columns)
            if not isinstance(row, TimeRow):
                yield StagedRow(raw.number, UNREADABLE, None, None, text)
                continue
            if len(self.preview) < PREVIEWED_ROWS:
                self.preview.append(as_stored(row))
            group = grouping.group_of(row)
            subject, keys = self._subject(group)
            self._hint(row, keys)
            if project_id is not None:
                self._hints["project_id", keys["project_id"]] = _Hint(row.spent_date, project_id)
            self._has_ids = self._has_ids or row.metadata.id is not None
            yield StagedRow(raw.number, _time_group_key(group), row.metadata.id, subject, text)

    def finish(self) -> None:
        self._flush()
        if self._has_ids:
            self._rows.group_repeated_ids()

    def _project_without_client(self, row: TimeRow) -> Id:
        """The one project that a row without a client can mean. Raises RowError."""
        name = row.project.name or ""
        found = self._projects_named(fold_name(name))
        if not found:
            raise RowError(
                "project", f'There is no project "{name}"; to make one, the file needs a column for the client'
            )
        if len(found) > 1:
            named = ", ".join(sorted(item.client.name for item in found))
            raise RowError("project", f'"{name}" is a project of {named}; a column for the client says which is meant')
        return found[0].project.id

    def _subject(self, group: tuple[str, str, str, str, Day]) -> tuple[int, Mapping[str, str]]:
        known = self._subjects.get(group[1:4])
        if known is None:
            keys = grouping.hint_keys(group)
            known = self._rows.subject(json.dumps(keys)), keys
            if len(self._subjects) >= REMEMBERED:
                self._subjects.clear()
            self._subjects[group[1:4]] = known
        return known

    def _hint(self, row: TimeRow, keys: Mapping[str, str]) -> None:
        for field in ("currency", "project_code", "billable"):
            key, value = keys[field], getattr(row, field)
            if value is None:
                continue
            known = self._hints.get((field, key))
            if known is None or row.spent_date > known.day or (row.spent_date == known.day and value > known.value):
                self._hints[field, key] = _Hint(row.spent_date, value)
        if len(self._hints) >= REMEMBERED:
            self._flush()

    def _flush(self) -> None:
        self._rows.add_hints((field, key, hint.day, hint.value) for (field, key), hint in self._hints.items())
        self._hints.clear()


class _NamedRows:
    """Tasks, projects and task assignments: rows that share an id or a name go together, and so on from row to row."""

    rows_skipped = 0
    skipped: Sequence[RawRow] = ()

    def __init__(self, rows: Rows, current_names: CurrentNames) -> None:
        self.preview: list[Mapping[str, str]] = []
        self._rows = rows
        self._current_names = current_names
        self._first: dict[bytes, int] = {}  # the first row of each key
        self._parents = array("Q", [0])  # of each row, by its number: itself, one that it goes with, or 0
        self._projects: dict[int, bytes] = {}  # of assignments, so that those of one project follow each other
        self._loose: dict[int, bytes] = {}  # the key without the client, of rows that name one
        self._ids: list[Id] = []

    def staged(self, table: Table, reader: Reader) -> Iterator[StagedRow]:
        for raw in table.rows:
            if raw.number > NAMED_ROWS:
                self._refuse(reader.kind)
            row = reader.read(raw) if isinstance(raw, RawRow) else raw
            if not isinstance(row, BadRow) and len(self.preview) < PREVIEWED_ROWS:
                self.preview.append(as_stored(row))
            keys = grouping.keys_of(row)
            self._parents.append(raw.number if keys else 0)
            for key in keys:
                self._join(raw.number, self._first.setdefault(_digest(key), raw.number))
            if isinstance(row, TaskAssignmentRow):
                loose = grouping.without_client(keys[-1])
                if loose != keys[-1]:
                    self._loose[raw.number] = _digest(loose)
                self._projects[raw.number] = _digest(loose.split("\n")[1])
            record_id = None if isinstance(row, BadRow) else row.metadata.id
            if record_id is not None:
                self._ids.append(record_id)
            group = b"row" if keys else UNREADABLE
            yield StagedRow(raw.number, group, record_id, None, _text_of(raw, table.columns))

    def finish(self) -> None:
        for number, key in self._loose.items():
            self._join_key(number, key)
        for ids in batched(self._ids, IDS_AT_ONCE, strict=False):
            for record_id, name in self._current_names(ids).items():
                number = self._first[_digest(grouping.id_key(record_id))]
                self._join_key(number, _digest(name))
                self._join_key(number, _digest(grouping.without_client(name)))
        self._rows.set_group_keys(
            (self._group_key(number), number) for number, parent in enumerate(self._parents) if parent
        )

    def _group_key(self, number: int) -> bytes:
        root = self._root(number)
        return self._projects.get(root, b"") + root.to_bytes(8)

    def _join_key(self, number: int, key: bytes) -> None:
        if key in self._first:
            self._join(number, self._first[key])

    def _join(self, first: int, second: int) -> None:
        """The smaller number leads, whatever the order of joining."""
        first, second = sorted((self._root(first), self._root(second)))
        self._parents[second] = first

    def _root(self, number: int) -> int:
        while (parent := self._parents[number]) != number:
            self._parents[number] = number = self._parents[parent]
        return number

    def _refuse(self, kind: FileKind) -> NoReturn:
        raise FileError(
            f"The file has more than {NAMED_ROWS:,} rows of {kind.replace('_', ' ')}; cut it into several files"
        )


def _time_group_key(group: tuple[str, str, str, str, Day]) -> bytes:
    """Where rows of time are sorted to: people's quarters in no order, and within each what they worked on by month.

    So a batch is about a short stretch of one person's time, which is all that its worker has to read; the entries of
    one transaction share projects and tasks, whose counts it then writes once; and batches that follow one another are
    about different people and months, so that their workers do not meet.
    """
    person, client, project, task, day = group
    quarter = f"{day[:4]} {(int(day[5:7]) - 1) // 3}"
    return b"".join(
        [_digest(f"{person}\n{quarter}"), day[:7].encode(), *map(_digest, (client, project, task)), day.encode()]
    )


@lru_cache(4096)  # a file names few things, and often
def _digest(key: str) -> bytes:
    """8 bytes for a key of any length. Two keys that share them would be decided together, which does no harm."""
    return blake2b(key.encode(), digest_size=8).digest()
