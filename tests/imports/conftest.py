"""Imports from their upload to their end, in one process."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from sheaf.domain.identity import Account
from sheaf.domain.values import Timestamp, to_timestamp
from sheaf.imports import clock
from tests.imports.pipeline import ImportPipeline, running_pipeline


class ManualClock:
    """A clock that shows the same time until a test moves it."""

    now = Timestamp("2026-03-01T12:00:00Z")

    def move(self, **by: float) -> None:
        self.now = to_timestamp(datetime.fromisoformat(self.now) + timedelta(**by))


@pytest.fixture
def manual_clock(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    """What time it is for imports."""
    manual_clock = ManualClock()
    monkeypatch.setattr(clock, "now", lambda: manual_clock.now)
    return manual_clock


@pytest.fixture
def pipeline(account: Account, manual_clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[ImportPipeline]:
    """The bucket, queue and bus around the functions; account 1 is there."""
    with running_pipeline(monkeypatch) as item:
        yield item
