"""functions: GET /v2/imports."""

from sheaf.domain.identity import may_import
from sheaf.domain.values import Id
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.import_responses import show_listed_import
from sheaf.http.v2.list_query import read_list_query
from sheaf.store import users
from sheaf.store.imports import jobs


def list_imports(request: Request) -> Response:
    """The account's imports, the newest first, whoever began them."""
    query = read_list_query(request, "list_imports")
    page = jobs.page(request.account_id, query.paging)
    people = users.get_many(request.account_id, frozenset[Id]().union(*(record.user_ids for record in page.records)))
    return query.response("imports", page, lambda job: show_listed_import(job, people))


handler = v2_endpoint(list_imports, may_import)
