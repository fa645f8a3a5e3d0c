"""GET /v2/imports/{import_id}."""

from urllib.parse import urlsplit

from tests.functions import api_records
from tests.functions.examples import ADAS_IMPORT, NOT_AUTHORIZED, NOT_FOUND, expected, moved, not_an_id
from tests.support.api import NOW, Api

EXPECTED = {
    "found": expected(200, {**ADAS_IMPORT, "report": None}),
    "by_a_manager": NOT_AUTHORIZED,
    "by_a_member": NOT_AUTHORIZED,
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("import_id"),
    "json_suffix": moved("/v2/imports/1"),
}


def test_an_import_that_runs_says_how_far_it_is(api: Api) -> None:
    waiting = api_records.new_import(api, kind="tasks", file_name="tasks.csv")
    api_records.run_import(api, 1, "created", "created", "updated", "unchanged", "failed")

    shown = api.get("/v2/imports/1").body

    rows = {"total": 6, "created": 2, "updated": 1, "unchanged": 1, "failed": 1}
    running = {"status": "running", "rows": rows, "ignored_columns": ["Colour"], "started_at": NOW, "updated_at": NOW}
    waiting.pop("upload")
    shown_reading = {
        "source": "generic",
        "columns": ["Name"],
        "date_format": "%m/%d/%Y",
        "decimal_symbol": ".",
        "encoding": "utf-8",
    }
    waiting["reading"] |= shown_reading
    assert shown == {**waiting, **running}


def test_an_import_without_failures_ends_without_a_report(api: Api) -> None:
    api_records.new_import(api)
    api_records.run_import(api, 1, "created")
    api_records.end_import(api, 1, "unchanged")

    shown = api.get("/v2/imports/1").body

    assert [shown[name] for name in ("kind", "status", "report")] == ["tasks", "completed", None]


def test_an_import_with_failures_ends_with_the_address_of_its_report(api: Api) -> None:
    api_records.new_import(api)
    api_records.run_import(api, 1, "created")
    api_records.end_import(api, 1, "failed")

    shown = api.get("/v2/imports/1").body

    assert [shown[name] for name in ("status", "finished_at")] == ["completed_with_errors", NOW]
    assert list(shown["report"]) == ["url", "expires_at"]
    assert urlsplit(shown["report"]["url"]).path.endswith("/reports/1/1.csv")
