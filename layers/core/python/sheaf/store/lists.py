"""store: one page of a list of records that lie in one partition in the order of their ids.

A page costs what it holds. Only the deprecated page numbers cost their offset, and `updated_since` its matches.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from sheaf.domain.identity import AccountId
from sheaf.domain.paging import Cursor, Filter, Page, PageRequest
from sheaf.domain.values import Id, Timestamp
from sheaf.store import keys, reads, totals
from sheaf.store.keys import Kind
from sheaf.store.reads import Stretch
from sheaf.store.writes import Item, StaleError, retried

_LOWEST = "0" * keys.ID_WIDTH
_HIGHEST = "9" * keys.ID_WIDTH


@dataclass(frozen=True, slots=True)
class Listing:
    """The list of all records of one kind of an account."""

    account_id: AccountId
    kind: Kind

    def page(self, wanted: Filter, request: PageRequest) -> Page[Item]:
        """The items of one page, newest first. Everything is read strongly consistently.

        Raises:
            BusyError: records kept going away between the two reads that `updated_since` takes.
        """
        if wanted.updated_since is not None:
            since = wanted.updated_since
            return retried(lambda: self._page_of_updated(wanted.is_active, since, request))
        return self._page_of_all(wanted.is_active, request)

    def _page_of_all(self, is_active: bool | None, request: PageRequest) -> Page[Item]:
        """The whole list, or its active or archived half, straight from the table or its index by state."""
        total: int | None = None
        if request.offset:
            total = totals.count(self.account_id, self.kind, is_active)
            if request.offset >= total:
                return Page([], total, has_newer=True, has_older=False)
        backwards = request.cursor is not None and request.cursor.direction == "before"
        span = self._span(is_active, request.cursor)
        start = self._after_offset(span, request.offset) if request.offset else span
        found = list(reads.stretch(start, request.per_page + 1)) if start else []
        beyond = len(found) > request.per_page
        records = found[: request.per_page]
        if backwards:
            records.reverse()
        has_newer = beyond if backwards else request.cursor is not None or request.offset > 0
        has_older = True if backwards else beyond
        if not has_newer and not has_older:
            total = len(records)  # the page is the list: no need to look its length up
        elif total is None:
            total = totals.count(self.account_id, self.kind, is_active)
        return Page(records, total, has_newer=has_newer, has_older=has_older)

    def _span(self, is_active: bool | None, cursor: Cursor | None) -> Stretch:
        """The part of the list on the wanted side of the cursor, read away from it."""
        prefix = "" if is_active is None else keys.state_prefix(is_active)
        low, high, newest_first = _LOWEST, _HIGHEST, True
        if cursor is not None and cursor.direction == "after":
            high = keys.sortable(cursor.id - 1)
        elif cursor is not None:
            low, newest_first = keys.sortable(cursor.id + 1), False
        return Stretch(
            pk=keys.records(self.account_id, self.kind),
            low=prefix + low,
            high=prefix + high,
            newest_first=newest_first,
            index=None if is_active is None else keys.BY_STATE,
            sort_attribute="sk" if is_active is None else "state_sk",
        )

    def _after_offset(self, span: Stretch, offset: int) -> Stretch | None:
        """The stretch that is left when `offset` records were passed over; None when there are fewer."""
        last = next(islice(reads.stretch(span, offset, attributes="sk"), offset - 1, None), None)
        if last is None:
            return None
        prefix = span.low[: -keys.ID_WIDTH]
        below = keys.sortable(int(last["sk"]["S"]) - 1)
        return Stretch(span.pk, span.low, prefix + below, True, span.index, span.sort_attribute)

    def _page_of_updated(self, is_active: bool | None, since: Timestamp, request: PageRequest) -> Page[Item]:
        """The records changed at `since` or later: all their keys from the index by update, one page of their items.

        The keys must all be read, because the list is in the order of creation and its length must be exact.
        """
        ids = self._updated_ids(is_active, since)
        first, last = _bounds(ids, request)
        wanted = [keys.record(self.account_id, self.kind, Id(one)) for one in ids[first:last]]
        found = reads.items(wanted)
        records = [found[pair] for key in wanted if (pair := (key["pk"]["S"], key["sk"]["S"])) in found]
        fitting = [one for one in records if is_active in (None, one["is_active"]["BOOL"])]
        if len(fitting) < len(wanted):
            raise StaleError  # deleted, or archived, since the keys were read
        return Page(records, len(ids), has_newer=request.offset > 0 or first > 0, has_older=last < len(ids))

    def _updated_ids(self, is_active: bool | None, since: Timestamp) -> list[int]:
        changed = reads.stretch(
            Stretch(
                pk=keys.records(self.account_id, self.kind),
                low=since,
                high="~",  # above every digit
                index=keys.BY_UPDATE,
                sort_attribute="update_sk",
            ),
            attributes="sk, is_active",
        )
        matching = (one for one in changed if is_active is None or one["is_active"]["BOOL"] is is_active)
        return sorted((int(one["sk"]["S"]) for one in matching), reverse=True)


def _bounds(ids: Sequence[int], request: PageRequest) -> tuple[int, int]:
    """Where a page begins and ends in the whole list of ids, which falls."""
    if request.cursor is None:
        first = min(request.offset, len(ids))
    elif request.cursor.direction == "after":
        first = sum(1 for one in ids if one >= request.cursor.id)
    else:
        end = sum(1 for one in ids if one > request.cursor.id)
        return max(0, end - request.per_page), end
    return first, min(first + request.per_page, len(ids))
