"""functions: PATCH and PUT /v2/time_entries/{time_entry_id}."""

from sheaf.domain.identity import everybody
from sheaf.domain.record import with_changes
from sheaf.domain.time_entry import (
    LoggedTime,
    TimeEntry,
    TimeEntryFields,
    require_may_log,
)
from sheaf.domain.timers import retimed
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.bodies.model import read_body
from sheaf.http.v2.bodies.time_entry import TimeEntryBody
from sheaf.http.v2.own_time import require_own_as_seen
from sheaf.http.v2.responses import show_time_entry
from sheaf.store import time_entries


def update_time_entry(request: Request) -> Response:
    """The time entry with the given fields changed; its user stays (Harvest v2, "Update a time entry")."""
    body = read_body(TimeEntryBody, request.fields())

    def change(found: LoggedTime) -> TimeEntry:
        require_own_as_seen(request, found)
        fields = retimed(body.apply_to(TimeEntryFields, found.entry), body.times(), found.user, request.clock)
        require_may_log(request.user, found.entry.user_id, fields.project_id)
        return with_changes(found.entry, fields, request.now)

    found = time_entries.update(request.account_id, request.path_id("time_entry_id"), change)
    return Response(200, show_time_entry(found, request.user, request.now))


handler = v2_endpoint(update_time_entry, everybody)
