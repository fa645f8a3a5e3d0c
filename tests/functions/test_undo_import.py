"""POST /v2/imports/{import_id}/undo."""

from collections.abc import Iterator
from dataclasses import replace
from unittest.mock import ANY
from urllib.parse import urlsplit

import pytest

from sheaf.domain.identity import AccountId
from sheaf.domain.task import TaskFields, new_task
from sheaf.domain.values import Id
from sheaf.imports import clock, undoing
from sheaf.store import tasks
from sheaf.store.imports import created
from sheaf.store.transactions import commit
from tests.functions import api_records
from tests.functions.examples import NOT_AUTHORIZED, NOT_FOUND, invalid, moved, not_an_id
from tests.imports.pipeline import ImportPipeline, running_pipeline
from tests.support.api import NOW, Api

EXPECTED = {
    "awaiting_upload": invalid("Import is still under way; cancel it first, or wait until it has ended"),
    "by_a_manager": NOT_AUTHORIZED,
    "by_a_member": NOT_AUTHORIZED,
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("import_id"),
    "not_a_flag": invalid("dry_run must be true or false"),
    "json_suffix": moved("/v2/imports/1/undo"),
}


@pytest.fixture
def ended(api: Api, monkeypatch: pytest.MonkeyPatch) -> Iterator[ImportPipeline]:
    """Import 1 has ended."""
    with running_pipeline(monkeypatch) as pipeline:
        api_records.new_import(api)
        api_records.run_import(api, 1, "created")
        api_records.end_import(api, 1, "unchanged", clock.now())
        yield pipeline


def test_an_undo_is_begun_at_once_and_done_by_the_queue(api: Api, ended: ImportPipeline) -> None:
    answer = api.post("/v2/imports/1/undo", {})

    counts = {"removed": 0, "left": 0}
    assert answer.status == 202
    assert answer.body["undo"] == {
        "status": "running",
        "dry_run": False,
        "time_entries": counts,
        "records": counts,
        "user": answer.body["user"],
        "started_at": ANY,
        "updated_at": ANY,
        "finished_at": None,
        "report": None,
    }
    ended.collect()
    ended.run()
    undone = api.get("/v2/imports/1").body["undo"]
    assert (undone["status"], undone["report"]) == ("completed", None)
    assert api.post("/v2/imports/1/undo", {}).body["undo"] == undone
    assert api.get("/v2/imports").body["imports"][0]["undo"] == {
        name: value for name, value in undone.items() if name != "report"
    }


def test_what_is_left_is_in_a_report(api: Api, ended: ImportPipeline) -> None:
    account_id = AccountId(int(api.account_id))
    design = replace(new_task(Id(7), TaskFields(name="Design"), NOW), version=2, import_id=Id(1))
    noted = created.alone(account_id, Id(1), "TASK", design.id, NOW)
    commit([*tasks.written(account_id, None, design), noted])

    for dry_run in (True, False):
        assert api.post("/v2/imports/1/undo", {"dry_run": dry_run}).body["undo"]["dry_run"] is dry_run
        ended.collect()
        ended.run()
        undone = api.get("/v2/imports/1").body["undo"]
        assert undone["records"] == {"removed": 0, "left": 1}
        assert urlsplit(undone["report"]["url"]).path.endswith("/reports/1/1-undo.csv")


def test_the_queue_may_be_lost_and_the_undo_is_asked_for_again(api: Api, ended: ImportPipeline) -> None:
    api.post("/v2/imports/1/undo", {})
    ended.collect()
    ended.messages.clear()
    api.post("/v2/imports/1/undo", {})
    ended.collect()
    assert [undoing.read_message(message.body) for message in ended.messages] == [(int(api.account_id), 1)]
