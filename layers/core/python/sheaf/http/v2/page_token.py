"""http: page cursors. Signed with the account's own key, for one list and one filter; good nowhere else."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BrokenBase64
from datetime import date
from typing import Literal

from sheaf.domain.errors import InvalidError
from sheaf.domain.paging import Cursor
from sheaf.domain.values import ID_LIMIT, Id

_MARKS: dict[Literal["after", "before"], bytes] = {"after": b"a", "before": b"b"}
_DAY_BYTES = 3  # days since the year 1; 0 in lists that do not run by days
_ID_BYTES = 7  # 2^53 and no more
_POSITION_BYTES = 1 + _DAY_BYTES + _ID_BYTES
_TAG_BYTES = 16


def write_cursor(cursor: Cursor, key: bytes, scope: str) -> str:
    """A cursor as the caller gets it. `scope` is the text that names the list and its filter."""
    day = date.fromisoformat(cursor.day).toordinal() if cursor.day else 0
    position = _MARKS[cursor.direction] + day.to_bytes(_DAY_BYTES) + cursor.id.to_bytes(_ID_BYTES)
    return _text(position + _tag(position, key, scope))


def read_cursor(text: str, key: bytes, scope: str) -> Cursor:
    """The cursor that `write_cursor` wrote with the same key and scope.

    Raises:
        InvalidError: it is broken, or was made for another account, list or filter.
    """
    try:
        whole = urlsafe_b64decode(text + "=" * (-len(text) % 4)) if text.isascii() else b""
    except BrokenBase64:
        whole = b""
    position, tag = whole[:_POSITION_BYTES], whole[_POSITION_BYTES:]
    day, number = int.from_bytes(position[1 : 1 + _DAY_BYTES]), int.from_bytes(position[1 + _DAY_BYTES :])
    # Python's decoder passes over characters that are not of base64, so one cursor would have many spellings.
    genuine = hmac.compare_digest(tag, _tag(position, key, scope)) and text == _text(whole)
    direction = next((name for name, mark in _MARKS.items() if position[:1] == mark), None)
    if not genuine or direction is None or not 0 <= number <= ID_LIMIT:
        raise InvalidError("cursor is not valid for this list and filter; begin again without it")
    return Cursor(direction, Id(number), date.fromordinal(day).isoformat() if day else "")


def _text(whole: bytes) -> str:
    return urlsafe_b64encode(whole).decode().rstrip("=")


def _tag(position: bytes, key: bytes, scope: str) -> bytes:
    return hmac.digest(key, position + scope.encode(), "sha256")[:_TAG_BYTES]
