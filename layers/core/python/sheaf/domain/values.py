"""domain: the small values that every record is made of: ids, names, money and points in time."""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import NewType

from sheaf.domain.errors import InvalidError, MalformedError

Id = NewType("Id", int)
"""A per-account number: 1 or more and below 2^53, so that a JavaScript client reads it exactly."""

Timestamp = NewType("Timestamp", str)
"""A point in time as Harvest writes it: UTC, whole seconds, `2017-06-26T22:08:25Z`. Sorts as text."""

Day = NewType("Day", str)
"""A calendar day, `2017-06-26`. Sorts as text."""

TimeOfDay = NewType("TimeOfDay", str)
"""A time of day to the minute, `08:05`. Sorts as text."""

ID_LIMIT = 2**53
NAME_LIMIT = 255
TEXT_LIMIT = 65_535
AMOUNT_LIMIT = Decimal("9999999999.99")
DIGITS_LIMIT = 20
EMAIL_LIMIT = 254  # characters; a longer address cannot be delivered to (RFC 5321)

_TIME_OF_DAY = re.compile(r"([0-9]{1,2}):([0-5][0-9])([ap]m)?", re.ASCII | re.IGNORECASE)
_CENT = Decimal("0.01")
_NO_LINE = re.compile("[\0-\x1f\x7f-\x9f\ud800-\udfff]")  # the categories Cc and Cs: controls and halves of pairs
_NO_TEXT = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")  # the same without line ends and tabs
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
_TIMESTAMP = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?P<time>\d{2}:\d{2}(?::\d{2})?)(?:[.,]\d{1,9})?)?"
    r"\s?(?P<offset>[Zz]|[+-]\d{2}:?\d{2})?"
)


def parse_id(text: str, name: str = "id") -> Id:
    """Read an id from a path or a query.

    Raises:
        InvalidError: it is not a positive decimal integer below 2^53; the message names `name`.
    """
    if text.isascii() and text.isdecimal() and len(text) <= 16 and 0 < int(text) < ID_LIMIT:
        return Id(int(text))
    raise InvalidError(f"{name} must be a positive integer below 2^53")


def to_timestamp(moment: datetime) -> Timestamp:
    """Write an aware datetime as a `Timestamp`; fractions of a second are dropped, never rounded up."""
    return Timestamp(moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z")


def parse_timestamp(text: str, name: str) -> Timestamp:
    """Read any datetime form that Harvest clients are known to send; without an offset it is UTC.

    Accepted: `2017-06-26T21:20:07Z`, fractions of a second (dropped), offsets (`+02:00`, also with the `+` turned into
    a space by URL decoding), the v1 form `2010-09-25 18:30`, and a bare date (its midnight).

    Raises:
        MalformedError: anything else, in the words of Harvest: `Invalid updated_since datetime provided: "..."`.
    """
    # A `+02:00` that was not percent-encoded arrives as ` 02:00`; a second time of day cannot mean anything else.
    repaired = re.sub(r"(\d{2}:\d{2}(?::\d{2})?(?:[.,]\d+)?) (\d{2}:?\d{2})$", r"\1+\2", text.strip())
    match = _TIMESTAMP.fullmatch(repaired)
    if match and repaired.isascii():
        offset = (match["offset"] or "Z").upper()
        try:
            return to_timestamp(datetime.fromisoformat(f"{match['date']}T{match['time'] or '00:00'}{offset}"))
        except (ValueError, OverflowError):
            pass  # a month 13, an hour 25, or a year that UTC pushes below 1: refused like any other nonsense
    shown = text if len(text) <= 64 else text[:64] + "..."
    raise MalformedError(f'Invalid {name} datetime provided: "{shown}"')


def clean_name(text: str | None) -> str:
    """Check a name and return it without the white space around it, otherwise as it was spelled.

    Raises:
        InvalidError: blank, longer than 255 characters, or with characters that are not text (controls, halves of
            surrogate pairs, and U+FFFD, which API Gateway puts for bytes that are not UTF-8). The first two sentences
            are Harvest's.
    """
    name = (text or "").strip()
    if not name:
        raise InvalidError("Name can't be blank")
    if len(name) > NAME_LIMIT:
        raise InvalidError(f"Name is too long (maximum is {NAME_LIMIT} characters)")
    if _NO_LINE.search(name):
        raise InvalidError("Name can't contain control characters or unpaired surrogates")
    if "\ufffd" in name:
        raise InvalidError("Name can't contain U+FFFD, which stands for bytes that are not UTF-8")
    return name


def fold_name(name: str) -> str:
    """The form under which two names are the same name: case and Unicode spelling do not count.

    Normalised again after case folding, as Unicode's canonical caseless matching (D145) demands.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def clean_amount(amount: Decimal, name: str) -> Decimal:
    """Check a rate or a budget (currency amount, or hours where the field says so) and round it to a decimal column.

    Raises:
        InvalidError: negative, not a number, above 9,999,999,999.99, or written with more than 20 digits.
    """
    if not amount.is_finite() or not 0 <= amount <= AMOUNT_LIMIT or len(amount.as_tuple().digits) > DIGITS_LIMIT:
        raise InvalidError(f"{name} must be a number between 0 and {AMOUNT_LIMIT}")
    return amount.quantize(_CENT, rounding=ROUND_HALF_UP).copy_abs()


def clean_line(text: str, name: str) -> str:
    """Check a short text of one line, such as a project's code.

    Raises:
        InvalidError: longer than 255 characters, or with control characters or unpaired surrogates.
    """
    if len(text) > NAME_LIMIT:
        raise InvalidError(f"{name} is too long (maximum is {NAME_LIMIT} characters)")
    if _NO_LINE.search(text):
        raise InvalidError(f"{name} can't contain control characters or unpaired surrogates")
    return text


def clean_text(text: str, name: str) -> str:
    """Check a text that may have many lines, such as notes.

    Raises:
        InvalidError: longer than 65,535 bytes in UTF-8, or with characters that are not text; line ends and tabs are.
    """
    if _NO_TEXT.search(text):
        raise InvalidError(f"{name} can't contain control characters or unpaired surrogates")
    if len(text.encode()) > TEXT_LIMIT:
        raise InvalidError(f"{name} is too long (maximum is {TEXT_LIMIT} bytes)")
    return text


def clean_email(text: str, name: str) -> str:
    """Check an email address by its looks and return it.

    Raises:
        InvalidError: it is none, or longer than 254 characters.
    """
    if len(text) > EMAIL_LIMIT or not text.isprintable() or not _EMAIL.fullmatch(text):
        raise InvalidError(f"{name} must be an email address, such as ida@example.com")
    return text


def clean_currency(code: str) -> str:
    """Check an ISO 4217 code by its form; which codes there are is not for a task service to know.

    Raises:
        InvalidError: not three letters.
    """
    if len(code) == 3 and code.isascii() and code.isalpha():
        return code.upper()
    raise InvalidError("currency must be an ISO 4217 code such as EUR")


def clean_day(text: str, name: str) -> Day:
    """Read a day; a full datetime is cut to its date, as Harvest does.

    Raises:
        InvalidError: there is no such day.
    """
    match = re.fullmatch(r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?", text.strip(), re.ASCII)
    try:
        return Day(date.fromisoformat(match[1] if match else "").isoformat())
    except ValueError:
        raise InvalidError(f"{name} is not a valid date") from None


def clean_time_of_day(text: str, name: str) -> TimeOfDay:
    """A time of day, given as `8:00am` or `08:00`, as it is kept: `08:00`.

    Raises:
        InvalidError: it is neither.
    """
    found = _TIME_OF_DAY.fullmatch(text.strip())
    hour = int(found[1]) if found else 24
    if found and found[3]:
        hour = hour % 12 + 12 * (found[3].lower() == "pm") if 1 <= hour <= 12 else 24
    if not found or hour > 23:
        shown = text if len(text) <= 20 else text[:20] + "..."
        raise InvalidError(f'{name} must be a time of day such as 8:00am or 08:00, not "{shown}"')
    return TimeOfDay(f"{hour:02}:{found[2]}")


def optional[Value](check: Callable[[Value, str], Value], name: str) -> Callable[[Value | None], Value | None]:
    """The same check for a field that may be null."""
    return lambda value: None if value is None else check(value, name)
