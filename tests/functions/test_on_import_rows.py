"""Batches of rows, delivered by the queue."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from functions.on_import_rows.handler import handler
from sheaf.domain.identity import AccountId
from sheaf.domain.imports.job import FileKind, ImportStatus, RowCounts, StoredFile
from sheaf.domain.values import Id, Timestamp
from sheaf.imports import applying
from sheaf.store.imports import jobs
from sheaf.store.imports.jobs import Header
from tests.imports.pipeline import Context, ImportPipeline, running_pipeline
from tests.support.example_requests import load_event, names_of
from tests.support.table import rows

OPERATION = "on_import_rows"
ACCOUNT = AccountId(1)
MESSAGE = "059f36b4-87a3-44ab-83d2-661975830a7d"
TAKEN: dict[str, Any] = {"batchItemFailures": []}
EXPECTED = {
    "not_a_batch": {"batchItemFailures": [{"itemIdentifier": MESSAGE}]},
    "of_an_unknown_import": TAKEN,
    "tasks": TAKEN,
    "time_entries": TAKEN,
}
COUNTS = {"tasks": RowCounts(created=1, unchanged=1), "time_entries": RowCounts(created=1, failed=1)}


@pytest.fixture
def pipeline(started: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[ImportPipeline]:
    """The demo account, with the bucket and the bus."""
    with running_pipeline(monkeypatch) as item:
        yield item


def running(started: Timestamp) -> None:
    """Let the demo account's import run, which otherwise awaits its file; one batch of two rows was cut from that."""
    jobs.start(ACCOUNT, Id(1), StoredFile("key", "etag", 9, "v"), started)
    header = Header(FileKind.TIME_ENTRIES, ["Task"], [])
    jobs.describe(ACCOUNT, Id(1), header, started)
    jobs.mark_all_sent(ACCOUNT, Id(1), jobs.Cut(2, 1), started)


@pytest.mark.usefixtures("pipeline")
@pytest.mark.parametrize("scenario", names_of(OPERATION))
def test_an_example_gets_the_whole_expected_answer(scenario: str) -> None:
    assert handler(load_event(OPERATION, scenario)) == EXPECTED[scenario]


def test_every_expectation_has_its_example() -> None:
    assert sorted(EXPECTED) == names_of(OPERATION)


@pytest.mark.usefixtures("pipeline")
@pytest.mark.parametrize("scenario", COUNTS)
def test_the_rows_of_an_example_are_counted_once_while_its_import_runs(scenario: str, started: Timestamp) -> None:
    running(started)
    assert [handler(load_event(OPERATION, scenario)) for _ in range(2)] == [TAKEN, TAKEN]
    job = jobs.get(ACCOUNT, Id(1))
    assert job.counts == COUNTS[scenario]
    assert job.status is (ImportStatus.COMPLETED_WITH_ERRORS if job.counts.failed else ImportStatus.COMPLETED)


@pytest.mark.usefixtures("pipeline")
@pytest.mark.parametrize("scenario", ["tasks", "of_an_unknown_import"])
def test_a_batch_of_an_import_that_does_not_run_is_dropped(scenario: str) -> None:
    before = rows()
    assert handler(load_event(OPERATION, scenario)) == TAKEN
    assert rows() == before


def test_a_batch_stops_trying_in_time_for_its_function_to_answer(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[float] = []
    monkeypatch.setattr(applying, "apply", lambda _body, _last_resort, seconds: given.append(seconds))
    handler(load_event(OPERATION, "tasks"), Context())
    assert given == [Context().get_remaining_time_in_millis() / 1000 - 12]


def test_each_message_succeeds_or_comes_again_by_itself(
    table: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    applied = []

    def apply(body: str, last_resort: str | None, _seconds: float) -> None:
        if body == "bad":
            raise RuntimeError("broken")
        applied.append((body, last_resort))

    monkeypatch.setattr(applying, "apply", apply)
    (record,) = load_event(OPERATION, "tasks")["Records"]
    bodies = [("1", "good", "1"), ("2", "bad", "1"), ("3", "last", "5")]
    records = [
        {**record, "messageId": item, "body": body, "attributes": {"ApproximateReceiveCount": times}}
        for item, body, times in bodies
    ]
    assert handler({"Records": records}, Context("r1")) == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert applied == [("good", None), ("last", "r1")]
    assert [record.levelname for record in caplog.records] == ["ERROR", "INFO"]
    counted = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "ServerErrors" in line]
    assert [item["ServerErrors"] for item in counted] == [[1.0]]


def test_messages_of_which_none_can_be_taken_all_come_again(table: str) -> None:
    (record,) = load_event(OPERATION, "not_a_batch")["Records"]
    answer = handler({"Records": [{**record, "messageId": item} for item in "ab"]})
    assert answer == {"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "b"}]}
