"""Imports and their progress: states, counts that cannot be counted twice, and the ways to an end."""

from dataclasses import replace

import pytest

from sheaf.domain.bulk_import.job import FileKind, Import, ImportFields, ImportStatus, RowCounts, StoredFile
from sheaf.domain.bulk_import.rows import Outcome, Verdict
from sheaf.domain.errors import InvalidError, NotFoundError
from sheaf.domain.identity import AccountId
from sheaf.domain.paging import Cursor, PageRequest
from sheaf.domain.values import Id, Timestamp
from sheaf.store import import_endings, import_progress, imports
from sheaf.store.import_progress import Batch, BatchDiffersError, Failure, Settled
from sheaf.store.imports import Cut, Header, ImportClosedError
from sheaf.store.writes import StaleError, commit
from tests.store.faults import CrashError, crashing, recorded

pytestmark = pytest.mark.usefixtures("table")

ACCOUNT, OTHER = AccountId(1), AccountId(2)
NOW, LATER, LAST = (Timestamp(f"2026-03-01T12:00:0{second}Z") for second in range(3))
FILE = StoredFile("accounts/1/imports/1/tasks.csv", "etag", 120, "v1")
FIELDS = ImportFields(kind=FileKind.TASKS, file_name="tasks.csv")
WAITING = Import(
    id=Id(1),
    status=ImportStatus.AWAITING_UPLOAD,
    kind=FileKind.TASKS,
    dry_run=False,
    file_name="tasks.csv",
    user_id=Id(7),
    created_at=NOW,
    updated_at=NOW,
)
RUNNING = replace(WAITING, status=ImportStatus.RUNNING, file=FILE, started_at=LATER, updated_at=LATER)


def created() -> Import:
    return imports.create(ACCOUNT, FIELDS, Id(7), NOW)


def started() -> Import:
    return imports.start(ACCOUNT, created().id, FILE, LATER)


def settled(*outcomes: str, is_last: bool = False, used: frozenset[Id] = frozenset(), first: int = 1) -> Settled:
    verdicts = [
        Verdict(number, Outcome(one), *(("name", "Bad") if one == "failed" else ()))
        for number, one in enumerate(outcomes, first)
    ]
    failed: list[Failure] = [(one, {"name": f"Row {one.number}"}) for one in verdicts if one.outcome is Outcome.FAILED]
    return Settled(verdicts, failed, used, is_last)


def settle(batch: Batch, what: Settled) -> None:
    commit(import_progress.progress(ACCOUNT, Id(1), batch, what, LAST))


def batch(number: int, digest: str = "d") -> Batch:
    return import_progress.batch(ACCOUNT, Id(1), number, digest)[1]


# Before it runs


def test_a_new_import_waits_for_its_file() -> None:
    assert created() == WAITING == imports.get(ACCOUNT, Id(1))
    assert list(import_endings.open_imports()) == [(ACCOUNT, 1)]


def test_another_accounts_import_is_not_there() -> None:
    created()
    with pytest.raises(NotFoundError):
        imports.get(OTHER, Id(1))
    with pytest.raises(NotFoundError):
        import_endings.cancel(OTHER, Id(1), LATER)


def test_it_starts_with_the_first_file_and_takes_no_other() -> None:
    assert started() == RUNNING == imports.get(ACCOUNT, Id(1))
    assert imports.start(ACCOUNT, Id(1), replace(FILE, version_id="v2"), LAST) == RUNNING


def test_a_file_in_the_inbox_is_imported_once_however_often_it_is_told() -> None:
    jobs = [imports.adopt(ACCOUNT, FIELDS, FILE, LATER) for _ in range(2)]
    assert jobs == [replace(RUNNING, user_id=None, created_at=LATER)] * 2


def test_another_version_of_a_file_in_the_inbox_is_another_import() -> None:
    versions = [FILE, replace(FILE, version_id="v2"), replace(FILE, version_id=None, etag="e2"), replace(FILE, key="x")]
    assert [imports.adopt(ACCOUNT, FIELDS, one, LATER).id for one in versions] == [1, 2, 3, 4]


def test_pages_run_from_the_newest_to_the_oldest_with_the_counts_of_those_under_way() -> None:
    for _ in range(3):
        created()
    imports.start(ACCOUNT, Id(2), FILE, LATER)
    commit(import_progress.progress(ACCOUNT, Id(2), Batch(1, "d"), settled("created", "failed"), LAST))
    page = imports.page(ACCOUNT, PageRequest(per_page=2))
    assert [one.id for one in page.records] == [3, 2]
    assert page.records[1] == imports.get(ACCOUNT, Id(2))
    assert page.records[1].counts == RowCounts(created=1, failed=1)
    assert (page.total_entries, page.has_newer, page.has_older) == (3, False, True)
    older = imports.page(ACCOUNT, PageRequest(2, Cursor("after", Id(2))))
    assert [one.id for one in older.records] == [1]


# While it runs


def test_the_cutter_finds_how_far_it_has_come() -> None:
    started()
    imports.describe(ACCOUNT, Id(1), Header(FileKind.PROJECTS, ("Name", "É"), ("É",)), LAST)
    imports.sent(ACCOUNT, Id(1), Cut(10, "abc"), LAST)
    imports.all_sent(ACCOUNT, Id(1), 1234, 13, LAST)
    assert imports.cut(ACCOUNT, Id(1)) == Cut(10, "abc")
    assert imports.columns(ACCOUNT, Id(1)) == ["Name", "É"]
    assert imports.get(ACCOUNT, Id(1)) == replace(
        RUNNING,
        kind=FileKind.PROJECTS,
        ignored_columns=("É",),
        rows_total=1234,
        batches_total=13,
        updated_at=LAST,
    )


def test_a_batch_is_found_where_its_last_step_left_it() -> None:
    started()
    assert import_progress.batch(ACCOUNT, Id(1), 9, "d") == (RUNNING, Batch(9, "d"))
    settle(batch(9), settled("created", "failed", used=frozenset({Id(5), Id(6)})))
    assert batch(9) == Batch(9, "d", 2, frozenset({Id(5), Id(6)}))
    settle(batch(9), settled("updated", first=3, is_last=True))
    assert batch(9) == Batch(9, "d", 3)


def test_what_steps_settled_is_counted_over_all_shards() -> None:
    started()
    for number in range(1, 12):
        settle(batch(number), settled("created", "updated", "unchanged", "failed", is_last=number % 2 == 0))
    standing = imports.standing(ACCOUNT, Id(1))
    assert standing.job == replace(RUNNING, counts=RowCounts(11, 11, 11, 11), updated_at=LAST)
    assert (standing.batches_done, standing.is_done) == (5, False)


@pytest.mark.parametrize(("total", "is_done"), [(2, True), (3, False)])
def test_an_import_is_done_when_as_many_batches_are_as_were_cut(total: int, is_done: bool) -> None:
    started()
    for number in (1, 2):
        settle(batch(number), settled("created", is_last=True))
    imports.all_sent(ACCOUNT, Id(1), total, total, LAST)
    assert imports.standing(ACCOUNT, Id(1)).is_done is is_done


@pytest.mark.parametrize("outcome", ["created", "failed"])
def test_a_step_counts_once_whoever_repeats_it(outcome: str) -> None:
    started()
    for number in (1, 2):
        before = batch(1)
        settle(before, settled(outcome, first=number))
        with pytest.raises(StaleError):
            settle(before, settled(outcome, first=number))
    assert imports.get(ACCOUNT, Id(1)).counts == RowCounts(**{outcome: 2})


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
    found = sorted(import_progress.failures(ACCOUNT, Id(1)), key=lambda one: one[0].number)
    assert found == [
        (Verdict(number, Outcome.FAILED, "name", "Bad"), {"name": f"Row {number}"}) for number in (1, 3, 4, 5)
    ]


def test_a_step_takes_three_writes_at_most() -> None:
    assert len(import_progress.progress(ACCOUNT, Id(1), Batch(1, "d"), settled("failed"), NOW)) == 3
    assert len(import_progress.progress(ACCOUNT, Id(1), Batch(1, "d"), settled("created"), NOW)) == 2


# Its end


@pytest.mark.parametrize(
    ("outcome", "status"),
    [("created", ImportStatus.COMPLETED), ("failed", ImportStatus.COMPLETED_WITH_ERRORS)],
)
def test_a_completed_import_keeps_its_counts(outcome: str, status: ImportStatus) -> None:
    started()
    settle(batch(1), settled(outcome, is_last=True))
    imports.all_sent(ACCOUNT, Id(1), 1, 1, LAST)
    done = import_endings.complete(ACCOUNT, Id(1), LAST, has_report=True)
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
    assert done == expected == imports.get(ACCOUNT, Id(1))
    assert import_endings.complete(ACCOUNT, Id(1), LAST, has_report=True) is None


def test_a_cancelled_import_keeps_what_was_settled_and_takes_no_more() -> None:
    started()
    settle(batch(1), settled("created", "failed"))
    late = batch(2)
    cancelled = import_endings.cancel(ACCOUNT, Id(1), LAST)
    assert cancelled == replace(
        RUNNING,
        status=ImportStatus.CANCELLED,
        counts=RowCounts(created=1, failed=1),
        finished_at=LAST,
        updated_at=LAST,
    )
    assert cancelled == imports.get(ACCOUNT, Id(1))
    with pytest.raises(ImportClosedError):
        settle(late, settled("created"))
    with pytest.raises(ImportClosedError):
        batch(1)
    with pytest.raises(ImportClosedError):
        imports.all_sent(ACCOUNT, Id(1), 1, 1, LAST)
    assert import_endings.complete(ACCOUNT, Id(1), LAST, has_report=False) is None
    assert cancelled == imports.get(ACCOUNT, Id(1))


def test_an_import_that_still_waits_can_be_cancelled() -> None:
    created()
    cancelled = import_endings.cancel(ACCOUNT, Id(1), LATER)
    assert cancelled == replace(WAITING, status=ImportStatus.CANCELLED, finished_at=LATER, updated_at=LATER)
    assert imports.start(ACCOUNT, Id(1), FILE, LAST) == cancelled


def test_what_has_ended_cannot_be_cancelled() -> None:
    started()
    import_endings.stop(ACCOUNT, Id(1), ImportStatus.FAILED, "The file is empty.", LATER)
    with pytest.raises(InvalidError, match="Import has already ended"):
        import_endings.cancel(ACCOUNT, Id(1), LAST)
    assert imports.get(ACCOUNT, Id(1)).error == "The file is empty."


def calls_of_cancelling() -> int:
    started()
    with recorded() as calls:
        import_endings.cancel(ACCOUNT, Id(1), LAST)
    return len(calls)


def test_a_cancellation_that_was_cut_off_anywhere_is_carried_on_by_the_next_who_comes(account: object) -> None:
    for at in range(calls_of_cancelling()):
        job = imports.start(ACCOUNT, created().id, FILE, LATER)
        commit(import_progress.progress(ACCOUNT, job.id, Batch(1, "d"), settled("created"), LAST))
        with crashing(at, carried_out=True), pytest.raises(CrashError):
            import_endings.cancel(ACCOUNT, job.id, LAST)
        if not imports.get(ACCOUNT, job.id).status.is_final:
            assert import_endings.cancel(ACCOUNT, job.id, LAST).status is ImportStatus.CANCELLED
        ended = imports.get(ACCOUNT, job.id)
        assert (ended.status, ended.counts, ended.finished_at) == (ImportStatus.CANCELLED, RowCounts(created=1), LAST)


def test_of_two_ways_to_an_end_the_first_wins() -> None:
    started()
    with crashing(3, carried_out=True), pytest.raises(CrashError):
        import_endings.stop(ACCOUNT, Id(1), ImportStatus.FAILED, "No progress.", LATER)
    assert imports.standing(ACCOUNT, Id(1)).stop == (ImportStatus.FAILED, "No progress.")
    with pytest.raises(InvalidError):
        import_endings.cancel(ACCOUNT, Id(1), LAST)
    assert imports.get(ACCOUNT, Id(1)).status is ImportStatus.FAILED


def test_a_concluded_import_is_out_of_the_watchdogs_sight() -> None:
    created()
    imports.create(OTHER, FIELDS, None, NOW)
    import_endings.concluded(ACCOUNT, Id(1))
    assert list(import_endings.open_imports()) == [(OTHER, 1)]


def test_a_report_may_come_after_the_end() -> None:
    started()
    import_endings.cancel(ACCOUNT, Id(1), LATER)
    import_endings.reported(ACCOUNT, Id(1))
    assert imports.get(ACCOUNT, Id(1)).has_report
