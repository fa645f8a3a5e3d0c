"""functions: POST /v2/imports."""

from sheaf.domain.bulk_import.job import ImportFields
from sheaf.domain.identity import may_import
from sheaf.http.call import Call
from sheaf.http.entry import v2_endpoint
from sheaf.http.replies_v2 import created, show_new_import
from sheaf.http.reply import Reply
from sheaf.http.requests import ImportBody, read_body
from sheaf.imports.addresses import upload_address
from sheaf.store import imports


def create_import(call: Call) -> Reply:
    """A new import that awaits its file, and the address that the file is to be uploaded to."""
    fields = read_body(ImportBody, call.fields()).new(ImportFields)
    made = imports.create(call.account_id, fields, call.user.id, call.now)
    return created(call, show_new_import(made, call.user, upload_address(call.account_id, made, call.now)))


handler = v2_endpoint(create_import, may_import)
