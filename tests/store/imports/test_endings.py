"""The endings of imports: each has one, whatever was interrupted before."""

from dataclasses import replace

import pytest

from sheaf.domain.errors import InvalidError
from sheaf.domain.imports.job import ImportStatus, RowCounts
from sheaf.domain.values import Id
from sheaf.store import keys
from sheaf.store.imports import endings, jobs, progress
from sheaf.store.imports.jobs import ImportClosedError
from sheaf.store.imports.progress import Batch
from sheaf.store.transactions import commit
from tests.store.faults import CrashError, crashing, recorded
from tests.store.imports.job_states import (
    ACCOUNT,
    FIELDS,
    FILE,
    LAST,
    LATER,
    NOW,
    OTHER,
    RUNNING,
    WAITING,
    batch,
    created,
    settle,
    settled,
    started,
)

pytestmark = pytest.mark.usefixtures("table")


@pytest.mark.parametrize(
    ("outcome", "status"),
    [("created", ImportStatus.COMPLETED), ("failed", ImportStatus.COMPLETED_WITH_ERRORS)],
)
def test_a_completed_import_keeps_its_counts(outcome: str, status: ImportStatus) -> None:
    started()
    settle(batch(1), settled(outcome, is_last=True))
    jobs.mark_all_sent(ACCOUNT, Id(1), jobs.Cut(1, 1), LAST)
    done = endings.complete(ACCOUNT, Id(1), LAST, has_report=True)
    expected = replace(
        RUNNING,
        status=status,
        counts=RowCounts(**{outcome: 1}),
        rows_total=1,
        batches_total=1,
        has_report=True,
        finished_at=LAST,
        updated_at=LAST,
    )
    assert done == expected == jobs.get(ACCOUNT, Id(1))
    assert endings.complete(ACCOUNT, Id(1), LAST, has_report=True) is None


def test_a_cancelled_import_keeps_what_was_settled_and_takes_no_more() -> None:
    started()
    settle(batch(1), settled("created", "failed"))
    late = batch(2)
    cancelled = endings.cancel(ACCOUNT, Id(1), LAST)
    assert cancelled == replace(
        RUNNING,
        status=ImportStatus.CANCELLED,
        counts=RowCounts(created=1, failed=1),
        finished_at=LAST,
        updated_at=LAST,
    )
    assert cancelled == jobs.get(ACCOUNT, Id(1))
    with pytest.raises(ImportClosedError):
        settle(late, settled("created"))
    with pytest.raises(ImportClosedError):
        batch(1)
    with pytest.raises(ImportClosedError):
        jobs.mark_all_sent(ACCOUNT, Id(1), jobs.Cut(1, 1), LAST)
    assert endings.complete(ACCOUNT, Id(1), LAST, has_report=False) is None
    assert cancelled == jobs.get(ACCOUNT, Id(1))


def test_an_import_that_still_waits_can_be_cancelled() -> None:
    created()
    cancelled = endings.cancel(ACCOUNT, Id(1), LATER)
    assert cancelled == replace(WAITING, status=ImportStatus.CANCELLED, finished_at=LATER, updated_at=LATER)
    assert jobs.start(ACCOUNT, Id(1), FILE, LAST) == cancelled


def test_what_has_ended_cannot_be_cancelled() -> None:
    started()
    endings.stop(ACCOUNT, Id(1), (ImportStatus.FAILED, "The file is empty."), LATER)
    with pytest.raises(InvalidError, match="Import has already ended"):
        endings.cancel(ACCOUNT, Id(1), LAST)
    assert jobs.get(ACCOUNT, Id(1)).error == "The file is empty."


def calls_of_cancelling() -> int:
    started()
    with recorded() as calls:
        endings.cancel(ACCOUNT, Id(1), LAST)
    return len(calls)


def test_a_cancellation_interrupted_anywhere_is_resumed_by_the_next_request(
    account: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "IMPORT_SHARDS", 4)  # each is closed alike, and each is a place to be interrupted at
    for at in range(calls_of_cancelling()):
        job = jobs.start(ACCOUNT, created().id, FILE, LATER)
        commit(progress.progress(ACCOUNT, job.id, Batch(1, "d"), settled("created"), LAST))
        with crashing(at, carried_out=True), pytest.raises(CrashError):
            endings.cancel(ACCOUNT, job.id, LAST)
        if not jobs.get(ACCOUNT, job.id).status.is_final:
            assert endings.cancel(ACCOUNT, job.id, LAST).status is ImportStatus.CANCELLED
        ended = jobs.get(ACCOUNT, job.id)
        assert (ended.status, ended.counts, ended.finished_at) == (ImportStatus.CANCELLED, RowCounts(created=1), LAST)


def test_of_two_ways_to_an_end_the_first_wins() -> None:
    started()
    with crashing(3, carried_out=True), pytest.raises(CrashError):
        endings.stop(ACCOUNT, Id(1), (ImportStatus.FAILED, "No progress."), LATER)
    assert jobs.snapshot(ACCOUNT, Id(1)).stop == (ImportStatus.FAILED, "No progress.")
    with pytest.raises(InvalidError):
        endings.cancel(ACCOUNT, Id(1), LAST)
    assert jobs.get(ACCOUNT, Id(1)).status is ImportStatus.FAILED


def test_an_announced_import_is_no_longer_found_by_the_watchdog() -> None:
    created()
    jobs.create(OTHER, FIELDS, None, NOW)
    endings.mark_published(ACCOUNT, Id(1))
    assert list(endings.open_imports()) == [(OTHER, 1)]


def test_a_report_may_come_after_the_end() -> None:
    started()
    endings.cancel(ACCOUNT, Id(1), LATER)
    endings.mark_reported(ACCOUNT, Id(1))
    assert jobs.get(ACCOUNT, Id(1)).has_report
