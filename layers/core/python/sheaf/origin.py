"""origin: where the changes come from that are written now: who asked for them, by which request, and when.

It is kept for the invocation under way and not handed through every function: nobody decides by it, the store alone
reads it (`store.stamps`). Who sets nothing is whoever operates the deployment: the command line, or a script.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from sheaf.domain.change import Author, Origin
from sheaf.domain.values import Id, to_timestamp

_NO_REQUEST = "none"
_current: ContextVar[Origin | None] = ContextVar("origin", default=None)


def current() -> Origin:
    """Where the changes of this moment come from."""
    return _current.get() or _operated(_NO_REQUEST)


@contextmanager
def of(origin: Origin) -> Iterator[None]:
    """Changes come from there within a `with` block."""
    token = _current.set(origin)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def of_import(import_id: Id) -> Iterator[None]:
    """Changes come from an import within a `with` block."""
    known = current()
    with of(Origin(Author(import_id=import_id), known.request_id, known.at)):
        yield


@contextmanager
def of_function(context: object) -> Iterator[None]:
    """Changes come from a function that nobody has called by HTTP; `context` is Lambda's."""
    with of(_operated(getattr(context, "aws_request_id", _NO_REQUEST))):
        yield


def _operated(request_id: str) -> Origin:
    return Origin(Author(operator="sheaf"), request_id, to_timestamp(datetime.now(UTC)))
