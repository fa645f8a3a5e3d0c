"""domain: which part of a list is wanted, and what came back. Lists run from the newest (highest id) to the oldest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from sheaf.domain.values import Id, Timestamp

PER_PAGE_LIMIT = 2000


@dataclass(frozen=True, slots=True)
class Filter:
    """What narrows a list.

    `updated_since` is inclusive, so that a reader who asks since the last change it has seen loses none of that second.
    """

    is_active: bool | None = None
    updated_since: Timestamp | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position between two records: `after` an id goes on to older ones, `before` it back to newer ones.

    `day` is empty except in lists that run by date before they run by id.
    """

    direction: Literal["after", "before"]
    id: Id
    day: str = ""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """One page of at most `per_page` records: the first, the one at `cursor`, or the deprecated `page` number.

    A cursor wins over a page number. `page` None with no cursor is the first page of a cursor walk.
    """

    per_page: int = PER_PAGE_LIMIT
    cursor: Cursor | None = None
    page: int | None = None

    @property
    def offset(self) -> int:
        """How many records a page number skips; 0 for the other two kinds."""
        return 0 if self.page is None or self.cursor else (self.page - 1) * self.per_page


WHOLE = PageRequest(per_page=1_000_000)
"""The whole of a list, for v1, which has no pages."""


@dataclass(frozen=True, slots=True)
class Page[Record]:
    """The records of one page, newest first, and what its neighbours are.

    `total_entries` counts the whole filtered list. `has_newer` and `has_older` say whether records lie beyond the ends.
    """

    records: Sequence[Record]
    total_entries: int
    has_newer: bool
    has_older: bool

    def map[Other](self, convert: Callable[[Record], Other]) -> "Page[Other]":
        """The same page with every record converted."""
        return Page([convert(record) for record in self.records], self.total_entries, self.has_newer, self.has_older)
