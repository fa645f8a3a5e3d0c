"""imports: the rows of a whole file on disk, so that those which belong together come together; memory stays flat."""

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

from sheaf.domain.bulk_import import grouping
from sheaf.domain.bulk_import.columns import Reader
from sheaf.domain.bulk_import.job import FileKind
from sheaf.domain.bulk_import.rows import BadRow, FileError, RawRow, TaskAssignmentRow, TimeRow
from sheaf.domain.identity import AccountId
from sheaf.domain.values import Day, Id
from sheaf.imports.batch import (
    BATCH_BYTES,
    GROUP_ROWS,
    ROWS,
    Message,
    row_from_json,
    row_to_json,
    unreadable,
)
from sheaf.imports.formats import Table

NAMED_ROWS = 200_000  # rows of a file of tasks, projects or task assignments: their keys are kept in memory
ROW_BYTES = 131_072  # of one row as JSON; far more than it may have in the file, unless it is all control characters
GROUP_BYTES = BATCH_BYTES - 50_000  # the rest is for the names of columns and for hints
IDS_AT_ONCE = 1000
REMEMBERED = 2000  # hints and subjects that are kept in memory

_PUNCTUATION = 16  # bytes around a row in a message, with its number
_UNREADABLE = b""  # the place of rows that cannot be read; all other places are longer

type CurrentNames = Callable[[Sequence[Id]], Mapping[Id, str]]
"""The keys by name (`Reader.task_key` and its like) of records of the file's kind as they are in the table now.

A file may rename one record and give its old name to another: then both rows are decided together.
"""


@dataclass(frozen=True, slots=True)
class Staged:
    """A file whose rows lie on disk. `highest_id`: of those that it brings, None where it brings none."""

    rows_total: int
    highest_id: Id | None
    _rows: "_Rows"
    _columns: tuple[str, ...]

    def messages(self, account_id: AccountId, import_id: Id, kind: FileKind) -> Iterator[Message]:
        """The batches of the file, always the same for the same file. No group is split.

        A group of more rows than can be decided at once comes as rows that cannot be read, each a group of its own.
        """
        for number, cut in enumerate(_cut(_groups(self._rows, self._columns), self._rows), 1):
            groups = [[(row, row_from_json(text, self._columns)) for row, text in group.rows] for group in cut.groups]
            yield Message(account_id, import_id, number, kind, self._columns, groups, cut.hints)


@contextmanager
def stage(table: Table, reader: Reader, current_names: CurrentNames) -> Iterator[Staged]:
    """Read a file to its end. What is on disk is gone afterwards.

    Raises:
        FileError: what the reading of the file finds, or more rows of records than can be compared.
    """
    with (
        tempfile.TemporaryDirectory(prefix="import-") as folder,
        closing(sqlite3.connect(Path(folder) / "rows", isolation_level=None)) as database,
    ):
        rows = _Rows(database)
        staging = _TimeRows(rows) if reader.kind is FileKind.TIME_ENTRIES else _NamedRows(rows, current_names)
        total = rows.fill(staging.placed(table, reader))
        staging.finish()
        yield Staged(total, rows.highest_id(), rows, table.columns)


# ------------------------------------------------------------ on disk


@dataclass(frozen=True, slots=True)
class _Placed:
    """A row with its place: rows of one place are a group, and places sort as the groups are to be applied."""

    number: int
    place: bytes
    record_id: int | None
    subject: int | None
    text: str


class _Rows:
    """The database of one file: its rows, what they are about (for hints), and the hints."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        for statement in (
            "PRAGMA journal_mode = OFF",
            "PRAGMA synchronous = OFF",
            "PRAGMA locking_mode = EXCLUSIVE",
            "PRAGMA temp_store = FILE",
            "PRAGMA cache_size = -8000",  # KB
            "CREATE TABLE line (number INTEGER PRIMARY KEY, place BLOB, record_id INTEGER, subject INTEGER, text TEXT)",
            "CREATE TABLE subject (number INTEGER PRIMARY KEY, keys TEXT UNIQUE)",
            "CREATE TABLE hint (field TEXT, key TEXT, day TEXT, value, PRIMARY KEY (field, key)) WITHOUT ROWID",
            "BEGIN",
        ):
            database.execute(statement)

    def fill(self, rows: Iterator[_Placed]) -> int:
        """Write all rows, and say how many they were."""
        last = 0

        def counted() -> Iterator[tuple[int, bytes, int | None, int | None, str]]:
            nonlocal last
            for row in rows:
                last = row.number
                yield row.number, row.place, row.record_id, row.subject, row.text

        self._database.executemany("INSERT INTO line VALUES (?, ?, ?, ?, ?)", counted())
        return last

    def highest_id(self) -> Id | None:
        """The highest id that a row has."""
        found: tuple[Id | None] = self._database.execute("SELECT MAX(record_id) FROM line").fetchone()
        return found[0]

    def in_order(self) -> Iterator[tuple[int, bytes, int | None, str]]:
        """All rows, by their place."""
        return self._database.execute("SELECT number, place, subject, text FROM line ORDER BY place, number")

    def move(self, places: Iterator[tuple[bytes, int]]) -> None:
        """Give rows their place."""
        self._database.executemany("UPDATE line SET place = ? WHERE number = ?", places)

    def gather_ids(self) -> None:
        """Rows with the same id get the same place, the first of theirs."""
        for statement in (
            "CREATE INDEX line_by_id ON line (record_id) WHERE record_id IS NOT NULL",
            "CREATE TABLE repeated (id INTEGER PRIMARY KEY, place BLOB)",
            """INSERT INTO repeated SELECT record_id, MIN(place) FROM line WHERE record_id IS NOT NULL
               GROUP BY record_id HAVING COUNT(*) > 1""",
            """UPDATE line SET place = (SELECT place FROM repeated WHERE id = record_id)
               WHERE record_id IN (SELECT id FROM repeated)""",
        ):
            self._database.execute(statement)

    def subject(self, keys: str) -> int:
        """The number of what rows are about."""
        self._database.execute("INSERT INTO subject (keys) VALUES (?) ON CONFLICT DO NOTHING", (keys,))
        found: tuple[int] = self._database.execute("SELECT number FROM subject WHERE keys = ?", (keys,)).fetchone()
        return found[0]

    def add_hints(self, hints: Iterator[tuple[str, str, Day, Any]]) -> None:
        """Keep the newest of each; of those of one day the greatest, so that the order of rows makes no difference."""
        self._database.executemany(
            "INSERT INTO hint VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET day = excluded.day, value = excluded.value"
            " WHERE (excluded.day, excluded.value) > (day, value)",
            hints,
        )

    def hints(self, subject: int) -> Sequence[tuple[str, str, Any]]:
        """What the file says of the things that rows of this subject may have to make: field, key and value."""
        (keys,) = self._database.execute("SELECT keys FROM subject WHERE number = ?", (subject,)).fetchone()
        found = []
        for field, key in json.loads(keys).items():
            hint = self._database.execute("SELECT value FROM hint WHERE field = ? AND key = ?", (field, key)).fetchone()
            if hint:
                found.append((field, key, bool(hint[0]) if field == "billable" else hint[0]))
        return found


# ------------------------------------------------------------ places


def _text_of(row: RawRow | BadRow, columns: tuple[str, ...]) -> str:
    """A raw row as JSON, or what is left of one that is too long to travel."""
    text = row_to_json(row.values if isinstance(row, RawRow) else unreadable(row), columns)
    if _bytes(text) <= ROW_BYTES:
        return text
    return row_to_json(unreadable(BadRow(row.number, "", f"The row is longer than {ROW_BYTES // 1024} KB")), columns)


@dataclass(frozen=True, slots=True)
class _Hint:
    day: Day
    value: Any  # a text or a flag; within one field always the same


class _TimeRows:
    """Time: rows of one person's day on one task go together, in the order of people, clients, projects and tasks.

    So the rows of a batch share most of what they change.
    """

    def __init__(self, rows: _Rows) -> None:
        self._rows = rows
        self._has_ids = False
        self._subjects: dict[Sequence[str], tuple[int, Mapping[str, str]]] = {}
        self._hints: dict[tuple[str, str], _Hint] = {}

    def placed(self, table: Table, reader: Reader) -> Iterator[_Placed]:
        for raw in table.rows:
            text = _text_of(raw, table.columns)
            row = reader.read(raw) if isinstance(raw, RawRow) else raw
            if not isinstance(row, TimeRow):
                yield _Placed(raw.number, _UNREADABLE, None, None, text)
                continue
            place = grouping.place_of(row)
            subject, keys = self._subject(place)
            self._hint(row, keys)
            self._has_ids = self._has_ids or row.kept.id is not None
            yield _Placed(raw.number, _time_place(place), row.kept.id, subject, text)

    def finish(self) -> None:
        self._flush()
        if self._has_ids:
            self._rows.gather_ids()

    def _subject(self, place: tuple[str, str, str, str, Day]) -> tuple[int, Mapping[str, str]]:
        known = self._subjects.get(place[1:4])
        if known is None:
            keys = grouping.hint_keys(place)
            known = self._rows.subject(json.dumps(keys)), keys
            if len(self._subjects) >= REMEMBERED:
                self._subjects.clear()
            self._subjects[place[1:4]] = known
        return known

    def _hint(self, row: TimeRow, keys: Mapping[str, str]) -> None:
        for field, key in keys.items():
            value = getattr(row, field)
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

    def __init__(self, rows: _Rows, current_names: CurrentNames) -> None:
        self._rows = rows
        self._current_names = current_names
        self._first: dict[bytes, int] = {}  # the first row of each key
        self._parents = array("Q", [0])  # of each row, by its number: itself, one that it goes with, or 0
        self._projects: dict[int, bytes] = {}  # of assignments, so that those of one project follow each other
        self._loose: dict[int, bytes] = {}  # the key without the client, of rows that name one
        self._ids: list[Id] = []

    def placed(self, table: Table, reader: Reader) -> Iterator[_Placed]:
        for raw in table.rows:
            if raw.number > NAMED_ROWS:
                self._refuse(reader.kind)
            row = reader.read(raw) if isinstance(raw, RawRow) else raw
            keys = grouping.keys_of(row)
            self._parents.append(raw.number if keys else 0)
            for key in keys:
                self._join(raw.number, self._first.setdefault(_digest(key), raw.number))
            if isinstance(row, TaskAssignmentRow):
                loose = grouping.without_client(keys[-1])
                if loose != keys[-1]:
                    self._loose[raw.number] = _digest(loose)
                self._projects[raw.number] = _digest(loose.split("\n")[1])
            record_id = None if isinstance(row, BadRow) else row.kept.id
            if record_id is not None:
                self._ids.append(record_id)
            place = b"row" if keys else _UNREADABLE
            yield _Placed(raw.number, place, record_id, None, _text_of(raw, table.columns))

    def finish(self) -> None:
        for number, key in self._loose.items():
            self._join_key(number, key)
        for ids in batched(self._ids, IDS_AT_ONCE, strict=False):
            for record_id, name in self._current_names(ids).items():
                number = self._first[_digest(grouping.id_key(record_id))]
                self._join_key(number, _digest(name))
                self._join_key(number, _digest(grouping.without_client(name)))
        self._rows.move((self._place(number), number) for number, parent in enumerate(self._parents) if parent)

    def _place(self, number: int) -> bytes:
        root = self._root(number)
        return self._projects.get(root, b"") + root.to_bytes(8)

    def _join_key(self, number: int, key: bytes) -> None:
        if key in self._first:
            self._join(number, self._first[key])

    def _join(self, one: int, other: int) -> None:
        """The smaller number leads, whatever the order of joining."""
        one, other = sorted((self._root(one), self._root(other)))
        self._parents[other] = one

    def _root(self, number: int) -> int:
        while (parent := self._parents[number]) != number:
            self._parents[number] = number = self._parents[parent]
        return number

    def _refuse(self, kind: FileKind) -> NoReturn:
        raise FileError(
            f"The file has more than {NAMED_ROWS:,} rows of {kind.replace('_', ' ')}; cut it into several files"
        )


def _time_place(place: tuple[str, str, str, str, Day]) -> bytes:
    """Where rows of time are sorted to: a person's months one after the other, and within each what they worked on.

    So a batch is about a short stretch of one person's time, which is all that its worker has to read; and the entries
    of one transaction share projects and tasks, whose guards it then writes once.
    """
    person, client, project, task, day = place
    return b"".join([_digest(person), day[:7].encode(), *map(_digest, (client, project, task)), day.encode()])


@lru_cache(4096)  # a file names few things, and often
def _digest(key: str) -> bytes:
    """8 bytes for a key of any length. Two keys that share them would be decided together, which does no harm."""
    return blake2b(key.encode(), digest_size=8).digest()


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


# ------------------------------------------------------------ groups and batches


@dataclass(frozen=True, slots=True)
class _Group:
    rows: Sequence[tuple[int, str]]
    subjects: frozenset[int]
    size: int


class _Cut:
    """A batch that is being filled."""

    def __init__(self) -> None:
        self.groups: list[_Group] = []
        self.hints: dict[str, dict[str, Any]] = {}
        self._subjects = frozenset[int]()
        self._rows = self._size = 0

    def takes(self, group: _Group, rows: _Rows) -> bool:
        """Whether there is room for a group, and for the hints that come with it."""
        size = self._size + group.size + _bytes(json.dumps(self._new(group, rows), ensure_ascii=False))
        return self._rows + len(group.rows) <= ROWS and size <= GROUP_BYTES

    def add(self, group: _Group, rows: _Rows) -> None:
        hints = self._new(group, rows)
        for field, key, value in hints:
            self.hints.setdefault(field, {})[key] = value
        self.groups.append(group)
        self._subjects |= group.subjects
        self._rows += len(group.rows)
        self._size += group.size + _bytes(json.dumps(hints, ensure_ascii=False))

    def _new(self, group: _Group, rows: _Rows) -> Sequence[tuple[str, str, Any]]:
        return [hint for subject in sorted(group.subjects - self._subjects) for hint in rows.hints(subject)]


def _groups(rows: _Rows, columns: tuple[str, ...]) -> Iterator[_Group]:
    """The rows by their groups; those of a group that is too large one by one, as rows that cannot be read."""
    lines: list[tuple[int, str]] = []
    subjects: set[int] = set()
    place, size, is_too_large = _UNREADABLE, 0, False
    for number, next_place, subject, text in rows.in_order():
        if next_place != place or not next_place:
            if lines:
                yield _Group(lines, frozenset(subjects), size)
            lines, subjects, place, size, is_too_large = [], set(), next_place, 0, False
        lines.append((number, text))
        size += _bytes(text) + _PUNCTUATION
        if subject is not None:
            subjects.add(subject)
        if place and (is_too_large or len(lines) > GROUP_ROWS or (size > GROUP_BYTES and len(lines) > 1)):
            is_too_large = True
            for line in lines:
                yield _refused(*line, columns)
            lines, size = [], 0
    if lines:
        yield _Group(lines, frozenset(subjects), size)


def _refused(number: int, text: str, columns: tuple[str, ...]) -> _Group:
    message = f"More than {GROUP_ROWS} rows, or {GROUP_BYTES // 1000} KB, are about the same record or the same day"
    refused = row_to_json(unreadable(BadRow(number, "", message, row_from_json(text, columns))), columns)
    return _Group([(number, refused)], frozenset(), _bytes(refused) + _PUNCTUATION)


def _cut(groups: Iterator[_Group], rows: _Rows) -> Iterator[_Cut]:
    """Batches as full as they may be."""
    cut = _Cut()
    for group in groups:
        if cut.groups and not cut.takes(group, rows):
            yield cut
            cut = _Cut()
        cut.add(group, rows)
    if cut.groups:
        yield cut
