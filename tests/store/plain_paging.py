"""Pages cut out of whole lists by plain Python: what every list of the store is compared with."""

from collections.abc import Callable, Sequence

from sheaf.domain.paging import Cursor, Page, PageRequest

type Place = tuple[str, int]


def plain_page[R](records: Sequence[R], request: PageRequest, place: Callable[[R], Place]) -> Page[R]:
    """The page of a whole list that falls by its places. Whoever comes by a cursor came from a record beyond it."""
    first, cursor = request.offset, request.cursor
    at = ("", 0) if cursor is None else (cursor.day, cursor.id)
    if cursor is not None and cursor.direction == "after":
        first = sum(place(record) >= at for record in records)
    end = first + request.per_page
    if cursor is not None and cursor.direction == "before":
        end = sum(place(record) > at for record in records)
        first = max(0, end - request.per_page)
    return Page(
        records[first:end],
        total_entries=len(records),
        has_newer=first > 0 or _came(cursor, "after"),
        has_older=end < len(records) or _came(cursor, "before"),
    )


def _came(cursor: Cursor | None, direction: str) -> bool:
    return cursor is not None and cursor.direction == direction
