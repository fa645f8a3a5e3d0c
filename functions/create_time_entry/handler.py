"""functions: POST /v2/time_entries."""

from sheaf.domain.identity import everybody
from sheaf.domain.time_entry import TimeEntryFields, require_may_log
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Call
from sheaf.http.response import Reply
from sheaf.http.v2.bodies import TimeEntryBody, read_body
from sheaf.http.v2.responses import created, show_time_entry
from sheaf.store import time_entries


def create_time_entry(call: Call) -> Reply:
    """Log time by its duration, one's own unless user_id says whose (Harvest v2, "Create a time entry")."""
    body = read_body(TimeEntryBody, call.fields())
    fields = body.new(TimeEntryFields)
    user_id = body.user_id or call.user.id
    require_may_log(call.user, user_id, fields.project_id)
    logged = time_entries.create(call.account_id, user_id, fields, call.now)
    return created(call, show_time_entry(logged, call.user))


handler = v2_endpoint(create_time_entry, everybody)
