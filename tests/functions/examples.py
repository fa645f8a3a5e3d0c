"""The example events, and what their handlers answer, told in full so that one `==` compares all of it."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sheaf.domain.values import Timestamp, to_timestamp
from tests.harness import EVENTS, handler_of, load_event

RECENT = "<between the start of the test and now>"
CURSOR = "<cursor>"
HOST = "http://127.0.0.1:3000"

ALWAYS = {
    "Content-Type": "application/json; charset=utf-8",
    "Cache-Control": "no-cache, no-store",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Request-Id": "example",
}

_TIME = re.compile(r'(?<=_at":")\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z(?=")')
_CURSOR = re.compile(r"(?<=cursor=)[A-Za-z0-9_-]{32}(?=&)")


@dataclass(frozen=True)
class Whole:
    """A whole answer. The body is indented JSON text, so that the order of its fields counts too."""

    status: int
    headers: dict[str, str]
    body: str


def _indented(body: object) -> str:
    return json.dumps(body, indent=1, ensure_ascii=False)


def expected(status: int, body: object, headers: dict[str, str] | None = None) -> Whole:
    """The answer with this status and body, and with `headers` beside those that every answer has."""
    return Whole(status, {**ALWAYS, **(headers or {})}, _indented(body))


def names_of(operation: str) -> list[str]:
    """The scenarios that there are example events for."""
    return sorted(path.stem for path in (EVENTS / operation).glob("*.json"))


def replay(operation: str, scenario: str, started: Timestamp) -> Whole:
    """What the handler answers to an example event.

    A time is replaced by RECENT where it is one between `started` and now, and the text of a cursor, which is signed
    with a random key, by CURSOR. Anything else is left to differ from what was expected.
    """
    reply = handler_of(operation)(load_event(operation, scenario))
    now = to_timestamp(datetime.now(UTC))
    text = _TIME.sub(lambda time: RECENT if started <= time[0] <= now else time[0], reply["body"])
    return Whole(reply["statusCode"], reply["headers"], _indented(json.loads(_CURSOR.sub(CURSOR, text))))


def task(task_id: int, name: str, **fields: object) -> dict[str, Any]:
    """A task as the API shows it: Harvest's order of fields, and a new one's defaults where `fields` says no other."""
    return {
        "id": task_id,
        "name": name,
        "billable_by_default": True,
        "default_hourly_rate": 0.0,
        "is_default": False,
        "is_active": True,
        "created_at": RECENT,
        "updated_at": RECENT,
        **fields,
    }


GRAPHIC_DESIGN = task(1, "Graphic Design", default_hourly_rate=100.0, is_default=True)
PROGRAMMING = task(2, "Programming", default_hourly_rate=100.0, is_default=True)
PROJECT_MANAGEMENT = task(3, "Project Management", default_hourly_rate=100.0, is_default=True)
RESEARCH = task(4, "Research", billable_by_default=False, is_default=True)
BUSINESS_DEVELOPMENT = task(5, "Business Development", billable_by_default=False)

_INVALID_TOKEN = "The access token provided is expired, revoked, malformed or invalid for other reasons."
NO_ENTRY = expected(
    401,
    {"error": "invalid_token", "error_description": _INVALID_TOKEN},
    {"WWW-Authenticate": f'Bearer realm="Sheaf", error="invalid_token", error_description="{_INVALID_TOKEN}"'},
)
NOT_AUTHORIZED = expected(403, {"message": "Not authorized!"}, {"Hint": "Not authorized!"})
NOT_FOUND = expected(404, {"status": 404, "error": "Not Found"})
NOT_AN_ID = expected(
    404, {"status": 404, "error": "Not Found", "message": "task_id must be a positive integer below 2^53"}
)
MOVED_TO_TASK_5 = expected(308, {"message": "Moved to /v2/tasks/5"}, {"Location": f"{HOST}/v2/tasks/5"})
NO_USER_AGENT = expected(
    400, {"message": "User-Agent header is missing: name your application and a link or an email address"}
)

REFUSED_ALIKE = {
    "without_a_token": NO_ENTRY,
    "of_another_account": NOT_FOUND,
    "without_a_user_agent": NO_USER_AGENT,
}
"""The refusals that the entry wrapper gives for every operation."""
