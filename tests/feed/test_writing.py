"""The stream becomes the feed: each change once and in its record's order, however the stream is delivered."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sheaf import origin
from sheaf.aws.event_bus import Event
from sheaf.domain.change import Action, Author, Change, Origin
from sheaf.domain.identity import AccountId
from sheaf.domain.record import fields_of, with_changes
from sheaf.domain.task import Task, TaskFields
from sheaf.domain.values import Id
from sheaf.feed import writing
from sheaf.store import keys, projects, tasks
from sheaf.store.feed import appending, pages
from sheaf.store.feed.pages import ChangesGoneError, FeedRequest
from sheaf.store.resumable import resume
from sheaf.store.transactions import commit
from tests.feed.deliveries import ACCOUNT, chains, deliver, feed, histories
from tests.races.histories import RACES
from tests.store.faults import CrashError, crashing, recorded
from tests.store.interruptions import fresh_table
from tests.store.stored_records import Spent, assignment, client, populate, project, task
from tests.support.api import NOW
from tools.local.stream import Record, Stream

pytestmark = pytest.mark.streamed
DELIVERIES = max(5, RACES // 400)
POINTS = max(20, RACES // 100)  # 100 where RACES is 10,000


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, nothing that waits is given up."""
    monkeypatch.setattr(writing, "PATIENCE", 10_000.0)


def split(records: list[Record], chance: random.Random, most: int = 20) -> list[list[Record]]:
    """Records in batches of all sizes."""
    batches, left = [], list(records)
    while left:
        size = chance.randint(1, most)
        batches.append(left[:size])
        left = left[size:]
    return batches


def in_order(records: list[Record], _chance: random.Random) -> list[Record]:
    return records


def twice(records: list[Record], _chance: random.Random) -> list[Record]:
    return [record for record in records for _ in range(2)]


def late(records: list[Record], chance: random.Random) -> list[Record]:
    """A few come again long after they came first."""
    return records + chance.sample(records, len(records) // 3)


def shuffled(records: list[Record], chance: random.Random) -> list[Record]:
    return chance.sample(records, len(records))


def backwards(records: list[Record], _chance: random.Random) -> list[Record]:
    return records[::-1]


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize("disturbed", [in_order, twice, late, shuffled, backwards])
def test_the_feed_is_the_same_however_the_stream_is_delivered(
    disturbed: Callable[[list[Record], random.Random], list[Record]],
    told: list[Record],
    dead_letters: list[Any],
    endpoint_url: str,
) -> None:
    deliver([told])
    undisturbed = feed()
    chains({(change.kind, change.id) for change in undisturbed}, undisturbed)
    chance = random.Random(7)  # noqa: S311 - no secret
    for _ in range(DELIVERIES):
        with fresh_table(endpoint_url):
            deliver(split(disturbed(told, chance), chance))
            assert histories(feed()) == histories(undisturbed)
    assert dead_letters == []


@pytest.mark.usefixtures("sent", "dead_letters")
def test_all_that_happened_stands_in_the_feed(told: list[Record]) -> None:
    deliver([told])
    found = histories(feed())
    actions = {of: [str(action) for action, _, _ in steps] for of, steps in found.items()}
    assert actions["TASK", Id(1)] == ["created", "deleted"]
    assert actions["TASK", Id(2)] == ["created", "archived", "restored"]
    assert actions["CLIENT", Id(1)] == ["created", "updated", "deleted"]
    assert actions["PROJECT", Id(1)] == actions["PROJECT", Id(2)] == ["created", "deleted"]
    assert [actions["TASK_ASSIGNMENT", Id(number)] for number in (1, 2, 3, 4)] == [["created", "deleted"]] * 4
    assert actions["TIME_ENTRY", Id(1)] == ["created", "updated", "updated", "updated", "deleted"]
    assert actions["TIME_ENTRY", Id(2)] == ["created", "deleted"]
    assert actions["ROLE", Id(1)] == ["created", "deleted"]
    assert actions["USER", Id(2)] == actions["USER_ASSIGNMENT", Id(3)] == ["created", "deleted"]
    assert actions["IMPORT", Id(1)] == ["created", "updated"]


@pytest.mark.parametrize("carried_out", [True, False], ids=["after", "before"])
def test_a_worker_killed_at_any_call_leaves_what_the_next_one_finishes(
    told: list[Record],
    sent: list[Event],
    dead_letters: list[Any],
    endpoint_url: str,
    monkeypatch: pytest.MonkeyPatch,
    *,
    carried_out: bool,
) -> None:
    monkeypatch.setattr(appending, "TURN_SECONDS", 0.01)  # so long the next one waits for whoever has died
    chance = random.Random(3)  # noqa: S311 - no secret
    batches = split(told, chance, most=10)
    with fresh_table(endpoint_url):
        with recorded() as calls:
            deliver(batches)
        undisturbed = feed()
    points = range(len(calls)) if len(calls) <= POINTS else chance.sample(range(len(calls)), POINTS)
    for at in points:
        sent.clear()
        with fresh_table(endpoint_url):
            with crashing(at, carried_out=carried_out), pytest.raises(CrashError):
                deliver(batches)
            deliver(batches)  # Lambda begins anew with what it has not been told of
            assert feed() == undisturbed
            numbers = {event.detail["sequence"] for event in sent}
            assert numbers == set(range(1, len(undisturbed) + 1))
    assert dead_letters == []


@pytest.mark.usefixtures("sent")
def test_a_record_that_cannot_be_read_stops_nobody_else(told: list[Record], dead_letters: list[Any]) -> None:
    at, good = next((at, each) for at, each in enumerate(told) if "PROJECT" in each["dynamodb"]["Keys"]["pk"]["S"])
    images = {**good["dynamodb"], "NewImage": {**good["dynamodb"]["NewImage"], "id": {"S": "one"}}}
    poison = {**good, "dynamodb": images}
    project = good["dynamodb"]["Keys"]
    others = [each for each in told if each["dynamodb"]["Keys"] != project]
    deliver([[*others[:at], poison, *others[at:]]])
    assert [(letter["reason"], letter["record"]) for letter in dead_letters] == [("cannot be read", poison)]
    assert ("PROJECT", Id(1)) not in histories(feed())
    deliver([told])  # once it can be read
    assert [action for action, _, _ in histories(feed())["PROJECT", Id(1)]] == [Action.CREATED, Action.DELETED]


def renamed(task_id: Id, *names: str) -> None:
    for name in names:
        tasks.update(ACCOUNT, task_id, lambda task, name=name: changed(task, name=name))  # type: ignore[misc]


def changed(task: Task, **fields: Any) -> Task:
    return with_changes(task, replace(fields_of(TaskFields, task), **fields), NOW)


def new_task(account_id: AccountId = ACCOUNT, name: str = "Design") -> Id:
    return tasks.create(account_id, TaskFields(name=name), NOW).id


@pytest.mark.usefixtures("table", "sent")
def test_a_change_waits_for_the_one_before_it_and_then_goes_to_the_dead_letters(
    dead_letters: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    renamed(new_task(), "A", "B")
    created, first, second = now_told()
    assert writing.write([second]) == [second]
    assert writing.write([second, first]) == [second, first]
    assert feed() == []
    monkeypatch.setattr(writing, "PATIENCE", 0.0)
    assert writing.write([second]) == []
    (letter,) = dead_letters
    assert (letter["reason"], letter["record"]) == ("the change before it did not come", second)
    assert writing.write([created, first, letter["record"]]) == []  # brought back, it finds its place
    assert [change.after.name for change in feed()] == ["Design", "A", "B"]


def now_told() -> list[Record]:
    """The stream, its times as they are when it comes at once."""
    return Stream().read()


@pytest.mark.usefixtures("table", "sent", "dead_letters")
def test_what_was_before_a_change_may_be_so_old_that_it_is_not_kept_any_more() -> None:
    renamed(new_task(), "A")
    _, later = now_told()
    stamped = {**later["dynamodb"]["OldImage"]["changed"]["M"], "at": {"S": "2026-01-01T00:00:00Z"}}
    old = {**later["dynamodb"]["OldImage"], "changed": {"M": stamped}}
    assert writing.write([{**later, "dynamodb": {**later["dynamodb"], "OldImage": old}}]) == []
    assert [change.action for change in feed()] == [Action.UPDATED]


@pytest.mark.usefixtures("table", "dead_letters")
def test_the_account_with_the_fewest_changes_comes_first(sent: list[Event]) -> None:
    for number in range(30):
        new_task(ACCOUNT, f"Task {number}")
    new_task(AccountId(2))
    deliver([now_told()])
    assert [event.detail["account_id"] for event in sent] == [2, *[1] * 30]


@pytest.mark.usefixtures("table", "sent", "dead_letters")
def test_a_flood_is_cut_into_blocks_that_no_reader_notices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(appending, "IN_BLOCK", 5)
    monkeypatch.setattr(keys, "CHANGES_IN_PARTITION", 12)
    for number in range(40):
        new_task(name=f"Task {number:02}")
    deliver([now_told()])
    names = [f"Task {number:02}" for number in range(40)]
    for limit in (1, 3, 5, 12, 100):
        assert [change.after.name for change in feed(limit=limit)] == names


@pytest.mark.usefixtures("table", "sent", "dead_letters")
def test_large_records_make_small_blocks_and_small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(appending, "BLOCK_BYTES", 1_500)
    monkeypatch.setattr(pages, "PAGE_BYTES", 1_500)
    for number in range(9):
        new_task(name=f"{number}" * 200)
    deliver([now_told()])
    page = pages.page(ACCOUNT, FeedRequest(0, 100, NOW))
    assert 1 < len(page.changes) < 9
    assert page.has_more
    assert len(feed(limit=100)) == 9


@pytest.mark.usefixtures("table", "sent", "dead_letters")
def test_a_change_larger_than_a_block_or_a_page_stands_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(appending, "BLOCK_BYTES", 10)
    monkeypatch.setattr(pages, "PAGE_BYTES", 10)
    renamed(new_task(), "A", "B")
    deliver([now_told()])
    assert [len(pages.page(ACCOUNT, FeedRequest(after, 9, NOW)).changes) for after in range(4)] == [1, 1, 1, 0]


@pytest.mark.usefixtures("table", "sent", "dead_letters")
def test_whoever_comes_too_late_is_told_so_and_whoever_begins_gets_what_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(appending, "IN_BLOCK", 2)
    monkeypatch.setattr(keys, "CHANGES_IN_PARTITION", 4)
    for number in range(30):
        new_task(name=f"Task {number}")
    deliver([now_told()])
    monkeypatch.setattr(pages, "is_kept", lambda item, _now: int(item["sk"]["S"]) > 20)
    kept = pages.page(ACCOUNT, FeedRequest(0, 100, NOW))
    assert [change.sequence for change in kept.changes] == list(range(21, 31))
    assert [change.sequence for change in pages.page(ACCOUNT, FeedRequest(20, 3, NOW)).changes] == [21, 22, 23]
    for after in (1, 18, 19):
        with pytest.raises(ChangesGoneError):
            pages.page(ACCOUNT, FeedRequest(after, 100, NOW))
    monkeypatch.setattr(pages, "is_kept", lambda _item, _now: False)
    assert pages.page(ACCOUNT, FeedRequest(0, 100, NOW)).changes == []
    with pytest.raises(ChangesGoneError):
        pages.page(ACCOUNT, FeedRequest(25, 100, NOW))


@pytest.mark.usefixtures("table", "sent", "dead_letters")
def test_a_page_looks_at_a_bounded_number_of_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "LOOKED_AT", 10)
    for number in range(25):
        new_task(name=f"Task {number}")
    deliver([now_told()])
    nothing = FeedRequest(0, 100, NOW, wanted=lambda _change: None)
    page = pages.page(ACCOUNT, nothing)
    assert (page.changes, page.next, page.has_more) == ([], 10, True)


@pytest.mark.usefixtures("table", "sent", "dead_letters")
def test_what_is_deleted_and_made_again_under_its_id_is_a_new_history() -> None:
    task_id = new_task()
    task = tasks.delete(ACCOUNT, task_id, NOW)
    commit(tasks.written(ACCOUNT, None, replace(task, version=1)))
    deliver([now_told()])
    deliver([now_told()[::-1]])
    assert [change.action for change in feed()] == [Action.CREATED, Action.DELETED, Action.CREATED]


ADA = Origin(Author(user_id=Id(1), name="Ada Admin"), "request-1", NOW)


def deletions(changes: list[Change]) -> Counter[str]:
    """How many records of each kind were deleted, all of them by Ada in one request."""
    found = [change for change in changes if change.action is Action.DELETED]
    assert {(change.origin.author, change.origin.request_id) for change in found} == {(ADA.author, ADA.request_id)}
    return Counter(change.kind for change in found)


@pytest.mark.usefixtures("table", "sent", "dead_letters")
def test_a_task_that_goes_with_300_assignments_stands_in_the_feed_whole() -> None:
    projects_ = [project(number) for number in range(1, 301)]
    populate(client(1), *projects_, task(1), *(assignment(number, number, 1) for number in range(1, 301)))
    with origin.of(ADA):
        tasks.delete(ACCOUNT, Id(1), NOW)
    deliver([now_told()])
    assert deletions(feed(limit=500)) == {"TASK": 1, "TASK_ASSIGNMENT": 300}


@pytest.mark.usefixtures("table", "sent", "dead_letters")
def test_a_project_that_goes_with_its_time_is_deleted_by_whoever_asked_for_it_whoever_finishes_that() -> None:
    on_project = [assignment(number, 1, number) for number in range(1, 31)]
    time = [Spent(id=number, assignment=on_project[number % 30], user=1) for number in range(1, 51)]
    populate(client(1), project(1), *(task(number) for number in range(1, 31)), *on_project, *time)
    with origin.of(ADA), crashing(8, carried_out=True), pytest.raises(CrashError):
        projects.delete(ACCOUNT, Id(1), NOW)
    assert resume.resume_all(seconds=20) == 1
    deliver([now_told()])
    found = deletions(feed(limit=500))
    assert (found["PROJECT"], found["TASK_ASSIGNMENT"], found["TIME_ENTRY"]) == (1, 30, 50)


# ------------------------------------------------------------ what it costs


@pytest.mark.usefixtures("table", "sent", "dead_letters")
@pytest.mark.parametrize(("count", "calls"), [(1, 5), (98, 5), (99, 7)])
def test_changes_are_appended_in_as_few_calls_as_they_need(count: int, calls: int) -> None:
    """A read and a transaction for 98 changes, two writes by which their writer takes its turn, a look for webhooks."""
    for number in range(count):
        new_task(name=f"Task {number}")
    records = now_told()
    with recorded() as made:
        assert writing.write(records) == []
    assert len(made) == calls
    assert sum(call.operation == "TransactWriteItems" for call in made) == -(-count // appending.IN_BLOCK)
