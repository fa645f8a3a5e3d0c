"""domain: how the cells of a file are to be read, decided over the whole file by what its values show."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sheaf.domain.imports.columns import AMOUNT_FIELDS, DAY_FIELDS, layout_of
from sheaf.domain.imports.job import FileKind, Import, ImportFields
from sheaf.domain.imports.numbers import (
    COMMA,
    DAY_FIRST,
    MONTH_FIRST,
    POINT,
    date_format_shown,
    decimal_symbol_shown,
)
from sheaf.domain.imports.rows import BadRow, FileError, RawRow
from sheaf.domain.values import Id

REMEMBERED = 50_000  # values of a column that are not looked at twice

_AS_YOU_LIKE = "?"


@dataclass(frozen=True, slots=True)
class Reading:
    """How cells are read.

    Args:
        date_format: one of `numbers.DATE_FORMATS`. It decides which number of `3/4/2026` is the day; whatever is
            written with the year first or with points is read in any case.
        decimal_symbol: `.` or `,`; the other one sets groups of three digits apart.
        default_task: the name of the task of rows of time that name none.
        user_id: whose time it is, where the file has no column for that.
        is_assumed: nothing in the file shows whether the day or the month comes first.
    """

    date_format: str = MONTH_FIRST
    decimal_symbol: str = POINT
    default_task: str | None = None
    user_id: Id | None = None
    is_assumed: bool = False

    @property
    def is_day_first(self) -> bool:
        """Whether `3/4/2026` is in April."""
        return self.date_format == DAY_FIRST


@dataclass(slots=True)
class _Shown:
    """What the values of some columns show: the first row of each way of reading them, with its column and value."""

    of_value: Callable[[str], str | None]
    columns: Sequence[str]
    first: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    _seen: set[object] = field(default_factory=set)

    def see(self, row: RawRow) -> None:
        for column in self.columns:
            value = row.values.get(column)
            if value in self._seen or not isinstance(value, str):
                continue
            if len(self._seen) >= REMEMBERED:
                self._seen.clear()
            self._seen.add(value)
            shown = self.of_value(value)
            if shown is not None and shown not in self.first:
                self.first[shown] = row.number, column, value

    def contradiction(self, one: str, other: str) -> str | None:
        """Two rows that cannot be read alike, as a sentence begins with them."""
        if one not in self.first or other not in self.first:
            return None
        (row, column, value), (other_row, other_column, other_value) = self.first[one], self.first[other]
        return f"{column} of row {row} is {value!r} and {other_column} of row {other_row} is {other_value!r}"


class Evidence:
    """What the rows of a file show of how they are to be read; memory does not grow with the file."""

    def __init__(self, kind: FileKind, columns: Sequence[str]) -> None:
        layout: Mapping[str, str] = layout_of(kind, columns)
        self._days = _Shown(date_format_shown, [layout[name] for name in DAY_FIELDS if name in layout])
        self._numbers = _Shown(
            decimal_symbol_shown, [layout[name] for name in ("hours", *AMOUNT_FIELDS) if name in layout]
        )

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to look at."""
        return bool(self._days.columns or self._numbers.columns)

    def see(self, row: RawRow | BadRow) -> None:
        """Look at a row."""
        if isinstance(row, RawRow):
            self._days.see(row)
            self._numbers.see(row)

    def reading(self, given: ImportFields | Import) -> Reading:
        """How the file is to be read; what is given is taken as it is.

        Raises:
            FileError: two rows contradict each other, or numbers can be read in two ways.
        """
        date_format, is_assumed = (given.date_format, False) if given.date_format else self._date_format()
        return Reading(
            date_format,
            given.decimal_symbol or self._decimal_symbol(),
            given.default_task,
            given.time_of_user_id,
            is_assumed,
        )

    def _date_format(self) -> tuple[str, bool]:
        if broken := self._days.contradiction(DAY_FIRST, MONTH_FIRST):
            raise FileError(
                f"{broken}: the day stands first in one and the month in the other; mend one of them, or say which"
                f" by date_format, {DAY_FIRST} or {MONTH_FIRST}"
            )
        decided = [shown for shown in self._days.first if shown != _AS_YOU_LIKE]
        slashed = [shown for shown in decided if shown in (DAY_FIRST, MONTH_FIRST)]
        if _AS_YOU_LIKE in self._days.first and not slashed:
            return MONTH_FIRST, True
        return (slashed or decided or [MONTH_FIRST])[0], False

    def _decimal_symbol(self) -> str:
        if broken := self._numbers.contradiction(POINT, COMMA):
            raise FileError(
                f"{broken}: a point is the decimal symbol in one and a comma in the other; mend one of them, or say"
                " which by decimal_symbol"
            )
        decided = [shown for shown in self._numbers.first if shown != _AS_YOU_LIKE]
        if _AS_YOU_LIKE in self._numbers.first and not decided:
            row, column, value = self._numbers.first[_AS_YOU_LIKE]
            raise FileError(
                f"{column} of row {row} is {value!r}, which can be a number in the thousands or one with three"
                " decimals, and no other row shows which; say it by decimal_symbol: . or ,"
            )
        return (decided or [POINT])[0]
