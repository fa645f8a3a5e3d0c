"""The examples of Harvest's own page of v1 over the wire: the tests that the handlers are put to, on what runs."""

from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection

import pytest

from sheaf.domain.identity import AccountId
from sheaf.store import users
from tests.contract import test_harvest_v1_page as examples
from tests.contract.test_harvest_v1_page import Page
from tests.support.api import Answer, Api
from tests.support.server import ANSWER_SECONDS, Client, Server
from tests.support.v1 import basic, v1

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

EXAMPLES = [test for name, test in vars(examples).items() if name.startswith("test_")]


@dataclass(frozen=True)
class OverHttp(Api):
    """Sends what the events of `Api` hold to a server."""

    port: int = 0

    def send(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Answer:
        event = self.event(method, path, body, headers)
        sent = {name: value for name, value in event["headers"].items() if name != "host"}
        text = event.get("body", "")
        payload = b64decode(text) if event["isBase64Encoded"] else text.encode()
        connection = HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        try:
            connection.request(method, path, payload, sent)
            reply = connection.getresponse()
            named = {name.title(): value for name, value in reply.getheaders()}
            return Answer.of({"statusCode": reply.status, "headers": named, "body": reply.read().decode()})
        finally:
            connection.close()


@pytest.fixture
def page(server: Server, newcomer: Callable[[], Client]) -> Page:
    """What the page speaks of, in an account of its own."""
    client = newcomer()
    api = OverHttp(client.token, client.account_id, {"content-type": "application/json"}, server.port)
    with server.store():
        (user,) = users.everyone(AccountId(client.account_id))
    of_v1 = v1(api, authorization=basic(str(user.email), client.token))
    return examples.prepared(api, OverHttp(of_v1.token, of_v1.account_id, of_v1.headers, server.port))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda test: test.__name__.removeprefix("test_"))
def test_an_example_of_the_page(example: Callable[[Page], None], page: Page) -> None:
    example(page)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 9
