"""DELETE /v2/time_entries/{time_entry_id}/external_reference."""

from tests.functions import api_records
from tests.functions.examples import MIAS_TIME, NOT_FOUND, expected, moved, not_an_id
from tests.functions.timers import start
from tests.support.api import Api

EXPECTED = {
    "by_its_user": expected(200, MIAS_TIME),
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("time_entry_id"),
    "json_suffix": moved("/v2/time_entries/1/external_reference"),
}


def test_an_entry_loses_its_reference_and_nothing_else(api: Api) -> None:
    entry = start(api, hours=1, external_reference={"id": "7", "permalink": "https://example.com/7"})
    address = f"/v2/time_entries/{entry['id']}"

    answer = api.delete(f"{address}/external_reference")

    assert answer.status == 200
    assert answer.body == {**entry, "external_reference": None, "updated_at": answer.body["updated_at"]}
    assert api.get("/v2/time_entries?external_reference_id=7").body["time_entries"] == []
    assert api.delete(f"{address}/external_reference").body == answer.body


def test_only_who_may_change_an_entry_takes_its_reference_away(api: Api) -> None:
    entry = start(api, hours=1, external_reference={"id": "7"})
    assert api_records.member(api).delete(f"/v2/time_entries/{entry['id']}/external_reference").status == 404
