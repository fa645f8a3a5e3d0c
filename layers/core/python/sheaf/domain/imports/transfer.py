"""domain: how a file comes in and a report goes out: under which name, and at addresses that are open for a while."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sheaf.domain.errors import InvalidError
from sheaf.domain.imports.job import FileKind
from sheaf.domain.imports.numbers import COMMA, DATE_FORMATS, POINT
from sheaf.domain.values import NAME_LIMIT, Timestamp, clean_name, parse_id, to_timestamp

ENCODINGS = ("utf-8", "windows-1252")
OPTIONS_SUFFIX = ".options.json"
OPTION_FIELDS = {"user_id": "time_of_user_id"}  # an import has a user of its own: who began it
OPEN_FOR = 15 * 60  # seconds that a signed address is good for


@dataclass(frozen=True, slots=True)
class Address:
    """A signed address: whoever has it may use it until `expires_at`, and nothing else."""

    url: str
    expires_at: Timestamp


def open_until(now: Timestamp) -> Timestamp:
    """Until when an address that is signed now is good."""
    return to_timestamp(datetime.fromisoformat(now) + timedelta(seconds=OPEN_FOR))


def clean_file_name(text: str) -> str:
    """Check the name under which a file is uploaded: it becomes the last part of a key, and is shown to people.

    Raises:
        InvalidError: blank, a path, longer than 255 bytes in UTF-8, or with characters that are not text.
    """
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise InvalidError("file_name can't contain control characters or unpaired surrogates")
    if not text.strip():
        raise InvalidError("file_name can't be blank")
    if "/" in text or "\\" in text or text in (".", ".."):
        raise InvalidError("file_name must be a name without a path")
    if len(text.encode()) > NAME_LIMIT:
        raise InvalidError(f"file_name is too long (maximum is {NAME_LIMIT} bytes)")
    return text


def is_options(file_name: str) -> bool:
    """Whether a file of the inbox is not to be imported, but says how another is to be read."""
    return file_name.endswith(OPTIONS_SUFFIX)


def read_options(options: object) -> dict[str, Any]:
    """Fields of `ImportFields`, from the options that lie beside a file of the inbox: an object of texts.

    Raises:
        InvalidError: it is no such object, or says something that is unknown or cannot be.
    """
    if not isinstance(options, dict):
        raise InvalidError("the options must be a JSON object")
    if unknown := sorted(options.keys() - OPTIONS.keys()):
        raise InvalidError(f"{unknown[0][:50]} is no option; the options are {', '.join(OPTIONS)}")
    for name, value in options.items():
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise InvalidError(f"{name} must be a string")
    given = {name: OPTIONS[name](str(value)) for name, value in options.items()}
    return {OPTION_FIELDS.get(name, name): value for name, value in given.items()}


def clean_date_format(text: str) -> str:
    """Read in which format a file has its days. Raises InvalidError, which names those that are known."""
    return _one_of("date_format", text, DATE_FORMATS)


def clean_decimal_symbol(text: str) -> str:
    """Read what stands before the decimals of a file's numbers. Raises InvalidError."""
    return _one_of("decimal_symbol", text, (POINT, COMMA))


def clean_encoding(text: str) -> str:
    """Read how a file without a byte-order mark is encoded. Raises InvalidError."""
    return _one_of("encoding", text.lower(), ENCODINGS)


def clean_default_task(text: str) -> str:
    """Read the name of the task for rows that name none. Raises InvalidError."""
    try:
        return clean_name(text)
    except InvalidError as error:
        raise InvalidError(str(error).replace("Name", "default_task", 1)) from None


OPTIONS: Mapping[str, Callable[[str], Any]] = {
    "date_format": clean_date_format,
    "decimal_symbol": clean_decimal_symbol,
    "encoding": clean_encoding,
    "default_task": clean_default_task,
    "user_id": lambda text: parse_id(text, "user_id"),
}
"""How a file is to be read: what may be said of it in every way in, with the check of each."""


def _one_of(field: str, text: str, known: Sequence[str]) -> str:
    if text not in known:
        raise InvalidError(f"{field} must be one of {' '.join(known)}")
    return text


def clean_kind(text: str) -> FileKind:
    """Read what the rows of a file are. Raises InvalidError, which names what they may be."""
    try:
        return FileKind(text)
    except ValueError:
        raise InvalidError(f"kind must be one of {', '.join(FileKind)}") from None
