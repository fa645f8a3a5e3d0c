"""functions: GET /v2/reports/time/tasks."""

from sheaf.domain.identity import everybody, may_see_rates
from sheaf.domain.reports import lines_of
from sheaf.domain.time_entry import TimeReader
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.report_query import page_of_lines, read_report_query
from sheaf.http.v2.report_responses import show_task_line
from sheaf.store import time_sums


def report_tasks_time(request: Request) -> Response:
    """The time between two days by tasks, as far as the caller may see it (Harvest v2, "Tasks Report")."""
    query, wanted = read_report_query(request)
    reader = TimeReader(request.user.id, request.user.seen_projects)
    logged = time_sums.sums(request.account_id, reader, wanted, request.now)
    lines = lines_of(logged, lambda each: each.task, with_amounts=may_see_rates(request.user))
    return query.response("results", page_of_lines(lines, query), show_task_line)


handler = v2_endpoint(report_tasks_time, everybody)
