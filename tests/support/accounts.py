"""The accounts that most tests begin with: created once a process by the store, and copied from then on."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from sheaf.aws import dynamodb
from sheaf.domain.identity import Account
from sheaf.domain.values import Timestamp, to_timestamp
from sheaf.store.items import Item
from tests.support.api import Api, make_account, make_table, make_token, point_at
from tests.support.table import Rows, everything, place, put_back, put_items, rows
from tools.local import demo, examples, stream


def put_account(endpoint_url: str) -> Account:
    """Account 1, without users."""
    account, items = _account(endpoint_url)
    put_items(items)
    return account


def put_administrator(endpoint_url: str) -> str:
    """An administrator of account 1; return their token."""
    token, items = _administrator(endpoint_url)
    put_items(items)
    return token


def put_demo_account(endpoint_url: str, *, with_feed: bool = False) -> Timestamp:
    """What `make run` seeds, with the feed of it where that is asked for; return the second in which that began."""
    started, items = demo_account(endpoint_url)
    put_items([item for item in items if with_feed or "#CHANGES" not in item["pk"]["S"]])
    return started


def put_copy(make: Callable[[], Account], endpoint_url: str) -> Account:
    """The account that `make` makes in an empty table, with all that it makes there."""
    account, items = _copy(make, endpoint_url)
    put_items(items)
    return account


@dataclass(frozen=True)
class DemoToRead:
    """The demo account on a table that stays, for whatever only reads: there are hundreds."""

    table: str
    endpoint_url: str
    started: Timestamp
    held: Rows
    """All that the table holds, at the start as at the end."""

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Let the store work on it for the length of a `with` block, and then on what it worked on before."""
        before = os.environ.get("TABLE_NAME", _NONE)
        point_at(self.table, self.endpoint_url)
        try:
            yield
        finally:
            point_at(before, self.endpoint_url)


_NONE = "no-table"


class DemoToWrite(DemoToRead):
    """The same for what may write: to put back what it changed takes less time than another table."""

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """The same; the table is as it was at the end."""
        with super().in_use():
            try:
                yield
            finally:
                put_back(self.held)


def demo_to_read(endpoint_url: str) -> DemoToRead:
    """Make such a table."""
    return DemoToRead(*_demo_table(endpoint_url))


def demo_to_write(endpoint_url: str) -> DemoToWrite:
    """Make such a table."""
    return DemoToWrite(*_demo_table(endpoint_url))


def _demo_table(endpoint_url: str) -> tuple[str, str, Timestamp, Rows]:
    before = os.environ.get("TABLE_NAME", _NONE)
    table = make_table(endpoint_url)
    started = put_demo_account(endpoint_url, with_feed=True)
    held = {place(item): item for item in everything()}
    point_at(before, endpoint_url)
    return table, endpoint_url, started, held


@cache
def _account(endpoint_url: str) -> tuple[Account, list[Item]]:
    with _aside(endpoint_url):
        return make_account(), list(rows().values())


@cache
def _administrator(endpoint_url: str) -> tuple[str, list[Item]]:
    account, _ = _account(endpoint_url)
    with _aside(endpoint_url):
        put_account(endpoint_url)
        without = rows()
        token = make_token(account)
        return token, [item for place, item in rows().items() if place not in without]


def put_made(make: Callable[[Api], None], endpoint_url: str) -> None:
    """What `make` makes as the administrator of account 1, on a table with these two."""
    put_items(_made(make, endpoint_url))


@cache
def _made(make: Callable[[Api], None], endpoint_url: str) -> list[Item]:
    _administrator(endpoint_url)
    with _aside(endpoint_url):
        put_account(endpoint_url)
        token = put_administrator(endpoint_url)
        without = rows()
        make(Api(token))
        found = rows()
        assert without.keys() <= found.keys()  # what was deleted could not be copied
        return [item for place, item in found.items() if without.get(place) != item]


@cache
def demo_account(endpoint_url: str) -> tuple[Timestamp, list[Item]]:
    """When its seeding began, and all that was written then."""
    with _aside(endpoint_url, is_streamed=True) as table:
        started = to_timestamp(datetime.now(UTC))
        demo.seed(table, endpoint_url, examples.of_webhooks(endpoint_url)["WEBHOOKS_KEY_ID"])
        stream.write_feed(demo.ACCOUNT)
        return started, everything()


@cache
def _copy(make: Callable[[], Account], endpoint_url: str) -> tuple[Account, list[Item]]:
    with _aside(endpoint_url):
        return make(), list(rows().values())


@contextmanager
def _aside(endpoint_url: str, *, is_streamed: bool = False) -> Iterator[str]:
    """Another empty table, in place of the one in use."""
    in_use = os.environ.get("TABLE_NAME", _NONE)
    name = make_table(endpoint_url, is_streamed=is_streamed)
    yield name
    dynamodb.dynamodb().delete_table(TableName=name)
    point_at(in_use, endpoint_url)
