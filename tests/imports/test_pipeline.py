"""The way of a file, through the functions as they are deployed: what comes out, whatever happens on the way."""

import csv
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest

from functions.on_import_rows.handler import handler as rows_handler
from sheaf.aws import clients, files, queue
from sheaf.domain.errors import BusyError, NotFoundError
from sheaf.domain.identity import AccountId
from sheaf.domain.imports.job import (
    FileKind,
    Import,
    ImportFields,
    ImportSnapshot,
    ImportStatus,
    RowCounts,
    Source,
    StoredFile,
)
from sheaf.domain.paging import WHOLE, Filter
from sheaf.domain.task import Task, TaskFields
from sheaf.domain.values import Id
from sheaf.imports import applying, finishing, splitting
from sheaf.imports.batch import CUT_TWICE, Step, Work
from sheaf.store import tasks
from sheaf.store.imports import endings, jobs
from tests.imports.conftest import ManualClock
from tests.imports.pipeline import Context, ImportPipeline, Message, told
from tests.store.audit import assert_sound
from tests.support.api import BUCKET, make_account
from tests.support.table import rows

ACCOUNT = AccountId(1)
INBOX = "accounts/1/inbox/tasks.csv"


def file_of(*names: str) -> bytes:
    """A file of tasks of these names."""
    return "\n".join(["Task,Colour", *(f"{name},red" for name in names), ""]).encode()


def many(count: int) -> bytes:
    return file_of(*(f"Task {number:04}" for number in range(count)))


def names() -> list[str]:
    return sorted(task.name for task in all_tasks())


def all_tasks() -> list[Task]:
    return list(tasks.page(ACCOUNT, Filter(), WHOLE).records)


def job(import_id: int = 1) -> Import:
    return jobs.get(ACCOUNT, Id(import_id))


def beside_imports() -> dict[tuple[str, str], dict[str, Any]]:
    """All that the table holds but what imports note of themselves."""
    return {place: item for place, item in rows().items() if "IMPORT" not in "".join(place)}


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of a few rows, so that a short file has many."""
    monkeypatch.setattr("sheaf.imports.batch.ROWS", 4)
    monkeypatch.setattr("sheaf.imports.batches.ROWS", 4)


# The way of a file


def test_a_file_in_the_inbox_is_imported_reported_and_announced(
    pipeline: ImportPipeline, manual_clock: ManualClock
) -> None:
    event = pipeline.upload(INBOX, file_of("Design", "", "Research"))
    assert pipeline.tell(event) == 1
    pipeline.run()
    stored = event["detail"]["object"]
    assert job() == Import(
        id=Id(1),
        status=ImportStatus.COMPLETED_WITH_ERRORS,
        kind=FileKind.TASKS,
        dry_run=False,
        file_name="tasks.csv",
        user_id=None,
        created_at=manual_clock.now,
        updated_at=manual_clock.now,
        started_at=manual_clock.now,
        finished_at=manual_clock.now,
        rows_total=3,
        batches_total=1,
        counts=RowCounts(created=2, failed=1),
        ignored_columns=("Colour",),
        used_columns=("Task",),
        file=StoredFile(INBOX, stored["etag"], stored["size"], stored["version-id"]),
        has_report=True,
        source=Source.GENERIC,
        date_format="%m/%d/%Y",
        decimal_symbol=".",
        encoding="utf-8",
        delimiter=",",
    )
    assert names() == ["Design", "Research"]
    assert list(csv.reader(StringIO(pipeline.report(1)))) == [
        ["Row", "Field", "Message", "Task", "Colour"],
        ["2", "Task", "Task can't be blank", "", "red"],
    ]
    assert pipeline.announced == [
        {
            "source": "sheaf",
            "detail-type": "import.completed",
            "account_id": 1,
            "import_id": 1,
            "status": "completed_with_errors",
            "kind": "tasks",
            "dry_run": False,
            "rows_total": 3,
            "rows_created": 2,
            "rows_updated": 0,
            "rows_unchanged": 0,
            "rows_failed": 1,
            "error": None,
            "finished_at": manual_clock.now,
        }
    ]
    assert list(endings.open_imports()) == []


@pytest.mark.parametrize("brought", [3, 9, 30])
def test_an_id_that_a_file_brings_is_never_given_to_another_of_its_rows(
    pipeline: ImportPipeline, small_batches: None, brought: int
) -> None:
    wanted = [*(f"Task {number:02}" for number in range(20)), "With an id"]
    ids = [""] * 20 + [str(brought)]
    pipeline.send(INBOX, "\n".join(["Id,Task", *map(",".join, zip(ids, wanted, strict=True)), ""]).encode())
    assert (names(), {task.id for task in all_tasks() if task.name == "With an id"}) == (wanted, {brought})
    assert job().counts == RowCounts(created=21)
    pipeline.send("accounts/1/inbox/dry-run/tasks.csv", f"Id,Task\n{brought + 100},New\n".encode())
    assert tasks.create(ACCOUNT, TaskFields(name="Next"), job().created_at).id == brought + 21


def test_a_file_is_put_at_the_place_that_was_made_for_it(pipeline: ImportPipeline, manual_clock: ManualClock) -> None:
    made = jobs.create(ACCOUNT, ImportFields(file_name="tasks.csv"), Id(7), manual_clock.now)
    pipeline.send(files.upload_key(ACCOUNT, made.id, "tasks.csv"), file_of("Design"))
    assert (job().status, job().user_id, names()) == (ImportStatus.COMPLETED, 7, ["Design"])
    assert not job().has_report


@pytest.mark.parametrize(
    ("folders", "fields"),
    [
        ("", ImportFields()),
        ("projects/", ImportFields(kind=FileKind.PROJECTS)),
        ("dry-run/", ImportFields(dry_run=True)),
        ("dry-run/time_entries/", ImportFields(kind=FileKind.TIME_ENTRIES, dry_run=True)),
    ],
)
def test_folders_of_the_inbox_say_what_is_wanted(pipeline: ImportPipeline, folders: str, fields: ImportFields) -> None:
    upload = files.read_upload_event(told(f"accounts/1/inbox/{folders}Ä b+c.csv", "e", 3, "v"))
    assert upload.fields == replace(fields, file_name="Ä b+c.csv")
    assert (upload.account_id, upload.import_id) == (1, None)


def test_a_dry_run_judges_alike_and_writes_nothing(pipeline: ImportPipeline) -> None:
    pipeline.send(INBOX, file_of("Design"))
    before = beside_imports()
    pipeline.send("accounts/1/inbox/dry-run/tasks.csv", file_of("design", "Research", ""))
    assert beside_imports() == before
    assert (job(2).status, job(2).dry_run) == (ImportStatus.COMPLETED_WITH_ERRORS, True)
    assert job(2).counts.failed == 1
    assert job(2).counts.created == 1
    assert job(2).counts.done == 3


def test_a_file_twice_changes_nothing(pipeline: ImportPipeline) -> None:
    for _ in range(2):
        pipeline.send(INBOX, many(30))
    assert (job(2).counts, len(names())) == (RowCounts(unchanged=30), 30)


# What is no upload of ours


@pytest.mark.parametrize(
    "event",
    [
        told(INBOX, "e", 3, "v", bucket="another"),
        {**told(INBOX, "e", 3, "v"), "source": "aws.sqs"},
        {**told(INBOX, "e", 3, "v"), "detail-type": "Object Deleted"},
        told("accounts/2/inbox/tasks.csv", "e", 3, "v"),
        told("accounts/1/imports/1/tasks.csv", "e", 3, "v"),
        told("accounts/1/imports/x/tasks.csv", "e", 3, "v"),
        told("accounts/one/inbox/tasks.csv", "e", 3, "v"),
        told("accounts/1/inbox/", "e", 3, "v"),
        told("accounts/1/inbox/tasks/dry-run/tasks.csv", "e", 3, "v"),
        told("accounts/1/inbox/invoices/tasks.csv", "e", 3, "v"),
        told("accounts/1/inbox/tasks/more/tasks.csv", "e", 3, "v"),
        told("accounts/1/tasks.csv", "e", 3, "v"),
        told("reports/1/1.csv", "e", 3, "v"),
        told("tasks.csv", "e", 3, "v"),
        {},
        {"source": "aws.s3", "detail-type": "Object Created", "detail": {"bucket": BUCKET, "object": INBOX}},
    ],
)
def test_what_is_no_upload_of_an_account_is_refused(pipeline: ImportPipeline, event: dict[str, Any]) -> None:
    before = rows()
    assert pipeline.tell(event) == 0
    assert (rows(), pipeline.messages, pipeline.announced) == (before, [], [])


def test_an_upload_below_another_account_does_not_reach_an_import_of_the_same_number(
    pipeline: ImportPipeline, manual_clock: ManualClock
) -> None:
    make_account(2)
    jobs.create(ACCOUNT, ImportFields(), None, manual_clock.now)
    pipeline.send("accounts/2/imports/1/tasks.csv", file_of("Design"))
    assert job().status is ImportStatus.AWAITING_UPLOAD
    with pytest.raises(NotFoundError):
        jobs.get(AccountId(2), Id(1))


# Files that cannot be imported


def ended(pipeline: ImportPipeline, reason: str) -> None:
    """An import that failed before any row."""
    assert (job().status, job().error, job().counts) == (ImportStatus.FAILED, reason, RowCounts())
    told_of = [(item["detail-type"], item["status"], item["error"]) for item in pipeline.announced]
    assert told_of == [("import.failed", "failed", reason)]
    assert (names(), pipeline.messages, list(endings.open_imports())) == ([], [], [])


def test_what_is_wrong_with_a_file_ends_its_import(pipeline: ImportPipeline) -> None:
    pipeline.send(INBOX, b"Task\n")
    ended(pipeline, "The file has a header and no rows")


def test_a_file_that_is_too_large_is_not_read(pipeline: ImportPipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splitting, "SIZE_LIMIT", 1024**3)
    pipeline.tell(told(INBOX, "e", 1024**3 + 1, "v"))
    ended(pipeline, "The file is larger than 1 GB; cut it into several")


def test_a_file_that_is_gone_ends_its_import(pipeline: ImportPipeline) -> None:
    event = pipeline.upload(INBOX, file_of("Design"))
    clients.s3().delete_object(Bucket=BUCKET, Key=INBOX, VersionId=event["detail"]["object"]["version-id"])
    pipeline.tell(event)
    ended(pipeline, "The file was deleted before it was read")


def test_a_version_is_read_whatever_was_put_in_its_place(pipeline: ImportPipeline) -> None:
    event = pipeline.upload(INBOX, file_of("Design"))
    pipeline.upload(INBOX, file_of("Research"))
    clients.s3().delete_object(Bucket=BUCKET, Key=INBOX)
    pipeline.tell(event)
    pipeline.run()
    assert names() == ["Design"]


def test_without_versions_a_file_that_was_replaced_is_not_read(pipeline: ImportPipeline) -> None:
    event = pipeline.upload(INBOX, file_of("Design"))
    del event["detail"]["object"]["version-id"]
    pipeline.upload(INBOX, file_of("Research"))
    pipeline.tell(event)
    ended(pipeline, "The file was replaced by another before it was read")


# Deliveries


def test_an_upload_that_is_told_again_is_cut_once(pipeline: ImportPipeline) -> None:
    event = pipeline.upload(INBOX, many(150))
    assert [pipeline.tell(event), pipeline.tell(event)] == [2, 0]
    pipeline.run()
    assert pipeline.tell(event) == 0
    assert (job().counts, len(names()), len(pipeline.announced)) == (RowCounts(created=150), 150, 1)
    with pytest.raises(NotFoundError):
        job(2)


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("seed", range(3))
def test_batches_come_twice_late_and_in_any_order(pipeline: ImportPipeline, seed: int) -> None:
    order = random.Random(seed)  # noqa: S311 - no secret
    pipeline.tell(pipeline.upload(INBOX, many(40)))
    first = list(pipeline.messages)
    assert len(first) == 10
    deliveries = [*first, *order.sample(first, 5)]
    order.shuffle(deliveries)
    for message in deliveries:
        pipeline.deliver([replace(message, times=0)])
    assert (job().status, job().counts) == (ImportStatus.COMPLETED, RowCounts(created=40))
    before = rows()
    pipeline.deliver(first)
    assert rows() == before
    assert len(pipeline.announced) == 1


@pytest.mark.usefixtures("small_batches")
def test_batches_that_several_workers_have_at_once_count_once(pipeline: ImportPipeline) -> None:
    pipeline.tell(pipeline.upload(INBOX, many(40)))
    messages = pipeline.messages * 3

    def work(message: Message) -> object:
        return rows_handler({"Records": [replace(message, times=1).record()]}, Context())

    with ThreadPoolExecutor(4) as workers:
        answers = list(workers.map(work, messages))
    pipeline.run()
    assert len(answers) == 30
    assert (job().status, job().counts) == (ImportStatus.COMPLETED, RowCounts(created=40))
    assert len(names()) == 40
    assert_sound(ACCOUNT)


@pytest.mark.usefixtures("small_batches")
def test_one_message_that_cannot_be_applied_holds_no_other_up(
    pipeline: ImportPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(applying.STEPS, FileKind.TASKS, poisoned("Task 0018"))
    pipeline.tell(pipeline.upload(INBOX, many(40)))
    back = pipeline.deliver()
    assert (len(pipeline.messages), back) == (1, pipeline.messages)
    assert 36 <= job().counts.created == len(names()) < 40


def poisoned(name: str) -> Callable[[Work], Iterator[Step]]:
    """Steps of tasks, one group at a time, that break on a name."""

    def steps(work: Work) -> Iterator[Step]:
        done = 0
        for group in work.groups:
            if work.rows_done <= done:
                if any(name == row.given["name"] for row in group.rows):  # type: ignore[union-attr]
                    raise RuntimeError("poison")
                yield from STEPS(replace(work, groups=[group], rows_done=0))
            done += len(group.rows)

    return steps


STEPS = applying.STEPS[FileKind.TASKS]


@pytest.mark.usefixtures("small_batches")
def test_a_row_that_breaks_the_worker_fails_alone_at_the_last_delivery(
    pipeline: ImportPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(applying.STEPS, FileKind.TASKS, poisoned("Task 0018"))
    pipeline.send(INBOX, many(40))
    assert (pipeline.dead, job().status) == ([], ImportStatus.COMPLETED_WITH_ERRORS)
    assert (job().counts, len(names())) == (RowCounts(created=39, failed=1), 39)
    message = "Internal error; the operator finds it in the log by the request id request-1"
    failed = list(csv.reader(StringIO(pipeline.report(1))))[1:]
    assert failed == [["19", "", message, "Task 0018", "red"]]


def test_a_message_that_can_never_be_applied_is_a_dead_letter_and_the_import_ends_without_it(
    pipeline: ImportPipeline, manual_clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline.tell(pipeline.upload(INBOX, many(250)))
    bad = pipeline.messages[0].body
    apply = applying.apply

    def fail(body: str, last_resort: str | None, seconds: float) -> None:
        if body == bad:
            raise MemoryError
        apply(body, last_resort, seconds)

    monkeypatch.setattr(applying, "apply", fail)
    pipeline.run()
    assert (len(pipeline.dead), job().status) == (1, ImportStatus.RUNNING)
    manual_clock.move(minutes=29)
    assert pipeline.watch() == 0
    manual_clock.move(minutes=1)
    assert pipeline.watch() == 1
    assert job().status is ImportStatus.FAILED
    assert (
        job().error
        == pipeline.announced[0]["error"]
        == ("The import made no progress for 30 minutes; import the file again to finish it")
    )
    assert job().counts.created == len(names())


def test_a_name_that_is_taken_between_decision_and_transaction_is_decided_on_again(
    pipeline: ImportPipeline, manual_clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def steps(work: Work) -> Iterator[Step]:
        for step in STEPS(work):
            if not names():
                tasks.create(ACCOUNT, TaskFields(name="design"), manual_clock.now)
            yield step

    monkeypatch.setitem(applying.STEPS, FileKind.TASKS, steps)
    pipeline.tell(pipeline.upload(INBOX, file_of("Design", "Research")))
    assert pipeline.deliver() == []
    assert (names(), job().counts) == (["Design", "Research"], RowCounts(created=1, updated=1))
    assert [task.id for task in all_tasks() if task.name == "Design"] == [
        task.id for task in all_tasks() if task.version == 2
    ]


# What a splitter does after a crash


def test_what_was_assumed_of_a_file_is_said_also_after_an_interruption(
    pipeline: ImportPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = "Date,Client,Project,Task,Hours,First name,Last name"
    event = pipeline.upload("accounts/1/inbox/time.csv", f"{columns}\n3/4/2026,A,B,C,1,Mia,M\n".encode())
    with monkeypatch.context() as broken:
        broken.setattr(queue, "send_batches", lambda *_: (_ for _ in ()).throw(BusyError("busy")))
        with pytest.raises(BusyError):
            pipeline.tell(event)
    assert job().is_date_format_assumed
    pipeline.tell(event)
    assert job().is_date_format_assumed


@pytest.mark.usefixtures("small_batches")
def test_a_splitter_continues_where_an_interrupted_one_stopped(
    pipeline: ImportPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(splitting, "SENT_AT_ONCE", 2)
    event = pipeline.upload(INBOX, many(40))
    with monkeypatch.context() as broken:
        calls: list[int] = []

        def send(account_id: AccountId, bodies: list[str]) -> None:
            calls.append(len(bodies))
            if len(calls) == 3:
                raise BusyError("The queue is busy")
            SEND(account_id, bodies)

        broken.setattr(queue, "send_batches", send)
        with pytest.raises(BusyError):
            pipeline.tell(event)
        pipeline.collect()
    assert (len(pipeline.messages), job().rows_total) == (4, None)
    assert pipeline.tell(event) == 6
    pipeline.run()
    assert (job().counts, job().batches_total) == (RowCounts(created=40), 10)


SEND = queue.send_batches


@pytest.mark.usefixtures("small_batches")
def test_a_file_that_would_be_cut_in_another_way_than_before_ends_its_import(
    pipeline: ImportPipeline, manual_clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(splitting, "SENT_AT_ONCE", 2)
    made = [tasks.create(ACCOUNT, TaskFields(name=f"Old {number}"), manual_clock.now) for number in range(12)]
    lines = [f"{task.id},New {12 - number}" for number, task in enumerate(made)]
    event = pipeline.upload(INBOX, "\n".join(["id,name", *lines]).encode())
    with monkeypatch.context() as broken:
        broken.setattr(jobs, "mark_all_sent", lambda *_: (_ for _ in ()).throw(BusyError("busy")))
        with pytest.raises(BusyError):
            pipeline.tell(event)
    pipeline.collect()
    for number, item in enumerate(made):
        tasks.update(ACCOUNT, item.id, lambda task, name=f"New {(number * 5) % 12}": replace(task, name=name))  # type: ignore[misc]
    pipeline.tell(event)
    pipeline.run()
    assert (job().status, job().error) == (ImportStatus.FAILED, CUT_TWICE)


# Cancelled in the middle


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("delivered", [0, 1, 7])
def test_a_cancelled_import_counts_just_what_it_has_changed(
    pipeline: ImportPipeline, manual_clock: ManualClock, delivered: int
) -> None:
    pipeline.tell(pipeline.upload(INBOX, many(39) + b",red\n"))
    pipeline.deliver(pipeline.messages[:delivered])
    endings.cancel(ACCOUNT, Id(1), manual_clock.now)
    pipeline.run()
    assert (job().status, job().rows_total) == (ImportStatus.CANCELLED, 40)
    assert job().counts.created == len(names()) == sum(task.version == 1 for task in all_tasks())
    assert pipeline.watch() == 1
    assert job().has_report is bool(job().counts.failed)
    assert (pipeline.announced, pipeline.dead, list(endings.open_imports())) == ([], [], [])


def test_a_cancellation_while_a_batch_is_applied_cuts_it_off_between_two_steps(
    pipeline: ImportPipeline, manual_clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def steps(work: Work) -> Iterator[Step]:
        for number, step in enumerate(STEPS(work)):
            if number == 2:
                endings.cancel(ACCOUNT, Id(1), manual_clock.now)
            yield step

    monkeypatch.setitem(applying.STEPS, FileKind.TASKS, steps)
    pipeline.send(INBOX, many(100))
    assert job().status is ImportStatus.CANCELLED
    assert 0 < job().counts.created == len(names()) < 100


# The watchdog


def test_an_import_whose_file_never_comes_ends_after_a_day(pipeline: ImportPipeline, manual_clock: ManualClock) -> None:
    jobs.create(ACCOUNT, ImportFields(), Id(7), manual_clock.now)
    manual_clock.move(hours=24, seconds=-1)
    assert pipeline.watch() == 0
    manual_clock.move(seconds=1)
    assert pipeline.watch() == 1
    ended(pipeline, "No file was uploaded within 24 hours")
    assert pipeline.watch() == 0


def test_an_import_that_goes_on_is_left_alone(pipeline: ImportPipeline, manual_clock: ManualClock) -> None:
    pipeline.tell(pipeline.upload(INBOX, many(250)))
    for _ in range(3):
        manual_clock.move(minutes=29)
        assert pipeline.watch() == 0
        pipeline.deliver(pipeline.messages[:1])
    assert job().status is ImportStatus.COMPLETED


@pytest.mark.parametrize("left_out", ["_complete", "_publish"])
def test_what_the_last_worker_could_not_finish_is_finished_by_the_watchdog(
    pipeline: ImportPipeline, manual_clock: ManualClock, monkeypatch: pytest.MonkeyPatch, left_out: str
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(finishing, left_out, lambda *_: True)
        pipeline.send(INBOX, file_of("Design", ""))
    assert pipeline.announced == []
    manual_clock.move(seconds=59)
    assert pipeline.watch() == 0
    manual_clock.move(seconds=1)
    assert pipeline.watch() == 1
    assert (job().status, len(pipeline.announced)) == (ImportStatus.COMPLETED_WITH_ERRORS, 1)
    assert "Task can't be blank" in pipeline.report(1)
    assert list(endings.open_imports()) == []


def test_a_long_report_is_left_to_the_watchdog(
    pipeline: ImportPipeline, manual_clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finishing, "WORKERS_REPORT", 1)
    pipeline.send(INBOX, file_of("", "", "Design"))
    assert job().status is ImportStatus.RUNNING
    manual_clock.move(minutes=1)
    assert pipeline.watch() == 1
    assert (job().status, job().has_report) == (ImportStatus.COMPLETED_WITH_ERRORS, True)


def test_an_import_that_cannot_be_ended_keeps_no_other_from_its_end(
    pipeline: ImportPipeline, manual_clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        jobs.create(ACCOUNT, ImportFields(), None, manual_clock.now)
    standing = jobs.snapshot

    def fail(account_id: AccountId, import_id: Id) -> ImportSnapshot:
        if import_id == 2:
            raise RuntimeError("broken")
        return standing(account_id, import_id)

    monkeypatch.setattr(jobs, "snapshot", fail)
    manual_clock.move(hours=24)
    assert pipeline.watch() == 2
    assert list(endings.open_imports()) == [(1, 2)]
