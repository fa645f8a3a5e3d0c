"""A file in the bucket, told by EventBridge."""

import json
from collections.abc import Iterator

import pytest

from functions.on_import_uploaded.handler import handler
from sheaf.domain.identity import AccountId
from sheaf.domain.imports.job import ImportStatus
from sheaf.domain.values import Id
from sheaf.imports import splitting
from sheaf.store.imports import jobs
from tests.imports.pipeline import ImportPipeline, running_pipeline
from tests.support.example_requests import load_event, names_of
from tools.local import examples

OPERATION = "on_import_uploaded"
EXPECTED = {
    "another_bucket": {"done": 0},
    "deleted": {"done": 0},
    "for_an_import": {"done": 1},
    "inbox": {"done": 1},
    "inbox_dry_run": {"done": 1},
    "not_a_table": {"done": 0},
    "unknown_account": {"done": 0},
    "unknown_folder": {"done": 0},
}
MADE = {
    "deleted": (2, "tasks.csv", ImportStatus.FAILED, "The file was deleted before it was read"),
    "for_an_import": (1, "time.csv", ImportStatus.RUNNING, None),
    "inbox": (2, "tasks.csv", ImportStatus.RUNNING, None),
    "inbox_dry_run": (2, "tasks.csv", ImportStatus.RUNNING, None),
}


@pytest.fixture
def pipeline(started: object, endpoint_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[ImportPipeline]:
    """The demo account, and the bucket with the files that the examples tell of."""
    with running_pipeline(monkeypatch) as item:
        examples.make(endpoint_url)
        yield item


@pytest.mark.parametrize("scenario", names_of(OPERATION))
def test_an_example_gets_the_whole_expected_answer(scenario: str, pipeline: ImportPipeline) -> None:
    assert pipeline.tell(load_event(OPERATION, scenario)) == EXPECTED[scenario]["done"] == len(pipeline.messages)


def test_every_expectation_has_its_example() -> None:
    assert sorted(EXPECTED) == names_of(OPERATION)


@pytest.mark.parametrize("scenario", MADE)
def test_what_becomes_of_an_upload(scenario: str, pipeline: ImportPipeline) -> None:
    pipeline.tell(load_event(OPERATION, scenario))
    import_id, file_name, status, error = MADE[scenario]
    job = jobs.get(AccountId(1), Id(import_id))
    assert (job.file_name, job.status, job.error) == (file_name, status, error)


def test_a_fault_is_logged_counted_and_raised_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], table: str
) -> None:
    def fail(event: object) -> int:
        raise RuntimeError("broken")

    monkeypatch.setattr(splitting, "split_upload", fail)
    with pytest.raises(RuntimeError, match="broken"):
        handler(load_event(OPERATION, "inbox"))
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [("ERROR", "unexpected error")]
    (counted,) = [line for line in capsys.readouterr().out.splitlines() if "ServerErrors" in line]
    assert json.loads(counted)["ServerErrors"] == [1.0]


def test_what_is_refused_is_logged_with_the_reason(pipeline: ImportPipeline, caplog: pytest.LogCaptureFixture) -> None:
    pipeline.tell(load_event(OPERATION, "unknown_folder"))
    assert [(record.levelname, record.getMessage()) for record in caplog.records][:1] == [("WARNING", "refused")]
