"""domain: which rows of one person's day on one task stand for which of the entries that imports made there before."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from decimal import Decimal
from typing import Protocol

from sheaf.domain.time_entry import ExternalReference, TimeEntry

# What may have changed of an entry, in the order in which it is given up: an entry with the same notes and hours is
# the same one for sure, one with the same notes probably, and one with the same hours perhaps.
_GIVEN_UP = ("external_reference", "hours", "notes")


class ComparedTime(Protocol):
    """What a row and an entry are compared by."""

    @property
    def hours(self) -> Decimal:
        """With at most two decimals."""

    @property
    def notes(self) -> str | None:
        """None where there are none."""

    @property
    def external_reference(self) -> ExternalReference | None:
        """None where there is none."""


def match(
    rows: Sequence[ComparedTime], entries: Sequence[TimeEntry], missing_columns: frozenset[str] = frozenset()
) -> list[TimeEntry | None]:
    """The entry that each row stands for, or None where it is a new one; no entry stands for two rows.

    First come entries that say all that the row says, then those that differ in one thing. What is `unsaid` (`notes`,
    `external_reference`, `hours`) does not count. Neither the order of the rows nor that of the entries matters; and
    once some rows are settled, and their entries left out, the others stand for the same entries as before.
    """
    said = [name for name in _GIVEN_UP if name not in missing_columns]
    found: list[TimeEntry | None] = [None] * len(rows)
    rows_left = sorted(range(len(rows)), key=lambda index: _order(rows[index]))
    entries_left = sorted(entries, key=lambda entry: entry.id)
    for compared in (said, *([field for field in said if field != given_up] for given_up in said)):
        if not rows_left or not entries_left:
            break
        key = _comparing(compared)
        waiting: defaultdict[Hashable, list[TimeEntry]] = defaultdict(list)
        for entry in reversed(entries_left):
            waiting[key(entry)].append(entry)
        for index in rows_left:
            if same := waiting.get(key(rows[index])):
                found[index] = same.pop()
        rows_left = [index for index in rows_left if found[index] is None]
        entries_left = sorted((entry for some in waiting.values() for entry in some), key=lambda entry: entry.id)
    return found


def _comparing(names: Sequence[str]) -> Callable[[ComparedTime], Hashable]:
    return lambda spent: tuple(getattr(spent, name) for name in names)


def _order(row: ComparedTime) -> tuple[Decimal, str, tuple[str, ...]]:
    reference = row.external_reference
    known = () if reference is None else (reference.id, reference.group_id, reference.account_id, reference.permalink)
    # Whether there is no text or an empty one must not be left to chance either.
    return row.hours, _text(row.notes), tuple(map(_text, known))


def _text(text: str | None) -> str:
    return "" if text is None else f"={text}"
