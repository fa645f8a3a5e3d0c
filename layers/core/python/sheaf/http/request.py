"""http: the request that is being answered, read from API Gateway's event (payload format 2.0)."""

import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from sheaf.domain.change import Author, Origin
from sheaf.domain.errors import InvalidError, MalformedError, NotFoundError
from sheaf.domain.identity import Account, AccountId, Caller, User
from sheaf.domain.timers import Clock
from sheaf.domain.values import Id, Timestamp, parse_id, to_timestamp
from sheaf.http import body

_REQUEST_ID = re.compile(r"[A-Za-z0-9._=+/@:-]{1,128}")
_HOST = re.compile(r"[A-Za-z0-9._-]+(:\d{1,5})?|\[[0-9a-fA-F:.]+\](:\d{1,5})?")
_TAKES_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))", re.IGNORECASE)
_PARAMETER_LIMIT = 100
_EPOCH = Timestamp("1970-01-01T00:00:00Z")


@dataclass(frozen=True)
class Request:
    """One request. Header names are in lower case; `body` is what was sent, decoded from base64 where it came so."""

    method: str = "GET"
    path: str = "/"
    raw_query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    path_parameters: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    base_url: str = "https://localhost"
    request_id: str = ""
    now: Timestamp = _EPOCH
    caller: Caller | None = None

    @cached_property
    def query(self) -> Mapping[str, str]:
        """The query parameters; of a repeated one the last counts.

        Raises:
            MalformedError: there are more than a hundred, or they are not UTF-8.
        """
        try:
            pairs = parse_qsl(self.raw_query, keep_blank_values=True, errors="strict", max_num_fields=_PARAMETER_LIMIT)
        except UnicodeDecodeError as error:
            raise MalformedError("The query string is not UTF-8 once its percent signs are decoded") from error
        except ValueError as error:
            raise MalformedError(f"The query string has more than {_PARAMETER_LIMIT} parameters") from error
        return dict(pairs)

    @property
    def given(self) -> Mapping[str, str]:
        """The query parameters that say something, without white space around it; an empty one counts as not given."""
        return {name: value.strip() for name, value in self.query.items() if value.strip()}

    @property
    def takes_gzip(self) -> bool:
        """Whether the answer may be compressed (RFC 9110, 12.5.3)."""
        return _TAKES_GZIP.search(self.headers.get("accept-encoding", "")) is not None

    @property
    def user(self) -> User:
        """The user whom the caller's token belongs to."""
        return self._caller.user

    @property
    def account(self) -> Account:
        """The account that the caller's token belongs to: the only source of an account id in a handler."""
        return self._caller.account

    @property
    def origin(self) -> Origin:
        """Where what the request changes comes from."""
        return Origin(Author(self.user.id, self.user.name), self.request_id, self.now)

    @property
    def clock(self) -> Clock:
        """What time it is in the caller's account."""
        return Clock(self.now, self.account.wants_timestamp_timers)

    @property
    def _caller(self) -> Caller:
        if self.caller is None:
            raise RuntimeError("the entry wrapper did not authenticate this call")
        return self.caller

    @property
    def account_id(self) -> AccountId:
        """The id of `account`."""
        return self.account.id

    def path_id(self, name: str) -> Id:
        """An id from the path.

        Raises:
            NotFoundError: it is no id at all, so nothing can have it; the message says what an id looks like.
        """
        try:
            return parse_id(self.path_parameters.get(name, ""), name)
        except InvalidError as error:
            raise NotFoundError(str(error)) from error

    def query_id(self, name: str) -> Id | None:
        """An id from the query, None where it is not given.

        Raises:
            MalformedError: it is no id.
        """
        try:
            return parse_id(self.given[name], name) if name in self.given else None
        except InvalidError as error:
            raise MalformedError(str(error)) from error

    def fields(self) -> Mapping[str, Any]:
        """The fields of the body, JSON or form. Raises what `body.read_fields` raises."""
        return body.read_fields(self.body, self.headers.get("content-type", ""))


def read_request(event: Mapping[str, Any]) -> Request:
    """The request in an event; whatever is missing in a hand-written event takes its default."""
    context = event.get("requestContext", {})
    http = context.get("http", {})
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    body = event.get("body") or ""
    return Request(
        method=http.get("method", "GET").upper(),
        path=event.get("rawPath", "/"),
        raw_query=event.get("rawQueryString") or "",
        headers=headers,
        path_parameters=event.get("pathParameters") or {},
        body=b64decode(body) if event.get("isBase64Encoded") else body.encode("utf-8", "surrogatepass"),
        base_url=_base_url(headers, context.get("domainName", "localhost")),
        request_id=_request_id(headers, context.get("requestId", "")),
        now=to_timestamp(datetime.now(UTC)),
    )


def _base_url(headers: Mapping[str, str], domain_name: str) -> str:
    """What links begin with: the address that the caller used. API Gateway only lets its own host names through."""
    host = headers.get("host", "")
    scheme = "http" if headers.get("x-forwarded-proto") == "http" else "https"
    return f"{scheme}://{host if _HOST.fullmatch(host) else domain_name}"


def _request_id(headers: Mapping[str, str], gateway_id: str) -> str:
    """The caller's own X-Request-Id where it is harmless to repeat, API Gateway's otherwise."""
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else gateway_id
