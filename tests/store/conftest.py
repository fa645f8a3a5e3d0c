"""What tests of the store share."""

import time
from types import SimpleNamespace

import pytest

from sheaf.store.resumable import resume


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that the store wanted to wait; it does not wait."""
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    return waited


@pytest.fixture
def timeless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pending operations are finished, however slow the machine is."""
    monkeypatch.setattr(resume, "time", SimpleNamespace(monotonic=lambda: 0.0))
