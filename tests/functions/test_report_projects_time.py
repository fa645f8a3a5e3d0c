"""GET /v2/reports/time/projects."""

from tests.functions.reports import CLIENT, HOURS, TOTALS, lines, report, two_currencies
from tests.support.api import Api

PATH = "time/projects"
PROJECT = {**CLIENT, "project_id": 1, "project_name": "Online Store - Phase 1"}
EXPECTED = {"year": report(PATH, {**PROJECT, **TOTALS}), "by_a_member": report(PATH, {**PROJECT, **HOURS})}


def test_projects_of_the_same_name_have_a_line_each(api: Api) -> None:
    two_currencies(api)

    found = [(line["project_id"], line["client_name"], line["total_hours"]) for line in lines(api, "projects")]
    assert found == [(1, "Client 1", 1.0), (2, "Client 2", 2.0)]
