"""http: an answer, before it becomes what API Gateway wants."""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_ALWAYS = {
    "Content-Type": "application/json; charset=utf-8",
    "Cache-Control": "no-cache, no-store",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Response:
    """A status, a body and the headers that go beyond those of every answer.

    A body of text or bytes goes out as it is, and `headers` then say what it is; anything else goes out as JSON.
    """

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_lambda(self, request_id: str) -> dict[str, Any]:
        """The answer in API Gateway's payload format 2.0."""
        answer = {"statusCode": self.status, "headers": {**_ALWAYS, **self.headers, "X-Request-Id": request_id}}
        if isinstance(self.body, bytes):
            return {**answer, "body": b64encode(self.body).decode(), "isBase64Encoded": True}
        return {**answer, "body": self.body if isinstance(self.body, str) else as_json(self.body)}


def as_json(body: object) -> str:
    """JSON without white space; text stays as it is, in UTF-8."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
