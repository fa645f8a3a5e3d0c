"""The server that the tests of this folder share, and clients for it."""

import json
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sheaf.store import accounts
from tests.support.api import NOW, make_token
from tests.support.server import Client, Server, running
from tools.template import PROJECT


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


NPM_FOLDER = PROJECT / ".local" / "npm"
NPM_PACKAGES = {
    "private": True,
    "dependencies": {"@procyon-creative/harvest-sdk": "1.0.0", "harvest": "2.2.6"},
    # What `harvest` was published with is among its dependencies, and 340 packages with it; nothing of it is imported.
    "overrides": {"harvest": {"semantic-release": "npm:async@3"}},
}


@pytest.fixture(scope="session", autouse=True)
def npm_install() -> Iterator[subprocess.Popen[bytes] | None]:
    """What brings the clients of npm while other tests run; None where there is nothing to bring, or no npm."""
    npm, folder = shutil.which("npm"), NPM_FOLDER
    if npm is None:
        yield None
        return
    folder.mkdir(parents=True, exist_ok=True)
    wanted, there = json.dumps(NPM_PACKAGES), folder / "package.json"
    if (folder / "node_modules").exists() and there.exists() and there.read_text() == wanted:
        yield None
        return
    there.write_text(wanted)
    install = [npm, "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
    with subprocess.Popen(install, cwd=folder, stdout=subprocess.DEVNULL) as running:  # noqa: S603
        yield running


@pytest.fixture(scope="session")
def npm_packages(npm_install: subprocess.Popen[bytes] | None) -> Path:
    """A folder in which scripts find the clients of npm; kept from one run of the tests to the next."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("Node.js and npm are not on this machine, and these clients are JavaScript packages")
    if npm_install is not None:
        assert npm_install.wait() == 0
    return NPM_FOLDER


# What saves, loads or scans the whole table, in the order in which it comes before all others: the table is small then.
FIRST = ("test_start_and_stop.py", "test_hostile_requests.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests of `FIRST`, and so with their group, which takes longest."""
    items.sort(key=lambda item: FIRST.index(item.path.name) if item.path.name in FIRST else len(FIRST))
