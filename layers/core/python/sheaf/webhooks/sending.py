"""webhooks: one signed request to a receiver, in bounded time and memory.

The signature is that of Standard Webhooks: HMAC-SHA256 over id, time and body.
"""

import base64
import hmac
import http.client
import secrets
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from threading import Timer

from sheaf.domain.webhook import Outcome
from sheaf.webhooks import addresses
from sheaf.webhooks.addresses import RefusedAddressError, Target

SECONDS = 10.0  # from the connection to the end of the answer
ANSWER_BYTES = 65_536  # that are read of an answer; what follows is left unread
SECRET_BYTES = 32  # Standard Webhooks asks for 24 to 64
_PREFIX = "whsec_"
_PART = 8192  # bytes


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: its id, which stays the same however often it is sent, when it is sent (seconds), and its body."""

    id: str
    sent_at: int
    body: bytes


def new_secret() -> bytes:
    """A new secret by which a receiver knows that a request is from here."""
    return secrets.token_bytes(SECRET_BYTES)


def written(secret: bytes) -> str:
    """A secret as its receiver is told it."""
    return _PREFIX + base64.b64encode(secret).decode()


def signature(secret: bytes, message: Message) -> str:
    """The value of the header `webhook-signature`."""
    signed = b".".join([message.id.encode(), str(message.sent_at).encode(), message.body])
    return "v1," + base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()


def send(url: str, secret: bytes, message: Message) -> Outcome:
    """Send a message and see what is answered. A redirect is an answer like any other that is no success."""
    headers = {
        "content-type": "application/json",
        "user-agent": "Sheaf-Webhooks",
        "webhook-id": message.id,
        "webhook-timestamp": str(message.sent_at),
        "webhook-signature": signature(secret, message),
    }
    try:
        status = _posted(addresses.target(url), headers, message.body)
    except RefusedAddressError as refused:
        return Outcome(None, str(refused))
    except TimeoutError:
        return Outcome(None, f"the receiver did not answer within {SECONDS:.0f} s")
    except ssl.SSLCertVerificationError as error:
        return Outcome(None, f"the certificate of the receiver is not valid: {error.verify_message}")
    except ConnectionRefusedError:
        return Outcome(None, "the receiver refused the connection")
    except (OSError, http.client.HTTPException):
        return Outcome(None, "the connection broke before the receiver had answered")
    return Outcome(status, None if 200 <= status < 300 else f"the receiver answered {status}")


def _posted(target: Target, headers: dict[str, str], body: bytes) -> int:
    """The status of the answer. Raises OSError, HTTPException; TimeoutError once the time is over."""
    with socket.create_connection((target.address, target.port), timeout=SECONDS) as plain:
        connection = http.client.HTTPConnection(target.host, target.port)
        connection.sock = _encrypted(plain, target.host) if target.is_encrypted else plain
        is_late = False

        def close() -> None:
            nonlocal is_late
            is_late = True
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

        # The timeout of a socket is for each wait alone: whoever sends a byte now and then could hold it for hours.
        timer = Timer(SECONDS, close)
        timer.start()
        try:
            if isinstance(connection.sock, ssl.SSLSocket):
                connection.sock.do_handshake()
            connection.request("POST", target.path, body, {"host": target.host_header, **headers})
            answer = connection.getresponse()
            if is_late:  # where the status had come, closing looks like the end of the headers
                raise TimeoutError
            _read(answer)
            return answer.status
        except (OSError, http.client.HTTPException) as error:
            if is_late:
                raise TimeoutError from error
            raise
        finally:
            timer.cancel()
            connection.close()


def _encrypted(plain: socket.socket, host: str) -> ssl.SSLSocket:
    return _tls().wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)


@cache
def _tls() -> ssl.SSLContext:
    """The certificates that are trusted, read once."""
    return ssl.create_default_context()


def _read(answer: http.client.HTTPResponse) -> None:
    """Let a receiver send a short answer to its end; what becomes of it after its status does not matter."""
    left = ANSWER_BYTES
    with suppress(OSError, http.client.HTTPException):
        while left > 0 and (part := answer.read(min(_PART, left))):
            left -= len(part)
