"""functions: POST /v2/time_entries."""

from sheaf.domain.identity import everybody
from sheaf.domain.time_entry import LoggedTime, TimeEntryFields, require_may_log
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.idempotency import Answering
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.bodies.model import read_body
from sheaf.http.v2.bodies.time_entry import TimeEntryBody
from sheaf.http.v2.responses import created, show_time_entry
from sheaf.store import time_entries


def create_time_entry(request: Request) -> Response:
    """Log time, one's own unless user_id says whose; without hours a timer runs (Harvest v2, "Create a time entry")."""
    body = read_body(TimeEntryBody, request.fields())
    fields = body.create(TimeEntryFields)
    user_id = body.user_id or request.user.id
    require_may_log(request.user, user_id, fields.project_id)
    answer = Answering[LoggedTime](
        request, lambda logged: created(request, show_time_entry(logged, request.user, request.now))
    )
    return answer.to(
        time_entries.create(request.account_id, user_id, fields, request.clock, body.times(), keep=answer.keep)
    )


handler = v2_endpoint(create_time_entry, everybody)
