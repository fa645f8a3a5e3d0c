"""http: the query parameters that lists share (filters and paging), and the page envelope that answers them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol
from urllib.parse import urlencode

from sheaf.domain.errors import InvalidError, MalformedError
from sheaf.domain.paging import PER_PAGE_LIMIT, Cursor, Filter, Page, PageRequest
from sheaf.domain.values import ID_LIMIT, Id, parse_timestamp
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.page_token import read_cursor, write_cursor

_TRUTH = {"true": True, "1": True, "false": False, "0": False}
_NOT_REPEATED = frozenset({"access_token", "cursor", "page", "per_page", "ref"})


class HasId(Protocol):
    """What a page needs to know of its records."""

    @property
    def id(self) -> Id:
        """The record's position in the list, or in its day where `day_of` says that the list runs by days."""


def _no_day(_record: object) -> str:
    return ""


@dataclass(frozen=True)
class ListQuery:
    """What a list request asks for. `scope` names the list and its filter; cursors are bound to it."""

    request: Request
    filter: Filter
    paging: PageRequest
    scope: str

    def response[Record: HasId](
        self,
        name: str,
        page: Page[Record],
        show: Callable[[Record], Mapping[str, Any]],
        day_of: Callable[[Record], str] = _no_day,
    ) -> Response:
        """The page in Harvest's envelope: the records under `name`, then the paging properties in their order."""
        paging = self.paging
        total_pages = max(1, -(-page.total_entries // paging.per_page))
        number, next_number, previous_number = _numbers(page, paging, total_pages)
        body = {
            name: [show(record) for record in page.records],
            "per_page": paging.per_page,
            "total_pages": total_pages,
            "total_entries": page.total_entries,
            "next_page": next_number,
            "previous_page": previous_number,
            "page": number,
            "links": self._links(page, total_pages, day_of),
        }
        return Response(200, body)

    def _links(self, page: Page[Any], total_pages: int, day_of: Callable[[Any], str]) -> dict[str, str | None]:
        # A list of one page has links without `ref`, as Harvest's own example and recordings show.
        alone = not page.has_newer and not page.has_older
        first, last = ({}, {}) if alone else ({"ref": "first"}, {"ref": "last"})
        return {
            "first": self._link(page="1", **first),
            "next": self._link(**self._step(page, "after", day_of)) if page.has_older else None,
            "previous": self._link(**self._step(page, "before", day_of)) if page.has_newer else None,
            "last": self._link(page=str(total_pages), **last),
        }

    def _step(
        self, page: Page[Any], direction: Literal["after", "before"], day_of: Callable[[Any], str]
    ) -> dict[str, str]:
        """The parameters that lead to the neighbouring page: numbers where the caller counts pages, else a cursor."""
        paging = self.paging
        name, step = ("next", 1) if direction == "after" else ("previous", -1)
        if paging.page is not None and paging.cursor is None:
            return {"page": str(paging.page + step), "ref": name}
        if page.records:
            edge = page.records[-1 if direction == "after" else 0]
            cursor = Cursor(direction, edge.id, day_of(edge))
        else:
            cursor = _back(paging.cursor)
        return {"cursor": write_cursor(cursor, self.request.account.paging_key, self.scope), "ref": f"{name}_cursor"}

    def _link(self, **paging: str) -> str:
        """An absolute link with the caller's own other parameters, in alphabetical order; never with their token."""
        kept = {name: value for name, value in self.request.query.items() if name not in _NOT_REPEATED}
        parameters = {**kept, "per_page": str(self.paging.per_page), **paging}
        return f"{self.request.base_url}{self.request.path}?{urlencode(sorted(parameters.items()))}"


def read_list_query(request: Request, operation: str, *filters: str) -> ListQuery:
    """Read the filters and the paging of a list request; an empty parameter counts as not given.

    `filters` are the list's own parameters, which the operation reads itself; they belong to the scope of a cursor.

    Raises:
        MalformedError: is_active, updated_since or page cannot be read. InvalidError: per_page or cursor is refused.
    """
    given = request.given
    wanted = Filter(
        is_active=read_truth(given.get("is_active"), "is_active"),
        updated_since=parse_timestamp(given["updated_since"], "updated_since") if "updated_since" in given else None,
    )
    own = [(name, given.get(name, "")) for name in filters]
    conditions = urlencode([("is_active", wanted.is_active), ("since", wanted.updated_since), *own])
    scope = f"{operation} {request.path}?{conditions}"
    cursor = read_cursor(given["cursor"], request.account.paging_key, scope) if "cursor" in given else None
    paging = PageRequest(
        per_page=_per_page(given.get("per_page")),
        cursor=cursor,
        page=None if cursor else _page(given.get("page")),
    )
    return ListQuery(request, wanted, paging, scope)


def read_numbered_query(request: Request, wanted: Filter) -> ListQuery:
    """Read the paging of a report, which is counted anew at each request: it has page numbers and no cursors.

    Raises:
        MalformedError: page cannot be read. InvalidError: per_page is refused.
    """
    given = request.given
    paging = PageRequest(per_page=_per_page(given.get("per_page")), page=_page(given.get("page")) or 1)
    return ListQuery(request, wanted, paging, scope="")


def _numbers(page: Page[Any], paging: PageRequest, total_pages: int) -> tuple[int | None, int | None, int | None]:
    """`page`, `next_page` and `previous_page`.

    All three always where the caller counts pages; on a walk by cursor only at its two ends (Harvest v2, "Pagination").
    """
    if paging.page is not None:
        older = paging.page + 1 if page.has_older else None
        return paging.page, older, paging.page - 1 if paging.page > 1 else None
    if not page.has_newer:
        return 1, 2 if page.has_older else None, None
    if not page.has_older:
        return total_pages, None, total_pages - 1 or None
    return None, None, None


def _back(cursor: Cursor | None) -> Cursor:
    """From an empty page the way back starts at the cursor that led there, and includes the record it named."""
    if cursor is None:
        raise RuntimeError("an empty page without a cursor has no neighbours")
    if cursor.direction == "after":
        return Cursor("before", Id(max(0, cursor.id - 1)), cursor.day)
    return Cursor("after", Id(cursor.id + 1), cursor.day)


def read_truth(text: str | None, name: str) -> bool | None:
    """A boolean parameter, None where it is not given. Raises MalformedError."""
    if text is None:
        return None
    if text.lower() not in _TRUTH:
        raise MalformedError(f"Invalid {name} provided: {text[:50]!r}; it must be true or false")
    return _TRUTH[text.lower()]


def _page(text: str | None) -> int | None:
    if text is None:
        return None
    number = _whole(text)
    if number is None or not 1 <= number < ID_LIMIT:
        raise MalformedError(f"Invalid page provided: {text[:50]!r}; it must be a whole number from 1 on")
    return number


def _per_page(text: str | None) -> int:
    if text is None:
        return PER_PAGE_LIMIT
    number = _whole(text)
    if number is None or not 1 <= number <= PER_PAGE_LIMIT:
        raise InvalidError(f"per_page must be between 1 and {PER_PAGE_LIMIT}")
    return number


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 16 else None
