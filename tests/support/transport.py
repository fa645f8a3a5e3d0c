"""Requests to the local engine without urllib3, which takes nearly half of what a call costs in tests.

By botocore's own event `before-send`, whose handler may answer a prepared request itself. The deployed client sends in
botocore's way, as under `tests/e2e`.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders

_NAME = "tests.support.transport"
_SECONDS = 60  # an engine that is busy with the tests of other processes may take its time

_idle: defaultdict[str, list[HTTPConnection]] = defaultdict(list)


class Body(BytesIO):
    """The body of an `AWSResponse` whose bytes are here already."""

    def stream(self) -> Iterator[bytes]:
        """All of it at once."""
        yield self.read()


def send_directly(client: Any) -> None:
    """Let a botocore client send over connections that are kept."""
    client.meta.events.register("before-send", _send, unique_id=_NAME)


@contextmanager
def sending_as_deployed(client: Any) -> Iterator[None]:
    """Let a client send in botocore's way: other handlers of `before-send` do not keep `_send` from sending too."""
    client.meta.events.unregister("before-send", _send, unique_id=_NAME)
    try:
        yield
    finally:
        send_directly(client)


def _send(request: AWSPreparedRequest, **_: object) -> AWSResponse:
    url = urlsplit(request.url)
    idle = _idle[url.netloc]
    try:
        connection = idle.pop()
    except IndexError:
        connection = HTTPConnection(url.netloc, timeout=_SECONDS)
    try:
        status, body = _exchanged(connection, request)
    except (OSError, HTTPException):  # the engine has closed it for being idle
        connection.close()
        status, body = _exchanged(connection, request)
    idle.append(connection)
    return AWSResponse(request.url, status, HTTPHeaders(), Body(body))


def _exchanged(connection: HTTPConnection, request: AWSPreparedRequest) -> tuple[int, bytes]:
    headers: dict[str, Any] = dict(request.headers.items())
    body: Any = request.body
    connection.request(request.method, urlsplit(request.url).path or "/", body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read()
