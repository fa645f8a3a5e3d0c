"""functions: DELETE /v2/time_entries/{time_entry_id}/external_reference."""

from dataclasses import replace

from sheaf.domain.identity import everybody
from sheaf.domain.record import fields_of, with_changes
from sheaf.domain.time_entry import LoggedTime, TimeEntry, TimeEntryFields
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.own_time import require_own_as_seen
from sheaf.http.v2.responses import show_time_entry
from sheaf.store import time_entries


def delete_external_reference(request: Request) -> Response:
    """The time entry without its external reference (Harvest v2, "Delete a time entry's external reference")."""

    def change(found: LoggedTime) -> TimeEntry:
        require_own_as_seen(request, found)
        fields = replace(fields_of(TimeEntryFields, found.entry), external_reference=None)
        return with_changes(found.entry, fields, request.now)

    found = time_entries.update(request.account_id, request.path_id("time_entry_id"), change)
    return Response(200, show_time_entry(found, request.user, request.now))


handler = v2_endpoint(delete_external_reference, everybody)
