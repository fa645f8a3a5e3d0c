"""What tests share: a table made from the template, accounts in it, and a small API Gateway that calls handlers."""

import json
import os
import secrets
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

from sheaf import settings
from sheaf.aws import dynamodb
from sheaf.domain.identity import Account, AccountId, Right, Role, Token, User
from sheaf.domain.values import Id, Timestamp
from sheaf.entry_points.http import Endpoint
from sheaf.http import identity as http_identity
from sheaf.http.identity import token_digest
from sheaf.store import accounts, tokens, users
from tools.connection import use_table
from tools.local import examples
from tools.template import PROJECT, Route, routes, table_definition

NOW = Timestamp("2026-03-01T08:00:00Z")
EVENTS = PROJECT / "events"
BUCKET = "imports"


def make_table(endpoint_url: str, *, is_streamed: bool = False) -> str:
    """Create an empty table as the template describes it and point the store at it; return its name."""
    name = f"sheaf-{secrets.token_hex(4)}"
    point_at(name, endpoint_url)
    os.environ["CHANGES_KEPT_DAYS"] = "400"
    if endpoint_url:
        os.environ |= _of_webhooks(endpoint_url)
    os.environ["IMPORTS_BUCKET"] = BUCKET  # which need not be there to sign an address in it
    dynamodb.dynamodb().create_table(**table_definition(name, is_streamed=is_streamed))
    return name


@cache
def _of_webhooks(endpoint_url: str) -> Mapping[str, str]:
    return examples.of_webhooks(endpoint_url)


def point_at(name: str, endpoint_url: str) -> None:
    """Let the store work on this table, with nothing remembered of another one."""
    use_table(name, endpoint_url)
    settings.table_name.cache_clear()
    http_identity._memory.cache_clear()


def make_account(account_id: int = 1, name: str = "Demo Company") -> Account:
    """A new account without users."""
    return accounts.create(name, secrets.token_bytes(32), NOW, AccountId(account_id))


def make_token(
    account: Account,
    role: Role = Role.ADMINISTRATOR,
    rights: frozenset[Right] = frozenset(),
    *,
    token: str = "",
    expires_at: Timestamp | None = None,
    is_active: bool = True,
) -> str:
    """A new user of that role, and a token of theirs."""
    email = f"{secrets.token_hex(4)}@example.com"
    person = User(Id(0), "Ada", "Admin", email, role, rights, frozenset(), is_active, NOW, NOW)
    user = users.create(account.id, person)
    token = token or secrets.token_urlsafe(32)
    tokens.issue(account.id, Token(Id(0), token_digest(token), user.id, "test", NOW, expires_at, None))
    return token


def handler_of(operation: str) -> Endpoint:
    """The deployed handler of an operation."""
    handler = import_module(f"functions.{operation}.handler").handler
    assert isinstance(handler, Endpoint)
    return handler


def only_reads(event: Mapping[str, Any]) -> bool:
    """Whether a request is a GET of an operation that has no other method: one path of v1 changes something by GET."""
    http = event["requestContext"]["http"]
    operation = route_of(http["method"], http["path"]).operation
    methods = {route.method for route in routes() if route.operation == operation}
    return bool(http["method"] == "GET" and methods <= {"GET", ""})


@dataclass(frozen=True)
class Answer:
    """What came back: the body is parsed where it is JSON; a v1 answer may also be XML, or a single space."""

    status: int
    body: Any
    headers: Mapping[str, str]
    raw: str

    @classmethod
    def of(cls, reply: Mapping[str, Any]) -> "Answer":
        raw, headers = reply["body"], reply["headers"]
        is_json = headers.get("Content-Type", "").startswith("application/json") and raw.strip()
        return cls(reply["statusCode"], json.loads(raw) if is_json else raw, headers, raw)


@dataclass(frozen=True)
class Api:
    """Sends requests to the handlers along the template's routes, as API Gateway would."""

    token: str = ""
    account_id: int | str = 1
    headers: Mapping[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, headers=headers)

    def post(self, path: str, body: object = None, **headers: str) -> Answer:
        return self.send("POST", path, body, headers)

    def put(self, path: str, body: object = None, **headers: str) -> Answer:
        return self.send("PUT", path, body, headers)

    def patch(self, path: str, body: object = None, **headers: str) -> Answer:
        return self.send("PATCH", path, body, headers)

    def delete(self, path: str, **headers: str) -> Answer:
        return self.send("DELETE", path, headers=headers)

    def follow(self, link: str) -> Answer:
        """GET an absolute link from an answer."""
        return self.get(link.removeprefix("https://sheaf.test"))

    def send(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Send a request. A header that is given as "" is left out; a body of bytes goes as it is, others as JSON."""
        event = self.event(method, path, body, headers)
        return Answer.of(handler_of(route_of(method, path).operation)(event))

    def event(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """The event that API Gateway would make of this request."""
        path, _, query = path.partition("?")
        route = route_of(method, path)
        sent = {
            "authorization": f"Bearer {self.token}",
            "harvest-account-id": str(self.account_id),
            "user-agent": "tests (dev@example.com)",
            "host": "sheaf.test",
            **self.headers,
            **{name.replace("_", "-"): value for name, value in (headers or {}).items()},
        }
        event: dict[str, Any] = {
            "version": "2.0",
            "routeKey": f"{route.method} {route.path}".strip(),
            "rawPath": path,
            "rawQueryString": query,
            "headers": {name: value for name, value in sent.items() if value},
            "pathParameters": path_parameters(route, path),
            "requestContext": {
                "requestId": "gateway-id",
                "domainName": "sheaf.test",
                "http": {"method": method, "path": path},
            },
            "isBase64Encoded": False,
        }
        if isinstance(body, bytes):
            event |= {"body": b64encode(body).decode(), "isBase64Encoded": True}
        elif body is not None:
            event["body"] = json.dumps(body)
        return event


@cache
def route_of(method: str, path: str) -> Route:
    """The route that API Gateway would choose: the one that fits with the fewest variables, otherwise `$default`."""
    path = path.partition("?")[0]
    matching = [route for route in routes() if route.method == method and path_parameters(route, path) is not None]
    default = next(route for route in routes() if route.path == "$default")
    return min(matching, key=lambda route: route.path.count("{"), default=default)


def path_parameters(route: Route, path: str) -> dict[str, str] | None:
    names, values = route.path.split("/"), path.split("/")
    pairs = list(zip(names, values, strict=False))
    if len(names) != len(values) or any(name != value and not (name[:1] == "{" and value) for name, value in pairs):
        return None
    return {name[1:-1]: value for name, value in pairs if name.startswith("{")}
