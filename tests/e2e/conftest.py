"""The server that the tests of this folder share, and clients for it."""

import secrets
from collections.abc import Callable, Iterator

import pytest

from sheaf.store import accounts
from tests.support.api import NOW, make_token
from tests.support.server import Client, Server, running


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """What `make run` starts, without data of earlier sessions."""
    with running() as started:
        yield started


@pytest.fixture
def demo(server: Server) -> Client:
    """The administrator of the demo account; tests with this client leave the account as it was."""
    return Client(server.port)


@pytest.fixture(scope="session")
def newcomer(server: Server) -> Callable[[], Client]:
    """Makes accounts without any task, and gives the administrator of each."""

    def make() -> Client:
        with server.store():
            account = accounts.create("Example Ltd", secrets.token_bytes(32), NOW)
            return Client(server.port, make_token(account), account.id)

    return make


@pytest.fixture
def client(newcomer: Callable[[], Client]) -> Client:
    """The administrator of an account that is this test's own."""
    return newcomer()


# What saves, loads or scans the whole table, in the order in which it comes before all others: the table is small then.
FIRST = ("test_start_and_stop.py", "test_hostile_requests.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests of `FIRST`, and so with their group, which takes longest."""
    items.sort(key=lambda item: FIRST.index(item.path.name) if item.path.name in FIRST else len(FIRST))
