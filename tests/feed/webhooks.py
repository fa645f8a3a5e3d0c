"""The queue of deliveries to webhooks and a clock, so that three days of them pass in a moment."""

import heapq
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from types import SimpleNamespace
from unittest.mock import patch

from sheaf.aws import queue
from sheaf.domain.identity import AccountId
from sheaf.feed import deliveries

SECONDS = 48.0  # that a message has in an invocation


@dataclass
class Deliveries:
    """The queue, by when a message comes out of it, and the time that it is (seconds since 1970)."""

    now: float
    waiting: list[tuple[float, int, str]] = field(default_factory=list)
    deaths: int = 0
    _numbers: Iterator[int] = field(default_factory=count)

    def put(self, _account_id: AccountId, bodies: Sequence[str], delay_seconds: int) -> None:
        """In place of `queue.send_deliveries`."""
        assert 0 <= delay_seconds <= queue.LONGEST_DELAY
        for body in bodies:
            heapq.heappush(self.waiting, (self.now + delay_seconds, next(self._numbers), body))

    def run(self, seconds: float = 0.0) -> None:
        """Deliver what comes out of the queue within this time."""
        end = self.now + seconds
        while self.waiting and self.waiting[0][0] <= end:
            due, _, body = heapq.heappop(self.waiting)
            self.now = max(self.now, due)
            try:
                deliveries.deliver(body, SECONDS)
            except SystemExit:  # the worker was killed
                self.deaths += 1
                self.put(AccountId(1), [body], 60)
        self.now = end

    def stretches(self) -> list[tuple[int, int]]:
        """The first and the last change of what waits."""
        messages = [json.loads(body) for _, _, body in self.waiting]
        return sorted((message["first"], message["last"]) for message in messages)


@contextmanager
def queued() -> Iterator[Deliveries]:
    """Have that queue and that clock for the length of a `with` block."""
    taken = Deliveries(time.time())
    clock = SimpleNamespace(time=lambda: taken.now, monotonic=time.monotonic)
    with patch.object(queue, "send_deliveries", taken.put), patch.object(deliveries, "time", clock):
        yield taken
