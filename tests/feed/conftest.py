"""What tests of the feed share: what leaves it for the bus and the dead letters, and a stretch of history."""

import json
from typing import Any

import pytest

from sheaf.aws import event_bus, queue
from sheaf.aws.event_bus import Event
from tests.feed.deliveries import history
from tests.support.api import Api
from tools.local.stream import Record, Stream


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """What went to the event bus."""
    events: list[Event] = []
    monkeypatch.setattr(event_bus, "send_all", events.extend)
    return events


@pytest.fixture
def buried(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What went to the dead letters."""
    letters: list[Any] = []
    monkeypatch.setattr(queue, "send_dead_change", lambda body: letters.append(json.loads(body)))
    return letters


@pytest.fixture
def told(api: Api) -> list[Record]:
    """The records of the stream that tell a stretch of history: all kinds of records, made, changed and deleted."""
    history(api)
    return Stream().read()
