"""Imports that are undone: what they created goes, what somebody has made of it since stays and is listed."""

import csv
import io
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest

from sheaf.aws import clients, files
from sheaf.domain.client import Client
from sheaf.domain.errors import InvalidError, NameTakenError, NotFoundError
from sheaf.domain.identity import AccountId, Token
from sheaf.domain.imports.job import FileKind, Import, ImportFields, ImportUndo, UndoStatus
from sheaf.domain.paging import WHOLE
from sheaf.domain.project import ProjectFields
from sheaf.domain.task import TaskFields
from sheaf.domain.task_assignment import default_fields
from sheaf.domain.time_entry import TimeEntry, TimeEntryFields, TimeFilter, TimeReader
from sheaf.domain.timers import Clock
from sheaf.domain.user_assignment import default_fields as user_assigned
from sheaf.domain.values import Day, Id
from sheaf.imports import undoing
from sheaf.store import projects, task_assignments, tasks, time_entries, tokens, user_assignments, users
from sheaf.store.imports import endings, jobs, undo, unreferenced
from tests.imports.conftest import ManualClock
from tests.imports.pipeline import ImportPipeline
from tests.imports.test_faults import dying
from tests.store import audit
from tests.store.faults import CrashError
from tests.store.stored_records import user
from tests.support import sample_files
from tests.support.api import BUCKET
from tests.support.sample_files import TimeShape
from tests.support.table import Rows, rows

ACCOUNT = AccountId(1)
LARGE = 2000
SHAPE = TimeShape(people=8, clients=2, projects=4, tasks=3, stay=5)


def table() -> Rows:
    """The table without sequences, counts of nothing, leases and what belongs to imports themselves."""
    found = {key: item for key, item in rows().items() if "#IMPORT" not in key[0] and not key[0].startswith("IMPORT")}
    return {key: item for key, item in audit.contents(found).items() if key[1] != "IMPORT"}


def state(import_id: int = 1) -> ImportUndo:
    """How far the undo of an import is."""
    found = jobs.get(ACCOUNT, Id(import_id)).undo
    assert found is not None
    return found


@dataclass(frozen=True)
class Undoing:
    """Undoes imports as the API and the workers do."""

    pipeline: ImportPipeline
    manual_clock: ManualClock

    def bring_in(self, content: bytes, *, kind: FileKind | None = None) -> Import:
        """Import a file; the import as it has ended."""
        job = jobs.create(ACCOUNT, ImportFields(kind=kind), None, self.manual_clock.now)
        self.pipeline.send(f"accounts/1/imports/{job.id}/file.csv", content)
        return jobs.get(ACCOUNT, job.id)

    def undo(self, import_id: int = 1, *, dry_run: bool = False) -> ImportUndo:
        """Undo an import, to the end."""
        undo.begin(ACCOUNT, Id(import_id), None, self.manual_clock.now, dry_run=dry_run)
        undoing.start(ACCOUNT, Id(import_id))
        self.pipeline.collect()
        self.pipeline.run()
        return state(import_id)

    def report(self, import_id: int = 1) -> list[Mapping[str, str]]:
        """What the undo of an import has left."""
        key = files.undo_report_key(ACCOUNT, Id(import_id))
        text = clients.s3().get_object(Bucket=BUCKET, Key=key)["Body"].read().decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def undoer(pipeline: ImportPipeline, manual_clock: ManualClock) -> Undoing:
    """The pipeline of imports, and back; user 1 is there."""
    users.create(ACCOUNT, user(1))
    return Undoing(pipeline, manual_clock)


def entries() -> list[TimeEntry]:
    """All time, the oldest entry first."""
    page = time_entries.page(ACCOUNT, TimeReader(Id(1), None), TimeFilter(), WHOLE)
    return sorted((logged.entry for logged in page.records), key=lambda entry: entry.id)


def counts(undone: ImportUndo) -> tuple[int, int, int, int]:
    """Time entries removed and left, records removed and left."""
    return undone.time_entries_removed, undone.time_entries_left, undone.records_removed, undone.records_left


def change(entry: TimeEntry, **fields: Any) -> None:
    """Change an entry as the API does."""
    time_entries.update(
        ACCOUNT, entry.id, lambda found: replace(found.entry, version=found.entry.version + 1, **fields)
    )


def test_thousands_of_rows_among_older_ones_go_as_they_came_though_the_worker_dies_half_way(
    undoer: Undoing, pipeline: ImportPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    undoer.bring_in(sample_files.detailed_export(40, shape=SHAPE))
    before = table()
    job = undoer.bring_in(sample_files.detailed_export(LARGE, shape=SHAPE))
    new = job.counts.created
    assert new == LARGE - 40
    foreseen = undoer.undo(2, dry_run=True)
    assert len(entries()) == LARGE
    with monkeypatch.context() as patched:
        patched.setattr(undoing._Undo, "_settle_entries", _dying_after(new // 2, undoing._Undo._settle_entries))
        undo.begin(ACCOUNT, Id(2), None, undoer.manual_clock.now, dry_run=False)
        undoing.start(ACCOUNT, Id(2))
        pipeline.collect()
        assert len(pipeline.deliver()) == 1
    assert new // 3 < state(2).time_entries_removed <= new // 2
    assert len(entries()) == LARGE - state(2).time_entries_removed
    pipeline.run()
    assert table() == before
    assert counts(state(2)) == counts(foreseen) == (new, 0, state(2).records_removed, 0)
    assert (state(2).status, list(undo.open_undos())) == (UndoStatus.COMPLETED, [])
    audit.assert_sound(ACCOUNT)


def _dying_after(most: int, settle: Callable[..., None]) -> Callable[..., None]:
    """What settles entries, for so many of them; then it dies."""
    settled = 0

    def dies(self: Any, ids: Any, position: Any) -> None:
        nonlocal settled
        settled += len(ids)
        if settled > most:
            raise CrashError
        settle(self, ids, position)

    return dies


@pytest.mark.parametrize("dry_run", [False, True])
def test_an_undo_that_dies_before_and_after_each_of_its_writes_is_done_once(
    undoer: Undoing, pipeline: ImportPipeline, dry_run: bool
) -> None:
    undoer.bring_in(sample_files.detailed_export(40, shape=SHAPE))
    change(entries()[7], notes="mine")
    full = table()
    undo.begin(ACCOUNT, Id(1), None, undoer.manual_clock.now, dry_run=dry_run)
    undoing.start(ACCOUNT, Id(1))
    pipeline.collect()
    with dying() as deaths:
        while pipeline.messages:
            pipeline.messages[0].times = 0
            pipeline.deliver()
    assert len(deaths) > 20
    assert state().status is UndoStatus.COMPLETED
    assert (state().time_entries_removed, state().time_entries_left) == (39, 1)
    assert len(undoer.report()) == 1 + state().records_left
    if dry_run:
        assert table() == full
    assert len(entries()) == (40 if dry_run else 1)


def test_what_somebody_made_of_it_stays_and_is_listed_with_the_reason(undoer: Undoing) -> None:
    undoer.bring_in(
        _file("Mia", "Alpha", "Relaunch", "Design", 3) + _file("Bob", "Beta", "Shop", "Code", 2, head=False)
    )
    changed, *_ = entries()
    change(changed, hours=Decimal(5))
    spare = tasks.create(ACCOUNT, _task_fields("Spare"), undoer.manual_clock.now)
    (shop,) = projects.get_many(ACCOUNT, [entries()[-1].project_id]).values()
    (code,) = tasks.get_many(ACCOUNT, [entries()[-1].task_id]).values()
    _assign(shop.id, spare.id, undoer)
    for left in (True, False):
        undone = undoer.undo(dry_run=left)
        assert counts(undone)[:2] == (4, 1)
        assert [(row["Kind"], row["Name"], row["Reason"]) for row in undoer.report()] == [
            ("time_entry", changed.spent_date, "It was changed since the import"),
            ("task_assignment", "", "Time is logged on it"),
            ("user_assignment", "", "Time is logged on it"),
            ("task", "Design", "Time is logged on it"),
            ("project", "Relaunch", "Time is logged on it"),
            ("project", "Shop", "A task or a user is assigned to it"),
            ("client", "Alpha", "It has a project"),
            ("client", "Beta", "It has a project"),
            ("user", "Mia Field", "Time is logged on it"),
        ]
    assert [entry.id for entry in entries()] == [changed.id]
    assert tasks.get_many(ACCOUNT, [code.id]) == {}
    assert [one.first_name for one in users.everyone(ACCOUNT)] == ["Mia", "U"]
    audit.assert_sound(ACCOUNT)


def _assign_user(project_id: Id, undoer: Undoing) -> None:
    """User 1 is put on a project."""
    user_assignments.create(ACCOUNT, project_id, Id(1), user_assigned, undoer.manual_clock.now)


def test_time_on_what_was_archived_since_stays(undoer: Undoing) -> None:
    undoer.bring_in(_file("Mia", "Alpha", "Relaunch", "Design", 3))
    project_id = entries()[0].project_id
    projects.update(ACCOUNT, project_id, lambda found: replace(found, is_active=False, version=found.version + 1))
    for dry_run in (True, False):
        assert counts(undoer.undo(dry_run=dry_run)) == (0, 3, 0, 6)
        reasons = {(row["Kind"], row["Reason"]) for row in undoer.report()}
        assert ("time_entry", "Project is archived") in reasons
        assert ("project", "It was changed since the import") in reasons
    assert len(entries()) == 3


def test_time_that_others_log_on_what_it_made_keeps_just_that(undoer: Undoing) -> None:
    undoer.bring_in(_file("Mia", "Alpha", "Relaunch", "Design", 3))
    entry = entries()[0]
    fields = TimeEntryFields(project_id=entry.project_id, task_id=entry.task_id, spent_date=Day("2026-02-01"))
    _assign_user(entry.project_id, undoer)
    logged = time_entries.create(ACCOUNT, Id(1), fields, Clock(undoer.manual_clock.now))
    for dry_run in (True, False):
        assert counts(undoer.undo(dry_run=dry_run)) == (3, 0, 2, 4)  # the person goes, and their assignment
    assert [left.id for left in entries()] == [logged.entry.id]


def test_what_was_deleted_since_is_not_there_either(undoer: Undoing) -> None:
    undoer.bring_in(_file("Mia", "Alpha", "Relaunch", "Design", 3))
    before = entries()
    time_entries.delete(ACCOUNT, before[0].id, lambda _: None)
    assert counts(undoer.undo()) == (3, 0, 6, 0)
    assert entries() == []


def test_time_of_a_project_that_is_being_removed_is_removed_with_it(
    undoer: Undoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    undoer.bring_in(_file("Mia", "Alpha", "Relaunch", "Design", 3))
    with monkeypatch.context() as patched:
        patched.setattr("sheaf.store.resumable.resume.resume", lambda *_: False)
        projects.delete(ACCOUNT, entries()[0].project_id, undoer.manual_clock.now)
    assert counts(undoer.undo()) == (3, 0, 6, 0)
    assert entries() == []
    audit.assert_sound(ACCOUNT)


def test_whoever_was_given_a_token_stays(undoer: Undoing) -> None:
    undoer.bring_in(_file("Mia", "Alpha", "Relaunch", "Design", 1))
    (mia,) = (one for one in users.everyone(ACCOUNT) if one.first_name == "Mia")
    tokens.issue(ACCOUNT, Token(Id(0), "a" * 64, mia.id, "script", undoer.manual_clock.now, None, None))
    for dry_run in (True, False):
        assert counts(undoer.undo(dry_run=dry_run)) == (1, 0, 5, 1)
        assert [row["Reason"] for row in undoer.report()] == ["Somebody was given a token of this user"]


def test_whoever_logs_time_for_a_user_that_an_undo_has_just_removed_is_told_so(undoer: Undoing) -> None:
    undoer.bring_in(_file("Mia", "Alpha", "Relaunch", "Design", 1))
    entry = entries()[0]
    fields = TimeEntryFields(project_id=entry.project_id, task_id=entry.task_id, spent_date=Day("2026-02-01"))
    _assign_user(entry.project_id, undoer)
    time_entries.create(ACCOUNT, Id(1), fields, Clock(undoer.manual_clock.now))
    undoer.undo()
    with pytest.raises(InvalidError, match="User"):
        time_entries.create(ACCOUNT, entry.user_id, fields, Clock(undoer.manual_clock.now))


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (FileKind.TASKS, sample_files.tasks(50)),
        (FileKind.PROJECTS, sample_files.projects(30)),
    ],
    ids=["tasks", "projects"],
)
def test_other_kinds_of_files_are_undone_too(undoer: Undoing, kind: FileKind, content: bytes) -> None:
    before = table()
    created = undoer.bring_in(content, kind=kind).counts.created
    assert counts(undoer.undo(dry_run=True)) == counts(undone := undoer.undo())
    assert undone.records_removed >= created > 0
    assert table() == before


def test_assignments_are_undone_and_what_they_join_stays(undoer: Undoing) -> None:
    undoer.bring_in(sample_files.tasks(20), kind=FileKind.TASKS)
    undoer.bring_in(sample_files.projects(10), kind=FileKind.PROJECTS)
    before = table()
    created = undoer.bring_in(sample_files.task_assignments(60), kind=FileKind.TASK_ASSIGNMENTS).counts.created
    assert counts(undoer.undo(3)) == (0, 0, created, 0)
    assert created > 10
    assert table() == before


def test_what_another_import_created_anew_under_the_same_id_stays(undoer: Undoing) -> None:
    content = b"id,name\n77,Design\n78,Code\n"
    undoer.bring_in(content, kind=FileKind.TASKS)
    tasks.delete(ACCOUNT, Id(77), undoer.manual_clock.now)
    undoer.bring_in(content, kind=FileKind.TASKS)
    assert counts(undoer.undo(1)) == (0, 0, 2, 0)
    assert set(tasks.get_many(ACCOUNT, [Id(77), Id(78)])) == {77}


def test_a_client_that_gets_a_project_at_that_moment_stays(undoer: Undoing, monkeypatch: pytest.MonkeyPatch) -> None:
    undoer.bring_in(_file("Mia", "Alpha", "Relaunch", "Design", 1))
    removed = unreferenced.removed

    def outrun(account_id: AccountId, record: Any, *given: Any) -> Any:
        writes = removed(account_id, record, *given)
        if isinstance(record, Client):
            with suppress(NameTakenError):  # the second time it is there
                projects.create(ACCOUNT, ProjectFields(client_id=record.id, name="New"), undoer.manual_clock.now)
        return writes

    monkeypatch.setattr(unreferenced, "removed", outrun)
    assert counts(undoer.undo()) == (1, 0, 5, 1)
    assert [(row["Kind"], row["Reason"]) for row in undoer.report()] == [("client", "It has a project")]
    audit.assert_sound(ACCOUNT)


def test_twice_is_once(undoer: Undoing) -> None:
    undoer.bring_in(_file("Mia", "Alpha", "Relaunch", "Design", 3))
    first = undoer.undo()
    undoer.bring_in(_file("Mia", "Alpha", "Relaunch", "Design", 3))
    assert undoer.undo(1) == first
    assert undoer.undo(1, dry_run=True) == first
    assert len(entries()) == 3


def test_two_workers_at_once_do_each_step_once(undoer: Undoing, monkeypatch: pytest.MonkeyPatch) -> None:
    undoer.bring_in(sample_files.detailed_export(100, shape=SHAPE))
    undo.begin(ACCOUNT, Id(1), None, undoer.manual_clock.now, dry_run=False)
    commit, is_inside = undoing._Undo._commit, False

    def meets_another(self: Any, *given: Any) -> None:
        nonlocal is_inside
        if not is_inside:
            is_inside = True
            undoing._Undo(ACCOUNT, Id(1), state())  # the other one stands where this one does
            undoing._run(ACCOUNT, Id(1), 1e12)
        commit(self, *given)

    monkeypatch.setattr(undoing._Undo, "_commit", meets_another)
    monkeypatch.setattr("sheaf.backoff.time.sleep", lambda _: None)
    undoing.run(ACCOUNT, Id(1))
    assert (state().status, state().time_entries_removed) == (UndoStatus.COMPLETED, 100)
    assert entries() == []


def test_an_undo_goes_on_in_the_next_message_where_the_time_is_up(undoer: Undoing, pipeline: ImportPipeline) -> None:
    undoer.bring_in(sample_files.detailed_export(100, shape=SHAPE))
    undo.begin(ACCOUNT, Id(1), None, undoer.manual_clock.now, dry_run=False)
    undoing.run(ACCOUNT, Id(1), seconds=-1)
    assert len(entries()) == 100
    pipeline.collect()
    assert [undoing.read_message(message.body) for message in pipeline.messages] == [(ACCOUNT, 1)]
    pipeline.run()
    assert entries() == []


def test_the_watchdog_sends_an_undo_again_that_stands_still(
    undoer: Undoing, pipeline: ImportPipeline, manual_clock: ManualClock
) -> None:
    undoer.bring_in(_file("Mia", "Alpha", "Relaunch", "Design", 3))
    undo.begin(ACCOUNT, Id(1), None, manual_clock.now, dry_run=False)
    pipeline.watch()
    pipeline.collect()
    assert pipeline.messages == []
    manual_clock.move(seconds=undoing.QUIET_SECONDS)
    assert pipeline.watch() == 1
    pipeline.collect()
    pipeline.run()
    assert (state().status, entries()) == (UndoStatus.COMPLETED, [])
    assert pipeline.watch() == 0


def _awaiting(_undoer: Undoing) -> None:
    jobs.create(ACCOUNT, ImportFields(), None, _undoer.manual_clock.now)


def _dry(undoer: Undoing) -> None:
    job = jobs.create(ACCOUNT, ImportFields(dry_run=True), None, undoer.manual_clock.now)
    undoer.pipeline.send(f"accounts/1/imports/{job.id}/file.csv", _file("Mia", "A", "B", "C", 1))


def _old(undoer: Undoing) -> None:
    undoer.bring_in(_file("Mia", "A", "B", "C", 1))
    undoer.manual_clock.move(days=30, seconds=1)


def _foreseen(undoer: Undoing) -> None:
    undoer.bring_in(_file("Mia", "A", "B", "C", 1))
    undo.begin(ACCOUNT, Id(1), None, undoer.manual_clock.now, dry_run=True)


def _stopped(undoer: Undoing) -> None:
    _awaiting(undoer)
    endings.cancel(ACCOUNT, Id(1), undoer.manual_clock.now)
    undoer.manual_clock.move(seconds=59)


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (_stopped, "Import was stopped less than a minute ago, and may still create records; wait a minute"),
        (_awaiting, "Import is still under way; cancel it first, or wait until it has ended"),
        (_dry, "Import was a dry run, which has written nothing"),
        (_old, "Import ended more than 30 days ago and can't be undone any more"),
        (_foreseen, "A dry run of the undo is still under way; wait until it has ended"),
    ],
)
def test_what_cannot_be_undone_is_refused_and_says_why(
    undoer: Undoing, made: Callable[[Undoing], None], sentence: str
) -> None:
    made(undoer)
    before = rows()
    with pytest.raises(InvalidError) as refused:
        undo.begin(ACCOUNT, Id(1), None, undoer.manual_clock.now, dry_run=False)
    assert str(refused.value) == sentence
    assert rows() == before


def test_no_import_is_no_undo(undoer: Undoing) -> None:
    with pytest.raises(NotFoundError):
        undo.begin(ACCOUNT, Id(9), None, undoer.manual_clock.now, dry_run=False)


def test_on_its_thirtieth_day_an_import_can_be_undone_also_one_that_was_cancelled(
    undoer: Undoing, pipeline: ImportPipeline, manual_clock: ManualClock
) -> None:
    job = jobs.create(ACCOUNT, ImportFields(), None, manual_clock.now)
    pipeline.tell(pipeline.upload(f"accounts/1/imports/{job.id}/file.csv", _many()))
    pipeline.deliver(pipeline.messages[:1])
    endings.cancel(ACCOUNT, job.id, manual_clock.now)
    pipeline.run()
    assert entries()
    manual_clock.move(days=30)
    undoer.undo()
    assert entries() == []


def _many() -> bytes:
    return sample_files.detailed_export(300, shape=SHAPE)


def _file(person: str, client: str, project: str, task: str, days: int, *, head: bool = True) -> bytes:
    """Some days of somebody on one task."""
    lines = [f"2026-01-{day:02},{client},{project},{task},{person},Field,1.5" for day in range(1, days + 1)]
    first = ["Date,Client,Project,Task,First Name,Last Name,Hours"] if head else []
    return "\n".join([*first, *lines, ""]).encode()


def _task_fields(name: str) -> TaskFields:
    return TaskFields(name=name)


def _assign(project_id: Id, task_id: Id, undoer: Undoing) -> None:
    task_assignments.create(ACCOUNT, project_id, task_id, default_fields, undoer.manual_clock.now)
