"""functions: POST /v2/imports."""

from sheaf.domain.identity import may_import
from sheaf.domain.imports.job import Import, ImportFields
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.idempotency import Answering
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.bodies.an_import import ImportBody
from sheaf.http.v2.bodies.model import read_body
from sheaf.http.v2.import_responses import show_new_import
from sheaf.http.v2.responses import created
from sheaf.imports.addresses import upload_address
from sheaf.store.imports import jobs


def create_import(request: Request) -> Response:
    """A new import that awaits its file, and the address that the file is to be uploaded to."""
    fields = read_body(ImportBody, request.fields()).create(ImportFields)
    answer = Answering[Import](request, lambda made: _created(request, made))
    return answer.to(jobs.create(request.account_id, fields, request.user.id, request.now, keep=answer.keep))


def _created(request: Request, made: Import) -> Response:
    address = upload_address(request.account_id, made, request.now)
    return created(request, show_new_import(made, request.user, address))


handler = v2_endpoint(create_import, may_import)
