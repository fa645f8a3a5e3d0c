"""http: the filters of a list of time entries."""

from sheaf.domain.errors import InvalidError, MalformedError
from sheaf.domain.time_entry import FIRST_DAY, LAST_DAY, TimeFilter
from sheaf.domain.values import Day, clean_day
from sheaf.http.request import Request
from sheaf.http.v2.list_query import ListQuery, read_list_query, read_truth

_FILTERS = (
    "user_id",
    "client_id",
    "project_id",
    "task_id",
    "external_reference_id",
    "is_billed",
    "is_running",
    "approval_status",
    "from",
    "to",
)


def read_time_query(request: Request) -> tuple[ListQuery, TimeFilter]:
    """The filter and the paging of a list of time entries.

    Raises:
        MalformedError: a parameter cannot be read; the message names it.
    """
    query = read_list_query(request, "list_time_entries", *_FILTERS)
    wanted = TimeFilter(
        user_id=request.query_id("user_id"),
        project_id=request.query_id("project_id"),
        task_id=request.query_id("task_id"),
        client_id=request.query_id("client_id"),
        external_reference_id=request.given.get("external_reference_id"),
        since=read_day(request, "from") or FIRST_DAY,
        until=read_day(request, "to") or LAST_DAY,
        updated_since=query.filter.updated_since,
        is_running=read_truth(request.given.get("is_running"), "is_running"),
        is_empty=_asks_for_what_never_is(request),
    )
    return query, wanted


def _asks_for_what_never_is(request: Request) -> bool:
    """No time of Sheaf is billed or approved, so asking for such leaves nothing."""
    status = request.given.get("approval_status", "unsubmitted")
    if status not in ("unsubmitted", "submitted", "approved"):
        known = "unsubmitted, submitted or approved"
        raise MalformedError(f"Invalid approval_status provided: {status[:50]!r}; it must be {known}")
    return bool(read_truth(request.given.get("is_billed"), "is_billed")) or status != "unsubmitted"


def read_day(request: Request, name: str) -> Day | None:
    """A day among the parameters, as `20261121` or `2026-11-21`; None where it is not given. Raises MalformedError."""
    if name not in request.given:
        return None
    text = request.given[name]
    compact = f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 and text.isdecimal() else text
    try:
        return clean_day(compact, name)
    except InvalidError:
        raise MalformedError(f"Invalid {name} provided: {text[:50]!r}; it must be a date such as 2026-11-21") from None
