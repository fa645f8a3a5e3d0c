"""The feed of changes on DynamoDB as it refuses: how far it lags, what it costs, and what a flood does to others."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median
from typing import Any
from unittest.mock import patch

from benchmarks.capacity import write_units
from benchmarks.table import Table
from sheaf.aws import dynamodb
from sheaf.domain.identity import AccountId
from sheaf.domain.task import TaskFields
from sheaf.domain.time_entry import TimeEntry
from sheaf.domain.values import Day, Id
from sheaf.store import tasks
from sheaf.store.feed import pages
from sheaf.store.feed.pages import FeedRequest
from sheaf.store.items import Item
from sheaf.store.mappers.time_entry import to_items
from tests.store.faults import hooked
from tests.support.api import NOW, make_table, point_at
from tests.support.lambda_stream import delivering
from tools.strict_dynamodb import server as strict_dynamodb

SCALE = 4.0  # so many times as long as on DynamoDB takes everything
SECONDS = 20
FLOOD = 20_000
_QUIET, _FLOODED = AccountId(1), AccountId(2)


@dataclass
class Watched:
    """What a follower of one account saw: how many seconds after it was committed each change came."""

    account_id: AccountId
    committed: dict[Id, float] = field(default_factory=dict)
    lags: list[float] = field(default_factory=list)
    seen: int = 0

    def follow(self, ended: threading.Event) -> None:
        """Poll until the end of the feed, once all is written."""
        while True:
            is_last = ended.is_set()
            page = pages.page(self.account_id, FeedRequest(self.seen, 500, NOW))
            now = time.monotonic()
            self.lags += [(now - self.committed.get(change.id, now)) / SCALE for change in page.changes]
            self.seen = page.next
            if is_last and len(self.lags) == len(self.committed):
                return
            time.sleep(0.1 * SCALE)  # as somebody who asks ten times a second


def measure(endpoint_url: str) -> str:
    """One table: a steady stream of changes, the same beside a flood of another account, and the flood itself."""
    alone = _cells(_steady(endpoint_url, 100, flood=0))
    beside = _steady(endpoint_url, 5, flood=FLOOD)
    rows = [
        [f"100 changes a second for {SECONDS} s", *alone],
        [f"5 changes a second beside a flood of {FLOOD:,} of another account", *_cells(beside)],
        ["the flood itself", f"{beside.flooded_per_second:,.0f}", "", "", "", f"{beside.units_of_flood:.2f}", ""],
    ]
    return str(
        Table(
            "The feed of changes",
            "How long after its commit somebody who polls ten times a second sees a change, on a strict engine (as"
            f" above; time is stretched {SCALE:.0f} times), the stream read in four lanes. The flood is time entries"
            " that come all at once, as an import makes them. Write units are those of the feed: of its blocks, of"
            " the head and the turn, and of the note of each change.",
            ["what", "changes/s", "lag: median, s", "99 %, s", "slowest, s", "write units a change", "conflicts"],
            rows,
        )
    )


@dataclass(frozen=True)
class Measured:
    """What came of a run."""

    watched: Watched
    seconds: float
    units: float
    conflicts: int
    flooded_per_second: float
    units_of_flood: float


def _cells(run: Measured) -> list[str]:
    lags = sorted(run.watched.lags)
    late = lags[min(len(lags) - 1, len(lags) * 99 // 100)]
    waited = [f"{value:.2f}" for value in (median(lags), late, lags[-1])]
    return [f"{len(lags) / run.seconds:,.0f}", *waited, f"{run.units:.2f}", str(run.conflicts)]


def _steady(endpoint_url: str, a_second: int, *, flood: int) -> Measured:
    """Changes that come evenly, and a flood of another account at their begin."""
    watched, ended = Watched(_QUIET), threading.Event()
    with _strict(endpoint_url) as strict, _units() as units, ThreadPoolExecutor(40) as threads:
        with delivering() as put:
            following = threads.submit(watched.follow, ended)
            draining = threads.submit(_drained, flood)
            begun = time.monotonic()
            for record in _flood(flood):
                put(record)
            creating = []
            for number in range(a_second * SECONDS):
                time.sleep(max(0.0, begun + number / a_second * SCALE - time.monotonic()))
                creating.append(threads.submit(_create, watched, number))
            for each in creating:
                each.result()
            seconds = (time.monotonic() - begun) / SCALE
        ended.set()
        following.result()
        flooded = draining.result()
    conflicts = sum(count for name, count in strict.rules.refused.items() if "CHANGES" in name)
    own = units[str(_QUIET)] / max(1, watched.seen)
    return Measured(watched, seconds, own, conflicts, flood / flooded, units[str(_FLOODED)] / max(1, flood))


def _drained(flood: int) -> float:
    """After how many seconds the flood is in its feed."""
    begun = time.monotonic()
    while pages.last_sequence(_FLOODED) < flood:
        time.sleep(0.1)
    return max(0.001, time.monotonic() - begun) / SCALE


def _create(watched: Watched, number: int) -> None:
    task = tasks.create(watched.account_id, TaskFields(name=f"Task {number}"), NOW)
    watched.committed[task.id] = time.monotonic()


def _flood(count: int) -> Iterator[Mapping[str, Any]]:
    """What the stream tells of so many imported time entries."""
    for number in range(1, count + 1):
        entry = TimeEntry(
            id=Id(number),
            user_id=Id(number % 50 + 1),
            project_id=Id(number % 20 + 1),
            task_id=Id(number % 10 + 1),
            assignment_id=Id(number % 200 + 1),
            spent_date=Day("2026-11-20"),
            hours=Decimal("1.25"),
            notes=f"What was done as number {number}",
            external_reference=None,
            created_at=NOW,
            updated_at=NOW,
            import_id=Id(1),
        )
        item = to_items(_FLOODED, entry)[0]
        keys = {name: item[name] for name in ("pk", "sk")}
        yield {"dynamodb": {"ApproximateCreationDateTime": time.time(), "Keys": keys, "NewImage": item}}


@contextmanager
def _strict(endpoint_url: str) -> Iterator[strict_dynamodb.StrictEngine]:
    with strict_dynamodb.running(endpoint_url, scale=SCALE) as strict:
        make_table(strict.endpoint_url, is_streamed=True)
        dynamodb.dynamodb.cache_clear()
        with patch("sheaf.aws.event_bus.send_all", lambda _events: None):
            yield strict
    point_at("none", endpoint_url)
    dynamodb.dynamodb.cache_clear()


@contextmanager
def _units() -> Iterator[Counter[str]]:
    """The write units that go into feeds, by account."""
    units: Counter[str] = Counter()

    def count(params: Mapping[str, Any], **_: object) -> None:
        for action in json.loads(params["body"])["TransactItems"]:
            ((_, write),) = action.items()
            item: Item = write.get("Item") or write["Key"]
            parts = item["pk"]["S"].split("#")
            if len(parts) > 2 and parts[2].startswith("CHANGES"):
                units[parts[1]] += int(write_units(None, item, in_transaction=True))

    def count_turn(params: Mapping[str, Any], **_: object) -> None:
        key = json.loads(params["body"])["Key"]
        if key["sk"]["S"] == "TURN":
            units[key["pk"]["S"].split("#")[1]] += 1

    with (
        hooked("before-call", count, "TransactWriteItems"),
        hooked("before-call", count_turn, "UpdateItem"),
    ):
        yield units
