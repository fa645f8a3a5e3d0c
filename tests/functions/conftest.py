"""The demo account that the example events speak of, and the replay of one event on it."""

from collections.abc import Callable, Iterator

import pytest

from sheaf.domain.values import Timestamp
from tests.functions import examples, v1_examples
from tests.functions.examples import Whole
from tests.support.accounts import DemoToRead, DemoToWrite, demo_to_write, put_demo_account
from tests.support.api import Api, make_account, make_token, only_reads
from tests.support.example_requests import load_event

Replay = Callable[[str, str], Whole]


@pytest.fixture
def started(table: str, endpoint_url: str) -> Timestamp:
    """The demo account on a table of its own; the value is the second in which its seeding began."""
    return put_demo_account(endpoint_url)


@pytest.fixture
def started_with_feed(table: str, endpoint_url: str) -> Timestamp:
    """The same, with the feed of its changes."""
    return put_demo_account(endpoint_url, with_feed=True)


@pytest.fixture(scope="session")
def to_write(endpoint_url: str) -> DemoToWrite:
    """One demo account for all examples that may write."""
    return demo_to_write(endpoint_url)


@pytest.fixture
def writing(to_write: DemoToWrite) -> Iterator[Timestamp]:
    """That one is in use, and is put back at the end; the value is when its seeding began."""
    with to_write.in_use():
        yield to_write.started


@pytest.fixture
def replay(request: pytest.FixtureRequest) -> Replay:
    """Answers one example event (operation, scenario) from the demo account."""
    return _from_a_fitting_table(examples.replay, request)


@pytest.fixture
def replay_v1(request: pytest.FixtureRequest) -> Replay:
    """The same for an operation of v1, in whichever of its formats."""
    return _from_a_fitting_table(v1_examples.replay, request)


def _from_a_fitting_table(answer: Callable[[str, str, Timestamp], Whole], request: pytest.FixtureRequest) -> Replay:
    """From the test's own table, if it has one; otherwise from the one for what writes, or for what only reads."""

    def replayed(operation: str, scenario: str) -> Whole:
        if operation == "retrieve_reference":
            request.getfixturevalue("reference_files")
        if "table" in request.fixturenames:
            return answer(operation, scenario, request.getfixturevalue("started"))
        if not only_reads(load_event(operation, scenario)):
            return answer(operation, scenario, request.getfixturevalue("writing"))
        to_read: DemoToRead = request.getfixturevalue("to_read")
        with to_read.in_use():
            return answer(operation, scenario, to_read.started)

    return replayed


@pytest.fixture
def other_api(table: str) -> Api:
    """The API as an administrator of account 2 sees it."""
    return Api(make_token(make_account(2, "Other Company")), 2)
