"""functions: GET /v2/projects."""

from sheaf.domain.identity import may_see_projects
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Call
from sheaf.http.response import Reply
from sheaf.http.v2.list_query import read_list_query
from sheaf.http.v2.responses import show_project
from sheaf.store import projects


def list_projects(call: Call) -> Reply:
    """Projects, the newest first: all of them for administrators, for managers those that they manage."""
    query = read_list_query(call, "list_projects", "client_id")
    page = projects.page(
        call.account_id,
        query.filter,
        query.paging,
        client_id=call.query_id("client_id"),
        among=call.user.seen_projects,
    )
    return query.reply(
        "projects", page, lambda client_project: show_project(client_project.project, client_project.client)
    )


handler = v2_endpoint(list_projects, may_see_projects)
