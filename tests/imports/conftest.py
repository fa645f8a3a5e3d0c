"""Imports from their upload to their end, in one process."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from sheaf.domain.identity import Account
from sheaf.domain.values import Timestamp, to_timestamp
from sheaf.imports import clock
from tests.imports.pipeline import Carrier, carrying


class Hands:
    """A clock that stands still until it is moved."""

    now = Timestamp("2026-03-01T12:00:00Z")

    def move(self, **by: float) -> None:
        self.now = to_timestamp(datetime.fromisoformat(self.now) + timedelta(**by))


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    """What time it is for imports."""
    hands = Hands()
    monkeypatch.setattr(clock, "now", lambda: hands.now)
    return hands


@pytest.fixture
def carrier(account: Account, hands: Hands, monkeypatch: pytest.MonkeyPatch) -> Iterator[Carrier]:
    """The bucket, queue and bus around the functions; account 1 is there."""
    with carrying(monkeypatch) as item:
        yield item
