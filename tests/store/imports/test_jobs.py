"""Imports: how they begin, how they are shown, and how far their files are split."""

from dataclasses import replace

import pytest

from sheaf.domain.errors import NotFoundError
from sheaf.domain.imports.job import FileKind, RowCounts, Source
from sheaf.domain.paging import Cursor, PageRequest
from sheaf.domain.values import Id
from sheaf.store.imports import endings, jobs, progress
from sheaf.store.imports.jobs import Header, SplitProgress
from sheaf.store.imports.progress import Batch
from sheaf.store.transactions import commit
from tests.store.imports.job_states import (
    ACCOUNT,
    FIELDS,
    FILE,
    LAST,
    LATER,
    OTHER,
    RUNNING,
    WAITING,
    created,
    settled,
    started,
)

pytestmark = pytest.mark.usefixtures("table")


def test_a_new_import_waits_for_its_file() -> None:
    assert created() == WAITING == jobs.get(ACCOUNT, Id(1))
    assert list(endings.open_imports()) == [(ACCOUNT, 1)]


def test_another_accounts_import_is_not_there() -> None:
    created()
    with pytest.raises(NotFoundError):
        jobs.get(OTHER, Id(1))
    with pytest.raises(NotFoundError):
        endings.cancel(OTHER, Id(1), LATER)


def test_it_starts_with_the_first_file_and_takes_no_other() -> None:
    assert started() == RUNNING == jobs.get(ACCOUNT, Id(1))
    assert jobs.start(ACCOUNT, Id(1), replace(FILE, version_id="v2"), LAST) == RUNNING


def test_a_file_in_the_inbox_is_imported_once_however_often_it_is_told() -> None:
    told = [jobs.start_from_inbox(ACCOUNT, FIELDS, FILE, LATER) for _ in range(2)]
    assert told == [replace(RUNNING, user_id=None, created_at=LATER)] * 2


def test_another_version_of_a_file_in_the_inbox_is_another_import() -> None:
    versions = [FILE, replace(FILE, version_id="v2"), replace(FILE, version_id=None, etag="e2"), replace(FILE, key="x")]
    assert [jobs.start_from_inbox(ACCOUNT, FIELDS, version, LATER).id for version in versions] == [1, 2, 3, 4]


def test_pages_run_from_the_newest_to_the_oldest_with_the_counts_of_those_under_way() -> None:
    for _ in range(3):
        created()
    jobs.start(ACCOUNT, Id(2), FILE, LATER)
    commit(progress.progress(ACCOUNT, Id(2), Batch(1, "d"), settled("created", "failed"), LAST))
    page = jobs.page(ACCOUNT, PageRequest(per_page=2))
    assert [record.id for record in page.records] == [3, 2]
    assert page.records[1] == jobs.get(ACCOUNT, Id(2))
    assert page.records[1].counts == RowCounts(created=1, failed=1)
    assert (page.total_entries, page.has_newer, page.has_older) == (3, False, True)
    older = jobs.page(ACCOUNT, PageRequest(2, Cursor("after", Id(2))))
    assert [record.id for record in older.records] == [1]


def test_the_splitter_finds_how_far_it_has_come() -> None:
    started()
    jobs.describe(ACCOUNT, Id(1), Header(FileKind.PROJECTS, ("Name", "É"), ("É",)), LAST)
    jobs.mark_sent(ACCOUNT, Id(1), SplitProgress(10, "abc"), LAST)
    jobs.mark_all_sent(ACCOUNT, Id(1), jobs.Cut(1234, 13), LAST)
    assert jobs.split_progress(ACCOUNT, Id(1)) == SplitProgress(10, "abc")
    assert jobs.columns(ACCOUNT, Id(1)) == ["Name", "É"]
    assert jobs.get(ACCOUNT, Id(1)) == replace(
        RUNNING,
        kind=FileKind.PROJECTS,
        ignored_columns=("É",),
        used_columns=("Name",),
        rows_total=1234,
        batches_total=13,
        updated_at=LAST,
        source=Source.GENERIC,
        date_format="%m/%d/%Y",
        decimal_symbol=".",
        encoding="utf-8",
    )
