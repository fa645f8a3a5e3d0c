"""http: the query parameters of `GET /v2/changes`, and its answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from sheaf.domain.change import Change
from sheaf.domain.errors import InvalidError, MalformedError
from sheaf.domain.paging import Cursor
from sheaf.domain.record import Kind
from sheaf.domain.values import Id, parse_id
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.change_responses import KINDS, show_change
from sheaf.http.v2.page_token import read_cursor, write_cursor

LIMIT, LIMIT_GIVEN_NONE = 1000, 500


@dataclass(frozen=True, slots=True)
class ChangeQuery:
    """What is asked for: changes of some kinds or all, of one record or all, after the one with a number.

    `after` is None for those that are still to come.
    """

    request: Request
    after: int | None
    limit: int
    kinds: frozenset[Kind]
    record: tuple[Kind, Id] | None
    scope: str

    def wanted(self, change: Change) -> Change | None:
        """What is to be seen of a change: nothing, where it is of another kind or hidden from the caller."""
        return change.seen_by(self.request.user) if not self.kinds or change.kind in self.kinds else None

    def response(self, changes: Sequence[Change], next_after: int, *, has_more: bool) -> Response:
        """The answer: the changes, and the cursor to go on with."""
        cursor = write_cursor(Cursor("after", Id(next_after)), self.request.account.paging_key, self.scope)
        shown = [show_change(change, self.request.user) for change in changes]
        return Response(200, {"changes": shown, "next": cursor, "has_more": has_more})


def read_change_query(request: Request) -> ChangeQuery:
    """Read the query.

    Raises:
        MalformedError: kind or record cannot be read. InvalidError: limit or after is refused.
    """
    given = request.given
    kinds = read_kinds(given["kind"]) if "kind" in given else frozenset()
    record = read_record(given["record"]) if "record" in given else None
    filters = [("kind", ",".join(sorted(kinds))), ("record", given.get("record", ""))]
    scope = f"list_changes?{urlencode(filters)}"
    after, limit = _after(request, given.get("after"), scope), read_limit(request)
    return ChangeQuery(request, after, limit, kinds, record, scope)


def _after(request: Request, text: str | None, scope: str) -> int | None:
    if text is None:
        return 0
    if text == "now":
        return None
    try:
        return read_cursor(text, request.account.paging_key, scope).id
    except InvalidError as error:
        raise InvalidError("after is not a cursor of this feed and filter; begin again without it") from error


def read_limit(request: Request) -> int:
    """How many are asked for at most. Raises InvalidError."""
    text = request.given.get("limit")
    if text is None:
        return LIMIT_GIVEN_NONE
    if not (text.isascii() and text.isdecimal() and len(text) <= 4 and 1 <= int(text) <= LIMIT):
        raise InvalidError(f"limit must be between 1 and {LIMIT}")
    return int(text)


def _kind(text: str, name: str) -> Kind:
    for kind in KINDS:
        if kind.lower() == text:
            return kind
    known = ", ".join(sorted(map(str.lower, KINDS)))
    raise MalformedError(f"Invalid {name} provided: {text[:50]!r}; it must be of {known}")


def read_kinds(text: str) -> frozenset[Kind]:
    """The kinds of records in `task,project`. Raises MalformedError."""
    return frozenset(_kind(name.strip(), "kind") for name in text.split(","))


def read_record(text: str) -> tuple[Kind, Id]:
    """The record in `task:5`. Raises MalformedError."""
    kind, _, number = text.partition(":")
    try:
        return _kind(kind, "record"), parse_id(number, "record")
    except InvalidError as error:
        raise MalformedError(f"Invalid record provided: {text[:50]!r}; it must be like task:5") from error
