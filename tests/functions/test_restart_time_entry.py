"""PATCH /v2/time_entries/{time_entry_id}/restart."""

from tests.functions.examples import (
    CLOCK,
    MIAS_TIME,
    MIAS_TIME_WITH_RATE,
    NOT_FOUND,
    RECENT,
    expected,
    moved,
    not_an_id,
)
from tests.functions.timers import at_moment, start
from tests.support.api import Api
from tests.support.table import rows

RUNNING = {"timer_started_at": RECENT, "started_time": CLOCK, "is_running": True}
EXPECTED = {
    "by_its_user": expected(200, {**MIAS_TIME, **RUNNING}),
    "by_an_administrator": expected(200, {**MIAS_TIME_WITH_RATE, **RUNNING}),
    "by_a_stranger": NOT_FOUND,
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("time_entry_id"),
    "json_suffix": moved("/v2/time_entries/1/restart"),
}


def test_a_restarted_timer_goes_on_from_its_hours_and_the_other_one_stops(api: Api) -> None:
    with at_moment(0):
        first = start(api)
    address = f"/v2/time_entries/{first['id']}"
    with at_moment(3600):
        api.patch(f"{address}/stop")
        body = {"project_id": first["project"]["id"], "task_id": first["task"]["id"], "spent_date": "2026-11-21"}
        second = api.post("/v2/time_entries", body).body
    with at_moment(5400):
        restarted = api.patch(f"{address}/restart").body
    with at_moment(9000):
        later = api.get(address).body
        other = api.get(f"/v2/time_entries/{second['id']}").body

    assert [restarted[name] for name in ("is_running", "hours", "hours_without_timer")] == [True, 1.0, 1.0]
    assert (later["hours"], other["is_running"], other["hours"]) == (2.0, False, 0.5)


def test_a_timer_that_runs_is_not_restarted(api: Api) -> None:
    entry = start(api)
    before = rows()
    answer = api.patch(f"/v2/time_entries/{entry['id']}/restart")
    assert (answer.status, answer.body) == (422, {"message": "Time entry is already running"})
    assert rows() == before


def test_hours_that_are_given_while_it_runs_are_those_so_far(api: Api) -> None:
    with at_moment(0):
        entry = start(api)
    address = f"/v2/time_entries/{entry['id']}"
    with at_moment(3600):
        changed = api.patch(address, {"hours": 4}).body
        noted = api.patch(address, {"notes": "Still at it"}).body
    with at_moment(7200):
        later = api.get(address).body

    assert [changed["hours"], noted["hours"], later["hours"]] == [4.0, 4.0, 5.0]
    assert later["is_running"] is True
