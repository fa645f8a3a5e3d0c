"""domain: the cells of one row, each read as what its column means."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from sheaf.domain.errors import InvalidError, MalformedError
from sheaf.domain.imports.numbers import day_of, hours_of, number_of
from sheaf.domain.imports.rows import ImportedMetadata, Named, RawRow, RowError
from sheaf.domain.record import as_dict
from sheaf.domain.time_entry import ExternalReference
from sheaf.domain.values import (
    NAME_LIMIT,
    Day,
    Id,
    Timestamp,
    clean_amount,
    clean_currency,
    clean_day,
    clean_email,
    clean_line,
    clean_name,
    clean_text,
    parse_id,
    parse_timestamp,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

KEPT_ID_LIMIT = 2**52  # an id that a file brings leaves as many again for those that follow it

REFERENCE = ("reference_id", "reference_group_id", "reference_account_id", "permalink")

_COLUMN = "\0"  # stands for the name of the column in what a reader says
_FLAGS = {
    **dict.fromkeys(("true", "yes", "1", "ja", "oui", "sí", "si"), True),
    **dict.fromkeys(("false", "no", "0", "nein", "non", "nee"), False),
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ].*)?", re.ASCII)

type Read[Value] = Callable[[Any], Value]
"""Makes a value of what stands in a cell: a text in CSV, anything in JSON. Raises InvalidError or MalformedError."""


class Cells:
    """One row, by field. What it refuses, it refuses as a RowError that names the column."""

    __slots__ = ("_columns", "_values", "number")

    def __init__(self, raw: RawRow, columns: Mapping[str, str]) -> None:
        """`columns`: the column of each field that the row has."""
        self.number = raw.number
        self._values = raw.values
        self._columns = columns

    def column(self, field: str) -> str:
        """What a field is called in the file."""
        return self._columns.get(field, field)

    def has(self, *fields: str) -> bool:
        """Whether the row has one of these fields, empty or not."""
        return any(field in self._columns for field in fields)

    def is_blank(self, field: str) -> bool:
        """Whether the row has no such field, or nothing but white space in it."""
        value = self._values[self._columns[field]] if field in self._columns else None
        return value is None or (isinstance(value, str) and not value.strip())

    def optional[Value](self, field: str, read: Read[Value]) -> Value | None:
        """A field that may be empty: None for null, and for a cell of nothing but white space."""
        column = self._columns.get(field)
        if column is None:
            return None
        value = self._values[column]
        if value is None or value == "" or (isinstance(value, str) and value.isspace()):
            return None
        if not isinstance(value, str) or len(value) > NAME_LIMIT:  # too long to be cached, or of another type
            read = getattr(read, "__wrapped__", read)
        try:
            return read(value)
        except (InvalidError, MalformedError) as error:
            raise RowError(column, str(error).replace(_COLUMN, column)) from error

    def needed[Value](self, field: str, read: Read[Value]) -> Value:
        """A field that may not be empty."""
        value = self.optional(field, read)
        if value is None:
            raise RowError(self.column(field), f"{self.column(field)} can't be blank")
        return value

    def named(self, field: str, *, by_id: bool) -> Named:
        """A record that the row refers to and cannot do without."""
        return Named(id=self.needed(f"{field}_id", number)) if by_id else Named(name=self.needed(field, name))

    def metadata(self) -> ImportedMetadata:
        """What the row brings of its record's past."""
        kept_id = self.optional("id", number)
        if kept_id is not None and kept_id >= KEPT_ID_LIMIT:
            raise RowError(self.column("id"), f"{self.column('id')} must be below 2^52")
        created_at, updated_at = (self.optional(field, timestamp) for field in ("created_at", "updated_at"))
        if created_at and updated_at and updated_at < created_at:
            later, earlier = self.column("updated_at"), self.column("created_at")
            raise RowError(later, f"{later} can't be before {earlier}")
        return ImportedMetadata(kept_id, created_at, updated_at)

    def reference(self) -> ExternalReference | None:
        """The thing in another system that the row is about."""
        if not self.has(*REFERENCE):
            return None
        values = [self.optional(field, foreign) for field in REFERENCE]
        if values == [None] * len(REFERENCE):
            return None
        try:
            return ExternalReference(*values)
        except InvalidError as error:
            broken = next(field for field, value in zip(REFERENCE, values, strict=True) if value is not None)
            raise RowError(self.column(broken), str(error)) from error

    def given(self, fields: Mapping[str, Read[Any]], nullable: frozenset[str]) -> dict[str, Any]:
        """The fields that the row says something about; where one may be null, an empty cell says null."""
        said = {field: self.optional(field, read) for field, read in fields.items() if field in self._columns}
        return {field: value for field, value in said.items() if value is not None or field in nullable}

    def valid(
        self, kind: "Callable[..., DataclassInstance]", others: Mapping[str, Any], given: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The given fields as their class keeps them; `others` stand in for what else the class demands."""
        try:
            fields = as_dict(kind(**{**others, **given}))
        except InvalidError:
            for field, value in given.items():
                try:
                    kind(**{**others, field: value})
                except InvalidError as broken:
                    raise RowError(self.column(field), str(broken)) from broken
            raise
        return {field: fields[field] for field in given}


def text(value: object) -> str:
    """A text, as it is."""
    if isinstance(value, str):
        return value
    raise InvalidError(f"{_COLUMN} must be a string")


def notes(value: object) -> str:
    """A text of many lines."""
    return clean_text(text(value), _COLUMN)


def _remembered[Value](read: Callable[[Any], Value]) -> Callable[[Any], Value]:
    """The same function with a cache for short texts (see `Cells.optional`): files repeat few values often."""
    return lru_cache(4096)(read)


@_remembered
def line(value: object) -> str:
    """A short text, trimmed."""
    return clean_line(text(value).strip(), _COLUMN)


@_remembered
def name(value: object) -> str:
    """The name of a record."""
    return clean_name(text(value))


@_remembered
def email(value: object) -> str:
    """An email address, as far as one can tell by its looks."""
    return clean_email(line(value), _COLUMN)


def foreign(value: object) -> str:
    """An id of another system, which is a text here however it is written."""
    return str(value) if _is_whole(value) else text(value)


@_remembered
def number(value: object) -> Id:
    """An id."""
    return parse_id(str(value).strip() if _is_whole(value) or isinstance(value, str) else "", _COLUMN)


@_remembered
def flag(value: object) -> bool:
    """Yes or no, true or false, 1 or 0."""
    found = value if isinstance(value, bool) else _FLAGS.get(str(value).strip().lower())
    if found is None:
        raise InvalidError(f"{_COLUMN} must be true or false")
    return found


@cache
def amount(decimal_symbol: str) -> Read[Decimal]:
    """How to read a number with this decimal symbol."""

    @_remembered
    def read(value: object) -> Decimal:
        return _decimal(value, lambda written: number_of(written, decimal_symbol), "1.5")

    return read


@cache
def hours(decimal_symbol: str) -> Read[Decimal]:
    """How to read hours of time, in hundredths, with this decimal symbol."""

    @_remembered
    def read(value: object) -> Decimal:
        found = _decimal(value, lambda written: hours_of(written, decimal_symbol), "1.5, 1:30 or 1h 30m")
        return clean_amount(found, _COLUMN)

    return read


@cache
def day(is_day_first: bool) -> Read[Day]:
    """How to read a day: with the year first, with points, or with slashes, day or month first."""

    @_remembered
    def read(value: object) -> Day:
        written = text(value).strip()
        if _DAY.fullmatch(written):
            return clean_day(written, _COLUMN)
        found = day_of(written, is_day_first=is_day_first)
        if found is not None:
            return found
        if written.isdigit():
            raise InvalidError(
                f"{_COLUMN} is {written[:20]}, a number by which spreadsheets keep a day; show the column as a date,"
                " such as 2026-11-30, and save it again"
            )
        if any(map(str.isalpha, written)):
            raise InvalidError(f"{_COLUMN} must be a date in numbers, such as 2026-11-30, without the name of a month")
        example = "30/11/2026" if is_day_first else "11/30/2026"
        raise InvalidError(f"{_COLUMN} must be a date, such as 2026-11-30 or {example}")

    return read


def timestamp(value: object) -> Timestamp:
    """A point in time."""
    return parse_timestamp(text(value), _COLUMN)


@_remembered
def currency(value: object) -> str:
    """A currency, `GBP` or as Harvest writes it: `British Pound - GBP`."""
    return clean_currency(text(value).rpartition(" - ")[2].strip())


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _decimal(value: object, read: Callable[[str], Decimal | None], examples: str) -> Decimal:
    if isinstance(value, Decimal):
        return value
    written = str(value).strip() if _is_whole(value) or isinstance(value, str) else ""
    found = read(written)
    if found is None:
        raise InvalidError(f"{_COLUMN} must be a number, such as {examples}")
    return found
