"""What tests of the feed share: the stream that tells a stretch of history."""

import pytest

from tests.feed.deliveries import history
from tests.support.api import Api
from tools.local.stream import Record, Stream


@pytest.fixture
def told(api: Api) -> list[Record]:
    """The records of the stream that tell a stretch of history: all kinds of records, made, changed and deleted."""
    history(api)
    return Stream().read()
