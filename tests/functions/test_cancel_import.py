"""DELETE /v2/imports/{import_id}."""

import pytest

from tests.functions import api_records
from tests.functions.examples import ADAS_IMPORT, NOT_AUTHORIZED, NOT_FOUND, RECENT, expected, moved, not_an_id
from tests.support.api import Api
from tests.support.table import rows

EXPECTED = {
    "awaiting_upload": expected(200, {**ADAS_IMPORT, "status": "cancelled", "finished_at": RECENT, "report": None}),
    "by_a_manager": NOT_AUTHORIZED,
    "by_a_member": NOT_AUTHORIZED,
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("import_id"),
    "json_suffix": moved("/v2/imports/1"),
}


def test_what_the_rows_have_done_stays_done_and_counted(api: Api) -> None:
    api_records.new_import(api)
    api_records.run_import(api, 1, "created", "updated", "failed")

    answer = api.delete("/v2/imports/1")

    assert (answer.status, answer.body["status"]) == (200, "cancelled")
    assert answer.body["rows"] == {"total": 4, "created": 1, "updated": 1, "unchanged": 0, "failed": 1}
    assert api.get("/v2/imports/1").body == answer.body
    assert [item["id"] for item in api.get("/v2/imports").body["imports"]] == [1]


@pytest.mark.parametrize("end", ["completed", "cancelled"])
def test_an_import_that_has_ended_cannot_be_cancelled(end: str, api: Api) -> None:
    api_records.new_import(api)
    if end == "cancelled":
        api.delete("/v2/imports/1")
    else:
        api_records.run_import(api, 1)
        api_records.end_import(api, 1, "created")
    before = rows()

    answer = api.delete("/v2/imports/1")

    assert (answer.status, answer.body) == (422, {"message": "Import has already ended"})
    assert rows() == before
    assert api.get("/v2/imports/1").body["status"] == end
