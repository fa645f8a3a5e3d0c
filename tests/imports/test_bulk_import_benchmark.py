"""The benchmark of bulk imports measures what it says: the same work with and without a network, and no conflicts."""

from collections.abc import Callable

import pytest

from benchmarks import bulk_imports, import_files
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


def test_requests_of_another_account_take_no_more_calls_during_an_import(endpoint_url: str) -> None:
    table = bulk_imports.measure(endpoint_url, rows=ROWS, times=2, supply=5_000).rpartition("##")[2]
    cells = [[item.strip() for item in line.split("|")[1:-1]] for line in table.splitlines() if line.startswith("|")]
    calls = [at for at, name in enumerate(cells[0]) if name == "calls of DynamoDB"]
    assert [(line[0], *(line[at] for at in calls)) for line in cells[2:]] == [
        ("a page of 100 tasks", "1.00", "1.00"),
        ("a time entry is logged", "4.00", "4.00"),
        ("nothing but one item read", "1.00", "1.00"),
    ]


def test_an_import_that_ends_before_the_requests_is_no_measurement(endpoint_url: str) -> None:
    with pytest.raises(AssertionError, match=r"^700 rows were applied before the requests had ended; take more$"):
        bulk_imports.measure(endpoint_url, rows=ROWS, times=2, supply=700)


@pytest.mark.parametrize(("wanted", "sizes"), [("", (10, 100)), ("1", (10, 100, 1024))])
def test_a_gigabyte_is_read_only_where_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, wanted: str, sizes: tuple[int, ...]
) -> None:
    monkeypatch.setenv("BENCH_GIGABYTE", wanted)
    assert import_files.sizes() == sizes
