"""GET /v2/imports/{import_id}."""

from urllib.parse import urlsplit

import pytest

from tests.functions import api_records
from tests.functions.conftest import Replay
from tests.functions.examples import (
    ADAS_IMPORT,
    NOT_AUTHORIZED,
    NOT_FOUND,
    REFUSED_ALIKE,
    expected,
    moved,
    names_of,
    not_an_id,
)
from tests.harness import NOW, Api

EXPECTED = {
    **REFUSED_ALIKE,
    "found": expected(200, {**ADAS_IMPORT, "report": None}),
    "by_a_manager": NOT_AUTHORIZED,
    "by_a_member": NOT_AUTHORIZED,
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("import_id"),
    "json_suffix": moved("/v2/imports/1"),
}


@pytest.mark.parametrize("scenario", names_of("retrieve_import"))
def test_an_example_gets_the_whole_expected_answer(scenario: str, replay: Replay) -> None:
    assert replay("retrieve_import", scenario) == EXPECTED[scenario]


def test_every_expectation_has_its_example() -> None:
    assert sorted(EXPECTED) == names_of("retrieve_import")


def test_an_import_that_runs_says_how_far_it_is(api: Api) -> None:
    waiting = api_records.new_import(api, kind="tasks", file_name="tasks.csv")
    api_records.run_import(api, 1, "created", "created", "updated", "unchanged", "failed")

    shown = api.get("/v2/imports/1").body

    rows = {"total": 6, "created": 2, "updated": 1, "unchanged": 1, "failed": 1}
    running = {"status": "running", "rows": rows, "ignored_columns": ["Colour"], "started_at": NOW, "updated_at": NOW}
    waiting.pop("upload")
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
    assert urlsplit(shown["report"]["url"]).path == "/imports/reports/1/1.csv"
