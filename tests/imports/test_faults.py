"""Imports whose functions are killed, throttled and answered in part: what the table holds in the end is the same."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from sheaf.aws import clients, dynamodb, queue
from sheaf.domain.errors import BusyError
from sheaf.domain.identity import AccountId
from sheaf.domain.imports.job import FileKind, ImportFields, ImportStatus, RowCounts
from sheaf.domain.paging import WHOLE
from sheaf.domain.time_entry import TimeFilter, TimeReader
from sheaf.domain.values import Id
from sheaf.imports import applying
from sheaf.imports.batch import Step, Work
from sheaf.store import time_entries
from sheaf.store.imports import endings, jobs
from tests.imports.conftest import ManualClock
from tests.imports.pipeline import ImportPipeline
from tests.store.audit import assert_sound
from tests.store.faults import CrashError, answering, cancelled, error, leaving_unprocessed, losing_answer
from tests.support import sample_files
from tests.support.api import make_account, make_table
from tests.support.table import rows, summed

ACCOUNT = AccountId(1)
KEY = "accounts/1/imports/1/file.csv"
WRITES = {
    *("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"),
    *("PutObject", "SendMessageBatch", "PutEvents"),
}

type Table = Mapping[tuple[str, str], Mapping[str, Any]]


def tasks_with_ids(count: int) -> bytes:
    """New tasks that bring their ids, so that two runs make the very same items; every fiftieth row is bad."""
    rows = [f"{number},{'' if number % 50 == 0 else f'Task {number}'},10.50" for number in range(1, count + 1)]
    return "\n".join(["id,name,default_hourly_rate", *rows]).encode()


@contextmanager
def dying() -> Iterator[list[str]]:
    """Kill the process at every write to anything, just before it and again just after it; yields the deaths.

    A write that is begun for the first time is not carried out. The second time it is carried out, and nobody hears
    of it. After that it is left alone.
    """
    deaths: list[str] = []
    met: dict[str, int] = {}
    under_way: list[str] = []

    def before(model: Any, params: Mapping[str, Any], **_: object) -> None:
        under_way.clear()
        if model.name in WRITES:
            write = _name_of(model.name, params)
            met[write] = met.get(write, 0) + 1
            if met[write] == 1:
                deaths.append(write)
                raise CrashError
            if met[write] == 2:
                under_way.append(write)

    def after(**_: object) -> None:
        if under_way:
            deaths.append(under_way.pop())
            raise CrashError

    with ExitStack() as stack:
        for service, make in CLIENTS.items():
            for event, hook in ((f"before-call.{service}", before), (f"after-call.{service}", after)):
                make().meta.events.register_first(event, hook)
                stack.callback(make().meta.events.unregister, event, hook)
        yield deaths


def _name_of(operation: str, call: Mapping[str, Any]) -> str:
    """What a write is about, whatever ids it gives out: its keys, or of a step those of the progress that it makes."""
    if operation in ("PutObject", "PutEvents"):
        return operation
    request = json.loads(call["body"])
    if operation == "SendMessageBatch":
        return f"{operation} {[hash(item['MessageBody']) for item in request['Entries']]}"
    parts = [part for item in request.get("TransactItems", []) for part in item.values()] or [request]
    keys = [(part.get("Key", part.get("Item")), part.get("ExpressionAttributeValues", {})) for part in parts]
    told = [
        f"{key['pk']['S']} {key['sk']['S']} {values.get(':rows_done')} {values.get(':steps')} {sorted(values)}"
        for key, values in keys
    ]
    progress = [key for key in told if ("IMPORT#" in key and "CREATED#" not in key) or ":steps" in key]
    return f"{operation} {progress or [re.sub('[0-9a-f]+', '', key) for key in told]}"


CLIENTS: Mapping[str, Callable[[], Any]] = {
    "dynamodb": dynamodb.dynamodb,
    "s3": clients.s3,
    "sqs": clients.sqs,
    "events": clients.events,
}


def bring_in(pipeline: ImportPipeline, manual_clock: ManualClock, content: bytes) -> int:
    """Import a file while everything dies, and deliver everything again until it is done; how many deaths there were.

    The import is there before, so that it has the same id however often its upload is told.
    """
    manual_clock.now = ManualClock.now
    jobs.create(ACCOUNT, ImportFields(), None, manual_clock.now)
    event = pipeline.upload(KEY, content)
    with dying() as deaths:
        _tell(pipeline, event)
        while pipeline.messages:
            part = pipeline.messages[:2]
            for message in part:
                message.times = 0  # no delivery is the last: dying is not the fault of rows
            pipeline.deliver(part)
    manual_clock.move(minutes=1)
    pipeline.watch()  # announces what the last worker could not
    return len(deaths)


def _tell(pipeline: ImportPipeline, event: Mapping[str, Any]) -> None:
    while True:
        try:
            pipeline.tell(event)
        except CrashError:
            pipeline.collect()  # what was sent before the end
        else:
            return


def undisturbed(pipeline: ImportPipeline, manual_clock: ManualClock, content: bytes) -> None:
    """Import a file while nothing happens."""
    jobs.create(ACCOUNT, ImportFields(), None, manual_clock.now)
    pipeline.send(KEY, content)


@contextmanager
def another_table(endpoint_url: str) -> Iterator[None]:
    """Begin again with nothing but the account."""
    name = make_table(endpoint_url)
    make_account()
    yield
    dynamodb.dynamodb().delete_table(TableName=name)


def comparable() -> Table:
    """The table but for what is random or of one run: versions of files, secrets, names of changes, ids not used."""
    own = {"file", "last_id", "paging_key", "changed"}
    return {
        place: {name: value for name, value in item.items() if name not in own}
        for place, item in summed(rows()).items()
    }


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for anybody here."""
    monkeypatch.setattr("sheaf.backoff.time.sleep", lambda _seconds: None)


def test_a_thousand_rows_leave_the_same_table_whatever_dies_at_whichever_write(
    pipeline: ImportPipeline, manual_clock: ManualClock, endpoint_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sheaf.imports.batches.ROWS", 40)
    content = tasks_with_ids(1000)
    undisturbed(pipeline, manual_clock, content)
    expected, report = comparable(), pipeline.report(1)
    with another_table(endpoint_url):
        assert bring_in(pipeline, manual_clock, content) >= 100
        assert comparable() == expected
        assert pipeline.report(1) == report
        assert jobs.get(ACCOUNT, Id(1)).counts == RowCounts(created=980, failed=20)
        assert list(endings.open_imports()) == []
        assert_sound(ACCOUNT)


def logged() -> Counter[tuple[object, ...]]:
    """All time by what people see of it, since ids differ where some were given out and not used."""
    page = time_entries.page(ACCOUNT, TimeReader(Id(1), None), TimeFilter(), WHOLE)
    return Counter(
        (
            *(record.user.name, record.client.name, record.project.name, record.task.name),
            *(record.entry.spent_date, record.entry.hours, record.entry.notes),
        )
        for record in page.records
    )


def test_time_leaves_the_same_entries_whatever_dies_at_whichever_write(
    pipeline: ImportPipeline, manual_clock: ManualClock, endpoint_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = sample_files.detailed_export(50, bad=5)
    undisturbed(pipeline, manual_clock, content)
    expected, counts = logged(), jobs.get(ACCOUNT, Id(1)).counts
    assert (counts.created, counts.failed, expected.total()) == (45, 5, 45)
    with another_table(endpoint_url):
        bring_in(pipeline, manual_clock, content)
        assert logged() == expected
        assert jobs.get(ACCOUNT, Id(1)).counts == counts
        assert_sound(ACCOUNT)


# A table that is too busy


@pytest.mark.parametrize("operation", ["TransactWriteItems", "BatchGetItem"])
def test_a_batch_goes_on_while_the_table_is_too_busy(pipeline: ImportPipeline, operation: str) -> None:
    pipeline.tell(pipeline.upload("accounts/1/inbox/tasks.csv", tasks_with_ids(30)))
    with answering(operation, [error("ProvisionedThroughputExceededException")] * 3) as left:
        assert pipeline.deliver() == []
    assert (left, pipeline.messages) == ([], [])
    assert jobs.get(ACCOUNT, Id(1)).counts == RowCounts(created=30)


def test_a_batch_to_which_others_are_always_faster_comes_again_soon_and_no_nearer_to_the_dead_letters(
    pipeline: ImportPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    def outrun(work: Work) -> Iterator[Step]:
        raise BusyError(f"{len(work.groups)} groups have to wait")

    delays: list[int] = []
    send = queue.send_batches

    def at_once(account_id: AccountId, bodies: Sequence[str], delay_seconds: int) -> None:
        delays.append(delay_seconds)
        send(account_id, bodies)

    pipeline.tell(pipeline.upload("accounts/1/inbox/tasks.csv", tasks_with_ids(30)))
    with monkeypatch.context() as busy:
        busy.setattr(queue, "send_batches", at_once)
        busy.setattr("sheaf.backoff.SECONDS_APART", (7, 7))
        busy.setattr("sheaf.backoff.time.sleep", lambda _seconds: None)
        busy.setitem(applying.STEPS, FileKind.TASKS, outrun)
        for _ in range(queue.RECEIVES + 1):
            assert [message.times for message in pipeline.messages] == [0]
            assert pipeline.deliver() == []
            pipeline.collect()
    pipeline.run()
    assert delays == [7] * (queue.RECEIVES + 1)
    assert jobs.get(ACCOUNT, Id(1)).counts == RowCounts(created=30)
    assert pipeline.dead == []


def test_an_upload_comes_again_when_the_table_is_too_busy(pipeline: ImportPipeline) -> None:
    event = pipeline.upload("accounts/1/inbox/tasks.csv", tasks_with_ids(30))
    busy = error("ProvisionedThroughputExceededException")
    with answering("TransactWriteItems", [busy]), pytest.raises(BusyError):
        pipeline.tell(event)
    pipeline.tell(event)
    pipeline.run()
    assert jobs.get(ACCOUNT, Id(2)).counts == RowCounts(created=30)
    assert jobs.page(ACCOUNT, WHOLE).total_entries == 1


def test_keys_that_are_left_unprocessed_are_asked_for_again(pipeline: ImportPipeline) -> None:
    with leaving_unprocessed(keep=4):
        pipeline.send("accounts/1/inbox/tasks.csv", tasks_with_ids(30))
    assert jobs.get(ACCOUNT, Id(1)).status is ImportStatus.COMPLETED
    assert jobs.get(ACCOUNT, Id(1)).counts == RowCounts(created=30)


@pytest.mark.parametrize("reason", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_transaction_that_met_another_is_repeated(pipeline: ImportPipeline, reason: str) -> None:
    pipeline.tell(pipeline.upload("accounts/1/inbox/tasks.csv", tasks_with_ids(30)))
    with answering("TransactWriteItems", [cancelled("None", reason)] * 3) as left:
        pipeline.run()
    assert left == []
    assert jobs.get(ACCOUNT, Id(1)).counts == RowCounts(created=30)


def test_a_transaction_whose_answer_is_lost_counts_once(pipeline: ImportPipeline) -> None:
    pipeline.tell(pipeline.upload("accounts/1/inbox/tasks.csv", tasks_with_ids(30)))
    with losing_answer("TransactWriteItems") as lost:
        pipeline.run()
    assert lost == ["TransactWriteItems"]
    assert jobs.get(ACCOUNT, Id(1)).counts == RowCounts(created=30)
    assert_sound(ACCOUNT)
