"""The engine that tests run against, started once a test process, with one table a test that writes.

It is ministack. The variable ENGINE can be `moto` instead, for the examples of the handlers, or `strict`, for the
races: then the strict engine stands before ministack, and transactions that meet are refused.
"""

import gc
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from sheaf.aws import dynamodb, event_bus, queue
from sheaf.aws.event_bus import Event
from sheaf.domain.identity import Account
from sheaf.log import logger
from tests.support import moto_engine
from tests.support.accounts import DemoToRead, demo_to_read, put_account, put_administrator
from tests.support.api import Api, make_table
from tests.support.table import everything, place
from tools.local import engine
from tools.strict_dynamodb import server as strict_dynamodb
from tools.template import PROJECT

ENGINE = os.environ.get("ENGINE", "ministack")
if ENGINE not in ("moto", "ministack", "strict"):
    raise pytest.UsageError(f"ENGINE is {ENGINE!r}; it must be moto, ministack or strict")
STRICT_SCALE = (
    0.2  # a transaction takes 5 ms: long enough for others to meet it, and ten thousand histories of a race end
)

gc.disable()  # while thousands of tests are collected

# No example is too slow on a machine that is busy. Thirty of them each time, and other ones the next time.
settings.register_profile("sheaf", settings.default, deadline=None, max_examples=30)
settings.load_profile("sheaf")


@pytest.fixture(scope="session", autouse=True)
def logger_of_the_session() -> None:
    """The logger is made here: made within a test, it would go on writing to what that test captures."""
    logger()


@pytest.fixture(scope="session")
def endpoint_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a DynamoDB of our own, none with moto; DYNAMODB names another that must hold nothing of value."""
    if ENGINE == "moto":
        with moto_engine.running():
            yield ""
        return
    if address := os.environ.get("DYNAMODB"):
        yield address
        return
    with engine.running(tmp_path_factory.mktemp("engine")) as running:
        if ENGINE == "strict":
            # Ten thousand tasks are put into one partition beforehand; what is raced for are items.
            with strict_dynamodb.running(running.endpoint_url, scale=STRICT_SCALE, throttles=False) as strict:
                yield strict.endpoint_url
        else:
            yield running.endpoint_url
        running.process.kill()  # nobody reads again what it holds, and saving that can take half a minute


@pytest.fixture
def table(endpoint_url: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty table, made from the template; with its stream where the test is marked `streamed`."""
    name = make_table(endpoint_url, is_streamed=request.node.get_closest_marker("streamed") is not None)
    yield name
    dynamodb.dynamodb().delete_table(TableName=name)


@pytest.fixture(scope="session")
def built_reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What /docs answers with, made as `sam build` makes it."""
    target = tmp_path_factory.mktemp("reference")
    command = ["make", "build-RetrieveReferenceFunction", f"ARTIFACTS_DIR={target}"]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    subprocess.run(command, cwd=PROJECT / "functions/retrieve_reference", env={**os.environ, "PATH": path}, check=True)  # noqa: S603
    return target / "assets"


@pytest.fixture
def reference_files(built_reference: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The handler of /docs finds them."""
    handler = import_module("functions.retrieve_reference.handler")
    monkeypatch.setattr(handler, "FOLDER", built_reference)
    handler.assets.cache_clear()
    yield built_reference
    handler.assets.cache_clear()


@pytest.fixture(scope="session")
def to_read(endpoint_url: str) -> Iterator[DemoToRead]:
    """One demo account for all that only reads: what wrote to it made the tests after that worthless."""
    demo_account = demo_to_read(endpoint_url)
    yield demo_account
    with demo_account.in_use():
        assert {place(item): item for item in everything()} == demo_account.held


@pytest.fixture
def reading(to_read: DemoToRead) -> Iterator[None]:
    """That demo account is the one in use."""
    with to_read.in_use():
        yield


@pytest.fixture
def account(table: str, endpoint_url: str) -> Account:
    """Account 1, without users."""
    return put_account(endpoint_url)


@pytest.fixture
def api(account: Account, endpoint_url: str) -> Api:
    """The API as an administrator of account 1 sees it."""
    return Api(put_administrator(endpoint_url))


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """What went to the event bus."""
    events: list[Event] = []
    monkeypatch.setattr(event_bus, "send_all", events.extend)
    return events


@pytest.fixture
def dead_letters(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The changes that went to the dead letters."""
    letters: list[Any] = []
    monkeypatch.setattr(queue, "send_dead_change", lambda body: letters.append(json.loads(body)))
    return letters


def pytest_collection_finish() -> None:
    """What there is by now stays to the end: the garbage collector need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()
