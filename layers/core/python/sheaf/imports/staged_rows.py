"""imports: the rows of one file in an SQLite database on disk, so that memory stays flat however many they are."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sheaf.domain.values import Day, Id

UNREADABLE = b""  # the group key of rows that cannot be read; all other group keys are longer


@dataclass(frozen=True, slots=True)
class StagedRow:
    """A row with its group key: rows of one key are a group, and keys sort as the groups are to be applied."""

    number: int
    group_key: bytes
    record_id: int | None
    subject: int | None
    text: str


class Rows:
    """The database of one file: its rows, what they are about (for hints), and the hints."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        for statement in (
            "PRAGMA journal_mode = OFF",
            "PRAGMA synchronous = OFF",
            "PRAGMA locking_mode = EXCLUSIVE",
            "PRAGMA temp_store = FILE",
            "PRAGMA cache_size = -8000",  # KB
            """CREATE TABLE line (
                number INTEGER PRIMARY KEY, group_key BLOB, record_id INTEGER, subject INTEGER, text TEXT)""",
            "CREATE TABLE subject (number INTEGER PRIMARY KEY, keys TEXT UNIQUE)",
            "CREATE TABLE hint (field TEXT, key TEXT, day TEXT, value, PRIMARY KEY (field, key)) WITHOUT ROWID",
            "BEGIN",
        ):
            database.execute(statement)

    def fill(self, rows: Iterator[StagedRow]) -> int:
        """Write all rows, and say how many they were."""
        count = 0

        def counted() -> Iterator[tuple[int, bytes, int | None, int | None, str]]:
            nonlocal count
            for count, row in enumerate(rows, 1):  # noqa: B007 - counted for the caller
                yield row.number, row.group_key, row.record_id, row.subject, row.text

        self._database.executemany("INSERT INTO line VALUES (?, ?, ?, ?, ?)", counted())
        return count

    def highest_id(self) -> Id | None:
        """The highest id that a row has."""
        found: tuple[Id | None] = self._database.execute("SELECT MAX(record_id) FROM line").fetchone()
        return found[0]

    def in_order(self) -> Iterator[tuple[int, bytes, int | None, str]]:
        """All rows, sorted by group key."""
        return self._database.execute("SELECT number, group_key, subject, text FROM line ORDER BY group_key, number")

    def set_group_keys(self, group_keys: Iterator[tuple[bytes, int]]) -> None:
        """Set the group keys of rows, given as (group key, row number)."""
        self._database.executemany("UPDATE line SET group_key = ? WHERE number = ?", group_keys)

    def group_repeated_ids(self) -> None:
        """Rows with the same id get the same group key, the first of theirs."""
        for statement in (
            "CREATE INDEX line_by_id ON line (record_id) WHERE record_id IS NOT NULL",
            "CREATE TABLE repeated (id INTEGER PRIMARY KEY, group_key BLOB)",
            """INSERT INTO repeated SELECT record_id, MIN(group_key) FROM line WHERE record_id IS NOT NULL
               GROUP BY record_id HAVING COUNT(*) > 1""",
            """UPDATE line SET group_key = (SELECT group_key FROM repeated WHERE id = record_id)
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
