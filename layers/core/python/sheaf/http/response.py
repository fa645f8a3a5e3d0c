"""http: an answer, before it becomes what API Gateway wants."""

import json
import zlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

_ALWAYS = {
    "Content-Type": "application/json; charset=utf-8",
    "Cache-Control": "no-cache, no-store",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
}
_LONG = 8 * 1024  # characters from which on it is worth it
_LEVEL = 4  # of 9: above, a page gets hardly smaller and takes much longer
_GZIP = 31  # of zlib: the largest window, and gzip's header and checksum


@dataclass(frozen=True, slots=True)
class Response:
    """A status, a body and the headers that go beyond those of every answer.

    A body of text or bytes goes out as it is, and `headers` then say what it is; anything else goes out as JSON.
    `is_kept` says that it is kept under the key of its request (see `idempotency`).
    """

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    is_kept: bool = False

    def to_lambda(self, request_id: str, *, takes_gzip: bool = False, known: str = "") -> dict[str, Any]:
        """The answer in API Gateway's payload format 2.0; long text is compressed for who `takes_gzip`.

        `known` is the `If-None-Match` of a GET: who has the answer by one of its tags, or by `*`, is told so (304).
        """
        headers = {**_ALWAYS, **self.headers, "X-Request-Id": request_id}
        answer = {"statusCode": self.status, "headers": headers}
        if isinstance(self.body, bytes):
            return {**answer, "body": b64encode(self.body).decode(), "isBase64Encoded": True}
        text = as_text(self.body)
        is_long = len(text) >= _LONG
        if is_long:
            headers["Vary"] = "Accept-Encoding"
        data = text.encode()
        if self.status in (200, 201) and text.strip() and "ETag" not in headers:
            digest = digest_of(data)
            # Strong, so that of each form of the answer: its bytes.
            headers["ETag"] = f'"{digest}-gzip"' if is_long and takes_gzip else f'"{digest}"'
            if known.strip() == "*" or digest in known:
                del headers["Content-Type"]
                return {**answer, "statusCode": 304, "body": ""}
        if not is_long or not takes_gzip:
            return {**answer, "body": text}
        headers["Content-Encoding"] = "gzip"
        compressed = zlib.compress(data, _LEVEL, wbits=_GZIP)
        return {**answer, "body": b64encode(compressed).decode(), "isBase64Encoded": True}


def digest_of(data: bytes) -> str:
    """What tags an answer with this body."""
    return sha256(data).hexdigest()[:32]


def as_text(body: object) -> str:
    """A body as it goes out: text as it is, anything else as JSON."""
    return body if isinstance(body, str) else as_json(body)


def as_json(body: object) -> str:
    """JSON without white space; text stays as it is, in UTF-8."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
