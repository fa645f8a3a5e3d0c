"""A straight wire to the engine, over which tests make hundreds of thousands of calls.

What botocore has prepared, signature and all, goes over a few kept connections, byte for byte; urllib3 would take
nearly half of all that a call costs its caller. The deployed client goes botocore's own way, as under `tests/e2e`.
"""

import socket
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders

_SECONDS = 60  # an engine that is busy with the tests of other processes may take its time


def straighten(client: Any) -> None:
    """Let a botocore client send over this wire from now on."""
    client._endpoint.http_session = _Wire()


type _Connection = tuple[socket.socket, BinaryIO]

_idle: defaultdict[tuple[str, int], list[_Connection]] = defaultdict(list)


class Body(BytesIO):
    """The body of an `AWSResponse` whose bytes are here already."""

    def stream(self) -> Iterator[bytes]:
        """All of it at once."""
        yield self.read()


class _Wire:
    """Stands where botocore keeps its `URLLib3Session`."""

    def send(self, request: AWSPreparedRequest) -> AWSResponse:
        url = urlsplit(request.url)
        address = str(url.hostname), int(url.port or 80)
        lines = [f"{request.method} {url.path or '/'} HTTP/1.1".encode()]
        lines += [b": ".join((_bytes(name), _bytes(value))) for name, value in request.headers.items()]
        if "host" not in request.headers:  # only some of botocore's ways to sign put it in
            lines.append(b"Host: " + url.netloc.encode())
        assert isinstance(request.body, bytes)
        message = b"\r\n".join([*lines, b"", request.body])
        answered = _exchanged(_idle[address], message) or _exchanged([_connected(address)], message)
        assert answered, f"the engine at {address} hung up"
        connection, status = answered
        length = 0
        while (line := connection[1].readline().rstrip()) != b"":
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        body = connection[1].read(length)
        _idle[address].append(connection)
        return AWSResponse(request.url, int(status.split()[1]), HTTPHeaders(), Body(body))

    def close(self) -> None:
        """Nothing: connections are kept for as long as the process lives."""


def _exchanged(idle: list[_Connection], message: bytes) -> tuple[_Connection, bytes] | None:
    """The connection that took the message, with the line of the answer's status; None where all were closed."""
    with suppress(IndexError):  # none is left; other threads take from them too
        while True:
            connection = idle.pop()
            with suppress(ConnectionError):
                connection[0].sendall(message)
                if status := connection[1].readline():
                    return connection, status
            connection[1].close()
            connection[0].close()  # the engine had closed it for being idle
    return None


def _connected(address: tuple[str, int]) -> _Connection:
    opened = socket.create_connection(address, timeout=_SECONDS)
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return opened, opened.makefile("rb")


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()
