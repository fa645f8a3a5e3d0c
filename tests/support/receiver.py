"""A receiver of webhooks on a free port of this machine, which answers in all the ways that receivers do."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

type Manner = Literal["answer", "redirect", "say nothing", "close early", "send slowly", "send a gigabyte"]

GIGABYTE = 1_000_000_000
_PART = b"x" * 65_536


@dataclass(frozen=True)
class Received:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What a receiver got, and how it is to answer: with these statuses, the last of them for ever."""

    port: int
    context: ssl.SSLContext | None = None
    manner: Manner = "answer"
    statuses: list[int] = field(default_factory=lambda: [200])
    refused: set[str] = field(default_factory=set)
    location: str = ""
    requests: list[Received] = field(default_factory=list)
    bytes_sent: int = 0

    @property
    def url(self) -> str:
        """Its address."""
        return f"{'http' if self.context is None else 'https'}://localhost:{self.port}/changes?of=sheaf"

    def ids(self) -> list[str]:
        """The ids of the messages that came, in their order."""
        return [request.headers["webhook-id"] for request in self.requests]

    def take(self, connection: socket.socket) -> None:
        """Read a request from a connection and answer it."""
        with connection, suppress(OSError):
            plain = self.context.wrap_socket(connection, server_side=True) if self.context else connection
            with plain:
                received = _read(plain)
                self.requests.append(received)
                self._answer(plain, received)

    def _answer(self, connection: socket.socket, received: Received) -> None:
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        if received.headers["webhook-id"] in self.refused:
            status = 500
        match self.manner:
            case "answer":
                self._send(connection, b"HTTP/1.1 %d x\r\ncontent-length: 2\r\n\r\nok" % status)
            case "redirect":
                self._send(connection, b"HTTP/1.1 307 x\r\nlocation: %s\r\n\r\n" % self.location.encode())
            case "say nothing":
                connection.recv(1)  # until the other side gives up
            case "close early":
                self._send(connection, b"HTTP/1.1 2")
            case "send slowly":
                for byte in b"HTTP/1.1 200 x\r\nx-much: " + b"x" * 1000:
                    self._send(connection, bytes([byte]))
                    time.sleep(0.02)
            case "send a gigabyte":
                self._send(connection, b"HTTP/1.1 200 x\r\ncontent-length: %d\r\n\r\n" % GIGABYTE)
                while self.bytes_sent < GIGABYTE:
                    self._send(connection, _PART)

    def _send(self, connection: socket.socket, part: bytes) -> None:
        connection.sendall(part)
        self.bytes_sent += len(part)


@contextmanager
def receiving(context: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Have a receiver for the length of a `with` block; with `context`, one that wants TLS."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        receiver = Receiver(server.getsockname()[1], context)
        thread = threading.Thread(target=_serve, args=(server, receiver), daemon=True)
        thread.start()
        yield receiver
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def _serve(server: socket.socket, receiver: Receiver) -> None:
    with suppress(OSError):  # at the end
        while True:
            connection, _ = server.accept()
            threading.Thread(target=receiver.take, args=(connection,), daemon=True).start()


def _read(connection: socket.socket) -> Received:
    text = b""
    while b"\r\n\r\n" not in text:
        part = connection.recv(65_536)
        if not part:
            raise OSError("the sender went away")
        text += part
    head, _, body = text.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers["content-length"]):
        body += connection.recv(65_536)
    return Received(first.split(" ")[1], headers, body)
