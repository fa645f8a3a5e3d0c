"""Imports that wait too long, got stuck or were not announced, looked after every minute."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from functions.on_import_watch_due.handler import handler
from sheaf.domain.identity import AccountId
from sheaf.domain.imports.job import ImportStatus
from sheaf.domain.values import Id, Timestamp, to_timestamp
from sheaf.imports import clock
from sheaf.store.imports import jobs
from tests.imports.pipeline import ImportPipeline, running_pipeline
from tests.support.example_requests import load_event, names_of

OPERATION = "on_import_watch_due"
EXPECTED = {"due": {"done": 0}}


@pytest.fixture
def pipeline(started: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[ImportPipeline]:
    """The demo account, of which one import awaits its file."""
    with running_pipeline(monkeypatch) as item:
        yield item


@pytest.mark.usefixtures("pipeline")
@pytest.mark.parametrize("scenario", names_of(OPERATION))
def test_an_example_gets_the_whole_expected_answer(scenario: str) -> None:
    assert handler(load_event(OPERATION, scenario)) == EXPECTED[scenario]


def test_every_expectation_has_its_example() -> None:
    assert sorted(EXPECTED) == names_of(OPERATION)


def test_an_import_whose_file_never_came_is_ended_and_announced(
    pipeline: ImportPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    tomorrow: Timestamp = to_timestamp(datetime.now(UTC) + timedelta(hours=25))
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    assert handler(load_event(OPERATION, "due")) == {"done": 1}
    assert jobs.get(AccountId(1), Id(1)).status is ImportStatus.FAILED
    assert [item["detail-type"] for item in pipeline.announced] == ["import.failed"]
