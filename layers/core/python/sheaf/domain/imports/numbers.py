"""domain: numbers, hours and days as people's files write them, and what a value shows of how to read the others."""

import re
from datetime import date
from decimal import Decimal
from functools import cache

from sheaf.domain.values import Day

POINT, COMMA = ".", ","
MONTH_FIRST, DAY_FIRST = "%m/%d/%Y", "%d/%m/%Y"
DATE_FORMATS = (MONTH_FIRST, DAY_FIRST, "%Y-%m-%d", "%d.%m.%Y", "%Y.%m.%d", "%Y/%m/%d")
"""Those that a Harvest account can be set to."""

_SPACES = re.compile(r"\s+")
_CURRENCY = re.compile(r"^([+-]?) ?[€$£¥] ?| ?[€$£¥]$")
_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_CLOCK = re.compile(r"(-?)(\d{1,4}):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
_SPOKEN = re.compile(
    r"(-?)(?=\d)(?:(\d{1,4}) ?h(?:ours?|rs?)?)? ?(?:(\d{1,4}) ?(?:m|min|minutes?)|(?<=h)([0-5]\d))?", re.ASCII
)
_YEAR_FIRST = re.compile(r"(\d{4})([./-])(\d{1,2})\2(\d{1,2})", re.ASCII)
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)


def bare(written: str) -> str:
    """A number without a currency sign; spaces of all kinds are one plain space."""
    return _CURRENCY.sub(r"\1", _SPACES.sub(" ", written).strip())


def number_of(written: str, decimal_symbol: str) -> Decimal | None:
    """The number that is written so, with groups of three digits or without; None where it is none."""
    if decimal_symbol == POINT and _PLAIN.fullmatch(written):
        return Decimal(written)
    digits = bare(written)
    if not _number_in(decimal_symbol).fullmatch(digits):
        return None
    grouping = POINT if decimal_symbol == COMMA else COMMA
    for mark in (grouping, " ", "'", "\u2019"):
        digits = digits.replace(mark, "")
    return Decimal(digits.replace(decimal_symbol, POINT))


def hours_of(written: str, decimal_symbol: str) -> Decimal | None:
    """Hours as a number, as `1:30`, as `01:30:00` or as `1h 30m`, to the hundredth; None where it is none of these."""
    text = _SPACES.sub(" ", written).strip().lower()
    clock = _CLOCK.fullmatch(text)
    spoken = None if clock else _SPOKEN.fullmatch(text)
    if clock:
        sign, hours, minutes, seconds = clock.groups(default="0")
    elif spoken and (spoken[2] or spoken[3]):
        sign, hours, minutes, rest = spoken.groups(default="0")
        minutes, seconds = str(int(minutes) + int(rest)), "0"
    else:
        return number_of(written, decimal_symbol)
    hundredths = (int(hours) * 3600 + int(minutes) * 60 + int(seconds) + 18) // 36  # half a hundredth goes up
    return Decimal(-hundredths if sign == "-" else hundredths) / 100


def day_of(written: str, *, is_day_first: bool) -> Day | None:
    """The day that is written so; `is_day_first` says which number of `3/4/2026` is the day. None where it is none."""
    text = written.strip()
    if match := _YEAR_FIRST.fullmatch(text):
        year, _, month, day = match.groups()
    elif match := _DOTTED.fullmatch(text):
        day, month, year = match.groups()
    elif match := _SLASHED.fullmatch(text):
        (day, month) = (match[1], match[2]) if is_day_first else (match[2], match[1])
        year = match[3]
    else:
        return None
    try:
        return Day(date(int(year), int(month), int(day)).isoformat())
    except ValueError:
        return None


def decimal_symbol_shown(written: str) -> str | None:
    """Which decimal symbol a number shows: the symbol, `?` where it can be either, None where there is none to see."""
    with_point, with_comma = number_of(written, POINT), number_of(written, COMMA)
    if with_point == with_comma:
        return None
    if with_point is None or with_comma is None:
        return COMMA if with_point is None else POINT
    # Both are numbers, such as 1,250. No number of thousands begins with a zero.
    digits = bare(written).lstrip("+-")
    return next(mark for mark in digits if mark in (POINT, COMMA)) if digits.startswith("0") else "?"


def date_format_shown(written: str) -> str | None:
    """Which of `DATE_FORMATS` a day shows, `?` where its day and month may be either way; None where it is no day."""
    text = written.strip()
    if match := _YEAR_FIRST.match(text):
        return f"%Y{match[2]}%m{match[2]}%d"
    if _DOTTED.fullmatch(text):
        return "%d.%m.%Y"
    slashed = _SLASHED.fullmatch(text)
    if not slashed:
        return None
    first, second = int(slashed[1]), int(slashed[2])
    if first > 12:
        return DAY_FIRST
    if second > 12:
        return MONTH_FIRST
    return "?"


@cache
def _number_in(decimal_symbol: str) -> re.Pattern[str]:
    point = re.escape(decimal_symbol)
    mark = rf"[{re.escape(POINT if decimal_symbol == COMMA else COMMA)} '\u2019]"
    return re.compile(rf"[+-]?(?:\d+|\d{{1,3}}(?:{mark}\d{{3}})+)(?:{point}\d*)?|[+-]?{point}\d+", re.ASCII)
