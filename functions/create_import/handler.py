"""functions: POST /v2/imports."""

from sheaf.domain.identity import may_import
from sheaf.domain.imports.job import ImportFields
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Call
from sheaf.http.response import Reply
from sheaf.http.v2.bodies import ImportBody, read_body
from sheaf.http.v2.responses import created, show_new_import
from sheaf.imports.addresses import upload_address
from sheaf.store.imports import jobs


def create_import(call: Call) -> Reply:
    """A new import that awaits its file, and the address that the file is to be uploaded to."""
    fields = read_body(ImportBody, call.fields()).new(ImportFields)
    made = jobs.create(call.account_id, fields, call.user.id, call.now)
    return created(call, show_new_import(made, call.user, upload_address(call.account_id, made, call.now)))


handler = v2_endpoint(create_import, may_import)
