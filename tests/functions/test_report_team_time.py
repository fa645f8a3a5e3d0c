"""GET /v2/reports/time/team."""

from typing import Any

from tests.functions import api_records
from tests.functions.reports import HOURS, TOTALS, lines, report, two_currencies
from tests.support.api import Api

PATH = "time/team"


def line(user_id: int, name: str, totals: dict[str, Any]) -> dict[str, Any]:
    user = {"user_id": user_id, "user_name": name, "is_contractor": False, "weekly_capacity": 126000, "avatar_url": ""}
    return {**user, **totals}


EXPECTED = {
    "year": report(PATH, line(3, "Mia Member", TOTALS)),
    "by_a_member": report(PATH, line(3, "Mia Member", HOURS)),
}


def test_a_member_sees_their_own_time_and_a_manager_that_of_their_projects_too(api: Api) -> None:
    two_currencies(api)
    manager, member = api_records.manager(api, 2, assigned=frozenset({1})), api_records.member(api, 2)
    api_records.time_entry(manager, 1, 1, hours=4)
    api_records.time_entry(member, 2, 1, hours=8)

    def hours(caller: Api) -> list[float]:
        return [found["total_hours"] for found in lines(caller, "team")]

    assert (sum(hours(api)), sorted(hours(manager)), hours(member)) == (15.0, [2.0, 4.0, 8.0], [8.0])
