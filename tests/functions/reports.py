"""Reports of time: the whole answer that is expected, and time to report on."""

from typing import Any

from tests.functions import api_records
from tests.functions.examples import Whole
from tests.functions.pages import only_page
from tests.support.api import Api

YEAR = "from=20260101&to=20261231"
TOTALS = {"total_hours": 1.5, "billable_hours": 1.5, "currency": "EUR", "billable_amount": 150.0}
HOURS = {**TOTALS, "currency": None, "billable_amount": None}
CLIENT = {"client_id": 1, "client_name": "123 Industries"}


def report(path: str, *lines: dict[str, Any], query: str = YEAR) -> Whole:
    """A report on one page."""
    return only_page(f"/v2/reports/{path}", lines, query)


def lines(api: Api, path: str, query: str = YEAR) -> list[dict[str, Any]]:
    """What a report of time says."""
    answer = api.get(f"/v2/reports/time/{path}?{query}")
    assert answer.status == 200
    found: list[dict[str, Any]] = answer.body["results"]
    return found


def two_currencies(api: Api) -> None:
    """One hour for a client who pays in euros, two for one who pays in dollars, of one task at one rate."""
    task = api_records.task(api, "Design", default_hourly_rate=10.05)
    for number, currency in enumerate(("EUR", "USD"), 1):
        client = api.post("/v2/clients", {"name": f"Client {number}", "currency": currency}).body
        fields = {"name": "Website", "client_id": client["id"], "bill_by": "Tasks"}
        project = api.post("/v2/projects", fields).body
        api_records.assignment(api, project["id"], task["id"])
        api_records.time_entry(api, project["id"], task["id"], hours=number)
