"""Many write, workers read the stream, and a follower keeps a mirror: each change comes once, and none is lost."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from sheaf.aws.event_bus import Event
from sheaf.domain.change import Action, Change
from sheaf.domain.errors import NameTakenError, NotFoundError
from sheaf.domain.identity import AccountId
from sheaf.domain.record import Kind, fields_of, with_changes
from sheaf.domain.task import Task, TaskFields
from sheaf.domain.values import Id
from sheaf.store import keys, tasks
from sheaf.store.feed import pages
from sheaf.store.feed.pages import FeedRequest
from sheaf.store.table_stream import READERS
from tests.races.histories import RACES
from tests.support.api import NOW
from tests.support.lambda_stream import delivering
from tests.support.table import rows

pytestmark = pytest.mark.streamed
WRITERS = 8
CHANGES = 400 if RACES < 10_000 else 2 * RACES  # 20,000 at length
NAMES = 40  # few enough that writers take them from one another
ACCOUNT = AccountId(1)

type Mirror = dict[tuple[Kind, Id], Any]


class Follower:
    """Whoever polls the feed, keeps every record as the changes say, and notices one that is missing or doubled."""

    def __init__(self, account_id: AccountId) -> None:
        self.mirror: Mirror = {}
        self.seen = 0
        self.faults: list[str] = []
        self._account_id = account_id

    def follow(self, until: Callable[[], bool]) -> None:
        """Poll until that is so, and to the end of the feed after that."""
        while True:
            is_last = until()
            page = pages.page(self._account_id, FeedRequest(self.seen, 100, NOW))
            for change in page.changes:
                self._take(change)
            self.seen = page.next
            if is_last and not page.has_more:
                return

    def _take(self, change: Change) -> None:
        of = change.kind, change.id
        self.seen += 1
        if change.sequence != self.seen:
            self.faults.append(f"{change.sequence} came after {self.seen - 1}")
        if self.mirror.get(of) != change.before:
            self.faults.append(f"{change.sequence} does not go on where {of} was")
        if change.action is Action.DELETED:
            del self.mirror[of]
        else:
            self.mirror[of] = change.after


def write_some(account_id: AccountId, number: int, count: int) -> int:
    """Make, change and delete tasks at random; how many changes that were. Refusals are no changes."""
    chance = random.Random(number)  # noqa: S311 - no secret
    mine: list[Id] = []
    done = 0

    def other(task: Task) -> Task:
        fields = replace(fields_of(TaskFields, task), name=name, is_active=chance.random() < 0.5)
        return with_changes(task, fields, NOW)

    while done < count:
        name = f"Task {chance.randrange(NAMES)}"
        with suppress(NameTakenError, NotFoundError):
            step = chance.random()
            if not mine or step < 0.4:
                mine.append(tasks.create(account_id, TaskFields(name=name), NOW).id)
                done += 1
            elif step < 0.8:
                task_id = chance.choice(mine)
                before = tasks.get(account_id, task_id)
                done += tasks.update(account_id, task_id, other) != before
            else:
                tasks.delete(account_id, mine.pop(chance.randrange(len(mine))), NOW)
                done += 1
    return done


def records(account_id: AccountId) -> Mirror:
    """The records as they lie in the table."""
    found: Mirror = {}
    for (pk, _), item in rows().items():
        place = keys.record_of(pk)
        if place is not None and place[0] == account_id and place[1] in READERS and "changed" in item:
            kind: Kind = place[1]  # type: ignore[assignment]
            record = READERS[kind](item)
            found[kind, record.id] = record
    return found


@pytest.mark.usefixtures("table")
def test_a_follower_meets_each_change_once_while_many_write(sent: list[Event], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sheaf.store.transactions._FIRST_PAUSE", 0.001)
    follower, written = Follower(ACCOUNT), threading.Event()
    with ThreadPoolExecutor(WRITERS + 1) as threads:
        with delivering(repeated=0.2):
            following = threads.submit(follower.follow, written.is_set)
            writing = [threads.submit(write_some, ACCOUNT, each, CHANGES // WRITERS) for each in range(WRITERS)]
            made = sum(each.result() for each in writing)
        written.set()
        following.result()
    assert follower.faults == []
    assert follower.seen == made == pages.last_sequence(ACCOUNT)
    assert follower.mirror == records(ACCOUNT)
    assert {event.detail["sequence"] for event in sent} == set(range(1, made + 1))
