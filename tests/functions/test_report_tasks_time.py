"""GET /v2/reports/time/tasks."""

from tests.functions import api_records
from tests.functions.reports import HOURS, TOTALS, lines, report, two_currencies
from tests.support.api import Api

PATH = "time/tasks"
TASK = {"task_id": 2, "task_name": "Programming"}
EXPECTED = {
    "year": report(PATH, {**TASK, **TOTALS}),
    "by_a_member": report(PATH, {**TASK, **HOURS}),
    "by_a_manager": report(PATH, {**TASK, **HOURS}, query="from=2026-01-01&to=2026-12-31"),
}


def test_a_task_has_a_line_for_each_currency_and_one_where_no_amounts_are_shown(api: Api) -> None:
    two_currencies(api)
    manager = api_records.manager(api, 1, 2)
    names = ("task_name", "total_hours", "currency", "billable_amount")

    found = [[tuple(line[name] for name in names) for line in lines(caller, "tasks")] for caller in (api, manager)]
    assert found == [
        [("Design", 1.0, "EUR", 10.05), ("Design", 2.0, "USD", 20.1)],
        [("Design", 3.0, None, None)],
    ]


def test_time_that_is_not_billable_is_not_billed(api: Api) -> None:
    two_currencies(api)
    api.patch("/v2/projects/2/task_assignments/2", {"billable": False})

    dollars = lines(api, "tasks")[1]
    assert [dollars[name] for name in ("total_hours", "billable_hours", "billable_amount")] == [2.0, 0.0, 0.0]
