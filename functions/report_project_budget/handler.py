"""functions: GET /v2/reports/project_budget."""

from sheaf.domain.identity import everybody
from sheaf.domain.paging import Filter
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.list_query import read_numbered_query, read_truth
from sheaf.http.v2.report_responses import show_project_budget
from sheaf.store import budgets


def report_project_budget(request: Request) -> Response:
    """What projects may take and have taken, the newest first (Harvest v2, "Project Budget Report")."""
    is_active = read_truth(request.given.get("is_active"), "is_active")
    query = read_numbered_query(request, Filter(is_active=is_active))
    page = budgets.page(request.account_id, request.user.seen_projects, query.filter, query.paging, request.now)
    return query.response("results", page, lambda budget: show_project_budget(budget, request.user))


handler = v2_endpoint(report_project_budget, everybody)
