"""functions: GET /v2/changes."""

from sheaf.domain.identity import may_see_projects
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.change_query import read_change_query
from sheaf.store.feed import pages
from sheaf.store.feed.pages import FeedRequest


def list_changes(request: Request) -> Response:
    """What has changed, the oldest first: to administrators all of it, to managers what they may see."""
    query = read_change_query(request)
    if query.after is None:
        return query.response([], pages.last_sequence(request.account_id), has_more=False)
    wanted = FeedRequest(query.after, query.limit, request.now, query.wanted)
    if query.record is None:
        page = pages.page(request.account_id, wanted)
    else:
        page = pages.of_record(request.account_id, *query.record, wanted)
    return query.response(page.changes, page.next, has_more=page.has_more)


handler = v2_endpoint(list_changes, may_see_projects)
