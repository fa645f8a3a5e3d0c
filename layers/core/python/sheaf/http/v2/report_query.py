"""http: the parameters that reports of time share, and the page of a report."""

from collections.abc import Sequence
from datetime import date, timedelta

from sheaf.domain.errors import InvalidError
from sheaf.domain.paging import Filter, Page
from sheaf.domain.reports import ReportLine
from sheaf.domain.time_entry import TimeFilter
from sheaf.http.request import Request
from sheaf.http.v2.list_query import ListQuery, read_numbered_query
from sheaf.http.v2.time_query import read_day

_LONGEST = timedelta(days=366)  # a leap year


def read_report_query(request: Request) -> tuple[ListQuery, TimeFilter]:
    """The days and the page of a report of time.

    Raises:
        MalformedError: a day cannot be read. InvalidError: one is missing, or they are more than a year.
    """
    query = read_numbered_query(request, Filter())
    since, until = read_day(request, "from"), read_day(request, "to")
    missing = [name for name, day in (("from", since), ("to", until)) if day is None]
    if since is None or until is None:
        raise InvalidError(", ".join(f"{name} can't be blank" for name in missing))
    if until < since:
        raise InvalidError("to must not be before from")
    if date.fromisoformat(until) - date.fromisoformat(since) >= _LONGEST:
        raise InvalidError("from and to must not be more than a year apart")
    return query, TimeFilter(since=since, until=until)


def page_of_lines(lines: Sequence[ReportLine], query: ListQuery) -> Page[ReportLine]:
    """The page of a report that is asked for."""
    start, end = query.paging.offset, query.paging.offset + query.paging.per_page
    return Page(lines[start:end], len(lines), has_newer=start > 0, has_older=end < len(lines))
