"""http: an answer, before it becomes what API Gateway wants."""

import json
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
class Reply:
    """A status, a JSON body and the headers that go beyond those of every answer."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_lambda(self, request_id: str) -> dict[str, Any]:
        """The answer in API Gateway's payload format 2.0."""
        return {
            "statusCode": self.status,
            "headers": {**_ALWAYS, **self.headers, "X-Request-Id": request_id},
            "body": json.dumps(self.body, ensure_ascii=False, separators=(",", ":")),
        }
