"""http: changes that are only made while a record is what the caller has seen (`If-Match`, RFC 9110, 13.1.1)."""

import re
from collections.abc import Callable
from typing import Any

from sheaf.domain.errors import ChangedSinceError
from sheaf.http.request import Request
from sheaf.http.response import as_text, digest_of

_STRONG = re.compile(r'(?<!W/)"([0-9a-f]{32})(?:-gzip)?"')


def matching[Record](request: Request, record: Record, show: Callable[[Record], Any]) -> Record:
    """The record, where the request has no `If-Match`, or one with a tag of what a GET answers now, or `*`.

    To be asked where the change is decided, about the record as it was read for that: then the change is made on this
    very version or decided anew. `show` makes the body that a GET answers with.

    Raises:
        ChangedSinceError: it names other states of the record. Weak tags name none, nor does what is no tag.
    """
    wanted = request.headers.get("if-match", "*").strip()
    if wanted != "*" and digest_of(as_text(show(record)).encode()) not in _STRONG.findall(wanted):
        raise ChangedSinceError
    return record
