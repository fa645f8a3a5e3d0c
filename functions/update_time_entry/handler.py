"""functions: PATCH and PUT /v2/time_entries/{time_entry_id}."""

from sheaf.domain.identity import everybody
from sheaf.domain.record import changed
from sheaf.domain.time_entry import LoggedTime, TimeEntry, TimeEntryFields, require_may_log, require_own
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Call
from sheaf.http.response import Reply
from sheaf.http.v2.bodies import TimeEntryBody, read_body
from sheaf.http.v2.responses import show_time_entry
from sheaf.store import time_entries


def update_time_entry(call: Call) -> Reply:
    """The time entry with the given fields changed; its user stays (Harvest v2, "Update a time entry")."""
    body = read_body(TimeEntryBody, call.fields())

    def change(found: LoggedTime) -> TimeEntry:
        require_own(call.user, found.entry)
        after = changed(found.entry, body.over(TimeEntryFields, found.entry), call.now)
        require_may_log(call.user, after.user_id, after.project_id)
        return after

    found = time_entries.update(call.account_id, call.path_id("time_entry_id"), change)
    return Reply(200, show_time_entry(found, call.user))


handler = v2_endpoint(update_time_entry, everybody)
