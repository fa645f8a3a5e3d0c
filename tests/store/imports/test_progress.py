"""The progress of imports: counts that cannot be counted twice, and rows that failed."""

from dataclasses import replace

import pytest

from sheaf.domain.imports.job import RowCounts
from sheaf.domain.imports.rows import Outcome, Verdict
from sheaf.domain.values import Id
from sheaf.store.imports import jobs, progress
from sheaf.store.imports.progress import Batch, BatchDiffersError
from sheaf.store.transactions import StaleError
from tests.store.imports.job_states import ACCOUNT, LAST, NOW, RUNNING, batch, settle, settled, started

pytestmark = pytest.mark.usefixtures("table")


def test_a_batch_is_found_where_its_last_step_left_it() -> None:
    started()
    assert progress.batch(ACCOUNT, Id(1), 9, "d") == (RUNNING, Batch(9, "d"))
    settle(batch(9), settled("created", "failed", used=frozenset({Id(5), Id(6)})))
    assert batch(9) == Batch(9, "d", 2, frozenset({Id(5), Id(6)}))
    settle(batch(9), settled("updated", first=3, is_last=True))
    assert batch(9) == Batch(9, "d", 3)


def test_what_steps_settled_is_counted_over_all_shards() -> None:
    started()
    for number in range(1, 12):
        settle(batch(number), settled("created", "updated", "unchanged", "failed", is_last=number % 2 == 0))
    standing = jobs.snapshot(ACCOUNT, Id(1))
    assert standing.job == replace(RUNNING, counts=RowCounts(11, 11, 11, 11), updated_at=LAST)
    assert (standing.batches_done, standing.is_done) == (5, False)


@pytest.mark.parametrize(("total", "is_done"), [(2, True), (3, False)])
def test_an_import_is_done_when_as_many_batches_are_as_were_cut(total: int, is_done: bool) -> None:
    started()
    for number in (1, 2):
        settle(batch(number), settled("created", is_last=True))
    jobs.mark_all_sent(ACCOUNT, Id(1), jobs.Cut(total, total), LAST)
    assert jobs.snapshot(ACCOUNT, Id(1)).is_done is is_done


@pytest.mark.parametrize("outcome", ["created", "failed"])
def test_a_step_counts_once_whoever_repeats_it(outcome: str) -> None:
    started()
    for number in (1, 2):
        before = batch(1)
        settle(before, settled(outcome, first=number))
        with pytest.raises(StaleError):
            settle(before, settled(outcome, first=number))
    assert jobs.get(ACCOUNT, Id(1)).counts == RowCounts(**{outcome: 2})


def test_a_batch_with_other_rows_under_the_same_number_is_told_apart() -> None:
    started()
    settle(batch(1), settled("created"))
    with pytest.raises(BatchDiffersError):
        batch(1, "another digest")


def test_the_failed_rows_are_kept_with_their_values() -> None:
    started()
    settle(batch(1), settled("failed", "created", "failed"))
    settle(batch(1), settled("failed", first=4))
    settle(batch(2), settled("failed", first=5))
    found = sorted(progress.failures(ACCOUNT, Id(1)), key=lambda failure: failure[0].number)
    assert found == [
        (Verdict(number, Outcome.FAILED, "name", "Bad"), {"name": f"Row {number}"}) for number in (1, 3, 4, 5)
    ]


def test_a_step_takes_three_writes_at_most() -> None:
    assert len(progress.progress(ACCOUNT, Id(1), Batch(1, "d"), settled("failed"), NOW)) == 3
    assert len(progress.progress(ACCOUNT, Id(1), Batch(1, "d"), settled("created"), NOW)) == 2
