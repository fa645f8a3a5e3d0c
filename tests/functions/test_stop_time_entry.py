"""PATCH /v2/time_entries/{time_entry_id}/stop."""

from tests.functions import api_records
from tests.functions.examples import NOT_FOUND, invalid, moved, not_an_id
from tests.functions.timers import at_moment, start
from tests.support.api import Api

EXPECTED = {
    "not_running": invalid("Time entry is not running"),
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("time_entry_id"),
    "json_suffix": moved("/v2/time_entries/1/stop"),
}


def test_a_timer_shows_its_start_by_the_clock_of_its_user(api: Api) -> None:
    api.patch("/v2/users/1", {"timezone": "Kathmandu"})

    with at_moment(0):
        assert start(api)["started_time"] == "18:50"


def test_a_stopped_timer_has_written_its_hours(api: Api) -> None:
    with at_moment(0):
        entry = start(api)
    address = f"/v2/time_entries/{entry['id']}"
    with at_moment(1800):
        growing = api.get(address).body
    with at_moment(5400):
        stopped = api.patch(f"{address}/stop")

    assert [entry[name] for name in ("is_running", "hours", "started_time")] == [True, 0.0, "13:05"]
    assert [growing[name] for name in ("is_running", "hours", "hours_without_timer")] == [True, 0.5, 0.0]
    assert (stopped.status, stopped.body["is_running"], stopped.body["hours"]) == (200, False, 1.5)
    assert [stopped.body[name] for name in ("timer_started_at", "started_time")] == [None, None]
    assert api.get(address).body == stopped.body


def test_a_timer_is_stopped_by_whoever_may_change_the_entry(api: Api) -> None:
    entry = start(api)
    stranger = api_records.member(api)
    manager = api_records.manager(api, entry["project"]["id"])

    assert stranger.patch(f"/v2/time_entries/{entry['id']}/stop").status == 404
    assert manager.patch(f"/v2/time_entries/{entry['id']}/stop").status == 200


def test_a_running_entry_shows_its_hours_in_lists_and_is_told_from_others(api: Api) -> None:
    with at_moment(0):
        running = start(api)
        stopped = api_records.time_entry(api, running["project"]["id"], running["task"]["id"], hours=2)
    with at_moment(3600):
        found = [
            [(item["id"], item["hours"]) for item in api.get(f"/v2/time_entries{query}").body["time_entries"]]
            for query in ("?is_running=true", "?is_running=false", "")
        ]

    assert found == [[(running["id"], 1.0)], [(stopped["id"], 2.0)], [(running["id"], 1.0), (stopped["id"], 2.0)]]
