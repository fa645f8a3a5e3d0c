"""The benchmark of bulk imports measures what it says: the same work with and without a network, and no conflicts."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from benchmarks import bulk_imports, import_files, import_load
from sheaf.domain.identity import Account
from sheaf.domain.imports.job import RowCounts
from tests.support import sample_files

ROWS = 30


@pytest.mark.parametrize("made", [sample_files.tasks, sample_files.detailed_export], ids=["tasks", "time entries"])
def test_rows_are_applied_once_at_the_engine_and_then_without_it(
    account: Account, made: Callable[[int], bytes]
) -> None:
    found = [bulk_imports.applied(account.id, made(ROWS)) for _ in range(2)]
    assert [applied.counts for applied in found] == [RowCounts(created=ROWS), RowCounts(unchanged=ROWS)]
    assert all(0 < applied.stub_seconds < applied.cpu_seconds for applied in found)


def test_an_import_is_timed_while_another_account_sends_its_requests(endpoint_url: str) -> None:
    run, timings = import_load.imported(endpoint_url, workers=4, rows=200, named=100, scale=3.0)
    assert (run.counts, run.came_back) == (RowCounts(created=200), 0)
    assert run.rows_per_second > 0
    assert all(len(found) >= 1 for found in timings.values())


def test_a_row_of_time_takes_no_more_write_units_than_is_said(endpoint_url: str) -> None:
    shape = replace(import_load.SHAPE, people=2, projects=5, tasks=4)  # all named by the first 200 rows
    assert import_load.write_units(endpoint_url, shape, rows=200) <= 12


@pytest.mark.parametrize(("wanted", "sizes"), [("", (10, 100)), ("1", (10, 100, 1024))])
def test_a_gigabyte_is_read_only_where_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, wanted: str, sizes: tuple[int, ...]
) -> None:
    monkeypatch.setenv("BENCH_GIGABYTE", wanted)
    assert import_files.sizes() == sizes
