"""http: the filters of a list of time entries."""

from sheaf.domain.errors import InvalidError, MalformedError
from sheaf.domain.time_entry import FIRST_DAY, LAST_DAY, TimeFilter
from sheaf.domain.values import Day, clean_day
from sheaf.http.request import Call
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


def read_time_query(call: Call) -> tuple[ListQuery, TimeFilter]:
    """The filter and the paging of a list of time entries.

    Raises:
        MalformedError: a parameter cannot be read; the message names it.
    """
    query = read_list_query(call, "list_time_entries", *_FILTERS)
    wanted = TimeFilter(
        user_id=call.query_id("user_id"),
        project_id=call.query_id("project_id"),
        task_id=call.query_id("task_id"),
        client_id=call.query_id("client_id"),
        external_reference_id=call.given.get("external_reference_id"),
        since=_day(call, "from") or FIRST_DAY,
        until=_day(call, "to") or LAST_DAY,
        updated_since=query.filter.updated_since,
        is_empty=_asks_for_what_never_is(call),
    )
    return query, wanted


def _asks_for_what_never_is(call: Call) -> bool:
    """No time of Sheaf is billed, running or approved, so asking for such leaves nothing."""
    status = call.given.get("approval_status", "unsubmitted")
    if status not in ("unsubmitted", "submitted", "approved"):
        known = "unsubmitted, submitted or approved"
        raise MalformedError(f"Invalid approval_status provided: {status[:50]!r}; it must be {known}")
    flags = (read_truth(call.given.get(name), name) for name in ("is_billed", "is_running"))
    return any([*flags]) or status != "unsubmitted"


def _day(call: Call, name: str) -> Day | None:
    if name not in call.given:
        return None
    text = call.given[name]
    compact = f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 and text.isdecimal() else text
    try:
        return clean_day(compact, name)
    except InvalidError:
        raise MalformedError(f"Invalid {name} provided: {text[:50]!r}; it must be a date such as 2026-11-21") from None
