"""The demo account that the example events speak of, and the replay of one event on it."""

from collections.abc import Callable

import pytest

from sheaf.domain.values import Timestamp
from tests.functions import examples, v1_examples
from tests.functions.examples import Whole
from tests.harness import Api, make_account, make_token
from tests.seeds import put_demo_account

Replay = Callable[[str, str], Whole]


@pytest.fixture
def started(table: str, endpoint_url: str) -> Timestamp:
    """The demo account on a table of its own; the value is the second in which its seeding began."""
    return put_demo_account(endpoint_url)


@pytest.fixture
def replay(started: Timestamp) -> Replay:
    """Answers one example event (operation, scenario) from the demo account."""
    return lambda operation, scenario: examples.replay(operation, scenario, started)


@pytest.fixture
def replay_v1(started: Timestamp) -> Replay:
    """The same for an operation of v1, in whichever of its formats."""
    return lambda operation, scenario: v1_examples.replay(operation, scenario, started)


@pytest.fixture
def other_api(table: str) -> Api:
    """The API as an administrator of account 2 sees it."""
    return Api(make_token(make_account(2, "Other Company")), 2)
