"""imports: the staged rows of a file, packed group by group into batches as full as a message may be."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sheaf.domain.identity import AccountId
from sheaf.domain.imports.reader import Reader
from sheaf.domain.imports.rows import BadRow
from sheaf.domain.values import Id
from sheaf.imports.batch import BATCH_BYTES, GROUP_ROWS, ROWS, Message, row_from_json, row_to_json, unreadable
from sheaf.imports.staged_rows import UNREADABLE, Rows

GROUP_BYTES = BATCH_BYTES - 50_000  # the rest is for the names of columns and for hints

_PUNCTUATION = 16  # bytes around a row in a message, with its number


def messages(account_id: AccountId, import_id: Id, reader: Reader, rows: Rows) -> Iterator[Message]:
    """The batches of a file, always the same for the same file. No group is split.

    A group of more rows than can be decided at once comes as rows that cannot be read, each a group of its own.
    """
    columns = reader.columns
    for number, cut in enumerate(_packed(_groups(rows, columns), rows), 1):
        groups = [[(row, row_from_json(text, columns)) for row, text in group.rows] for group in cut.groups]
        yield Message(account_id, import_id, number, reader.kind, columns, groups, cut.hints, reader.reading)


def bytes_of(text: str) -> int:
    """The bytes of a text as UTF-8."""
    return len(text) if text.isascii() else len(text.encode())


@dataclass(frozen=True, slots=True)
class _Group:
    rows: Sequence[tuple[int, str]]
    subjects: frozenset[int]
    size: int


class _OpenBatch:
    """A batch that is being filled."""

    def __init__(self) -> None:
        self.groups: list[_Group] = []
        self.hints: dict[str, dict[str, Any]] = {}
        self._subjects = frozenset[int]()
        self._rows = self._size = 0

    def takes(self, group: _Group, rows: Rows) -> bool:
        """Whether there is room for a group, and for the hints that come with it."""
        size = self._size + group.size + bytes_of(json.dumps(self._new(group, rows), ensure_ascii=False))
        return self._rows + len(group.rows) <= ROWS and size <= GROUP_BYTES

    def add(self, group: _Group, rows: Rows) -> None:
        hints = self._new(group, rows)
        for field, key, value in hints:
            self.hints.setdefault(field, {})[key] = value
        self.groups.append(group)
        self._subjects |= group.subjects
        self._rows += len(group.rows)
        self._size += group.size + bytes_of(json.dumps(hints, ensure_ascii=False))

    def _new(self, group: _Group, rows: Rows) -> Sequence[tuple[str, str, Any]]:
        return [hint for subject in sorted(group.subjects - self._subjects) for hint in rows.hints(subject)]


def _groups(rows: Rows, columns: tuple[str, ...]) -> Iterator[_Group]:
    """The rows by their groups; those of a group that is too large one by one, as rows that cannot be read."""
    lines: list[tuple[int, str]] = []
    subjects: set[int] = set()
    group_key, size, is_too_large = UNREADABLE, 0, False
    for number, next_group_key, subject, text in rows.in_order():
        if next_group_key != group_key or not next_group_key:
            if lines:
                yield _Group(lines, frozenset(subjects), size)
            lines, subjects, group_key, size, is_too_large = [], set(), next_group_key, 0, False
        lines.append((number, text))
        size += bytes_of(text) + _PUNCTUATION
        if subject is not None:
            subjects.add(subject)
        if group_key and (is_too_large or len(lines) > GROUP_ROWS or (size > GROUP_BYTES and len(lines) > 1)):
            is_too_large = True
            for line in lines:
                yield _unreadable_group(*line, columns)
            lines, size = [], 0
    if lines:
        yield _Group(lines, frozenset(subjects), size)


def _unreadable_group(number: int, text: str, columns: tuple[str, ...]) -> _Group:
    message = f"More than {GROUP_ROWS} rows, or {GROUP_BYTES // 1000} KB, are about the same record or the same day"
    refused = row_to_json(unreadable(BadRow(number, "", message, row_from_json(text, columns))), columns)
    return _Group([(number, refused)], frozenset(), bytes_of(refused) + _PUNCTUATION)


def _packed(groups: Iterator[_Group], rows: Rows) -> Iterator[_OpenBatch]:
    """Batches as full as they may be."""
    cut = _OpenBatch()
    for group in groups:
        if cut.groups and not cut.takes(group, rows):
            yield cut
            cut = _OpenBatch()
        cut.add(group, rows)
    if cut.groups:
        yield cut
