"""The example events, and what their handlers answer, told in full so that one `==` compares all of it."""

import json
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sheaf.domain.values import Timestamp, to_timestamp
from tests.support.api import handler_of
from tests.support.example_requests import load_event

RECENT = "<between the start of the test and now>"
SOON = "<a quarter of an hour after that>"
CURSOR = "<cursor>"
TAG = "<tag>"
CLOCK = "<time of the day>"
SECRET = "<secret>"
HOST = "http://127.0.0.1:3000"

ALWAYS = {
    "Content-Type": "application/json; charset=utf-8",
    "Cache-Control": "no-cache, no-store",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Request-Id": "example",
}

_CLOCK = re.compile(r'"started_time": ?"(?:[01][0-9]|2[0-3]):[0-5][0-9]"(?=, ?"ended_time": ?null)')  # it runs
_TIME = re.compile(r'(?:(?<=_at":")|(?<="at":"))\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z(?=")')
_SIGNED = re.compile(r'(?<="url":")https?://([^"?/]+)/([^"?]+)\?[^"]*X-Amz-Signature=[0-9a-f]{64}(?=")')
_SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")
_HASHED = re.compile(r"\b([a-z0-9-]+)\.[0-9a-f]{12}\.(css|js|png)\b")
_CURSOR = re.compile(r'(?<=cursor=)[A-Za-z0-9_-]{36}(?=&)|(?<="next":")[A-Za-z0-9_-]{36}(?=")')


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
    return Whole(status, {**ALWAYS, **tagged(status), **(headers or {})}, _indented(body))


def tagged(status: int) -> dict[str, str]:
    """The header that only successful answers have."""
    return {"ETag": TAG} if status in (200, 201) else {}


def replay(operation: str, scenario: str, started: Timestamp) -> Whole:
    """What the handler answers to an example event.

    A time is replaced by RECENT where it is one between `started` and now, by SOON where it is one a quarter of an hour
    later, the text of a cursor, which is signed with a random key, by CURSOR, a signed address by bucket and key, the
    secret of a webhook by SECRET, an ETag by TAG, and the name of a file that has a hash in it by `{name}`. Anything
    else is left to differ from what was expected.
    """
    return answer_to(operation, load_event(operation, scenario), started)


def answer_to(operation: str, event: Mapping[str, Any], started: Timestamp) -> Whole:
    """The same for any request of the demo account."""
    reply = handler_of(operation)(event)
    now = to_timestamp(datetime.now(UTC))
    body = b64decode(reply["body"]).decode() if reply.get("isBase64Encoded") else reply["body"]
    headers = {**reply["headers"], **({"ETag": TAG} if "ETag" in reply["headers"] else {})}
    if not headers["Content-Type"].startswith("application/json"):
        return Whole(reply["statusCode"], headers, _HASHED.sub(r"{\1.\2}", body))
    body = _CLOCK.sub(f'"started_time":"{CLOCK}"', body)
    text = _TIME.sub(lambda time: _named(Timestamp(time[0]), started, now), body)
    text = _SIGNED.sub(
        lambda address: signed(_place(*address.groups())), _CURSOR.sub(CURSOR, _SECRET.sub(SECRET, text))
    )
    return Whole(reply["statusCode"], headers, _indented(json.loads(text)))


def _named(time: Timestamp, started: Timestamp, now: Timestamp) -> str:
    earlier = to_timestamp(datetime.fromisoformat(time) - timedelta(minutes=15))
    return RECENT if started <= time <= now else SOON if started <= earlier <= now else time


def _place(host: str, path: str) -> str:
    """Bucket and key: on a local engine both are in the path, on AWS the host begins with the bucket."""
    return path if host.startswith("127.0.0.1") else f"{host.split('.', maxsplit=1)[0]}/{path}"


def signed(place: str) -> str:
    """A signed address of an object, by bucket and key."""
    return f"<signed: {place}>"


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


def user(user_id: int, first_name: str, last_name: str, *access_roles: str, **fields: object) -> dict[str, Any]:
    """A user, as `task` does it; what clients of 2018 read follows from the access roles."""
    is_admin = "administrator" in access_roles
    return {
        "id": user_id,
        "first_name": first_name,
        "last_name": last_name,
        "email": f"{first_name.lower()}@example.com",
        "telephone": "",
        "timezone": "UTC",
        "has_access_to_all_future_projects": False,
        "is_contractor": False,
        "is_admin": is_admin,
        "is_project_manager": "manager" in access_roles,
        "can_see_rates": is_admin or "billable_rates_manager" in access_roles,
        "can_create_projects": is_admin or "project_creator" in access_roles,
        "can_create_invoices": is_admin,
        "is_active": True,
        "weekly_capacity": 126000,
        "default_hourly_rate": None,
        "cost_rate": None,
        "roles": [],
        "access_roles": list(access_roles),
        "avatar_url": "",
        "created_at": RECENT,
        "updated_at": RECENT,
        **fields,
    }


def user_assigned(
    assignment_id: int, project: Mapping[str, Any], user: Mapping[str, Any], **fields: object
) -> dict[str, Any]:
    """A user assignment, as `task` does it."""
    return {
        "id": assignment_id,
        "is_project_manager": False,
        "is_active": True,
        "use_default_rates": True,
        "budget": None,
        "created_at": RECENT,
        "updated_at": RECENT,
        "hourly_rate": None,
        **fields,
        "project": only(project, "id", "name", "code"),
        "user": user,
    }


DESIGNER: dict[str, Any] = {
    "id": 1,
    "name": "Designer",
    "user_ids": [3],
    "created_at": RECENT,
    "updated_at": RECENT,
}
CHANGES_OF_WEBHOOKS: dict[str, Any] = {
    "id": 1,
    "url": "http://127.0.0.1:8999/changes",
    "kinds": ["webhook"],
    "description": "Changes of webhooks alone",
    "is_active": True,
    "off_reason": None,
    "created_at": RECENT,
    "updated_at": RECENT,
}

ADMIN_ADA = user(1, "Ada", "Admin", "administrator")
MANAGER_MAX = user(2, "Max", "Manager", "manager", "client_and_task_manager", "project_creator")
MEMBER_MIA = user(3, "Mia", "Member", "member", roles=["Designer"])
NEWCOMER_OTTO = user(4, "Otto", "Newcomer", "member")


def client(client_id: int, name: str, **fields: object) -> dict[str, Any]:
    """A client, as `task` does it."""
    return {
        "id": client_id,
        "name": name,
        "is_active": True,
        "address": None,
        "statement_key": None,
        "created_at": RECENT,
        "updated_at": RECENT,
        "currency": "USD",
        **fields,
    }


INDUSTRIES = client(1, "123 Industries", currency="EUR")


def project(project_id: int, name: str, **fields: object) -> dict[str, Any]:
    """A project of the demo client, as `task` does it."""
    return {
        "id": project_id,
        "name": name,
        "code": None,
        "is_active": True,
        "is_billable": True,
        "is_fixed_fee": False,
        "bill_by": "none",
        "budget": None,
        "budget_by": "none",
        "budget_is_monthly": False,
        "notify_when_over_budget": False,
        "over_budget_notification_percentage": 80.0,
        "show_budget_to_all": False,
        "created_at": RECENT,
        "updated_at": RECENT,
        "starts_on": None,
        "ends_on": None,
        "over_budget_notification_date": None,
        "notes": None,
        "cost_budget": None,
        "cost_budget_include_expenses": False,
        "hourly_rate": None,
        "fee": None,
        "client": {"id": 1, "name": "123 Industries", "currency": "EUR"},
        **fields,
    }


ONLINE_STORE = project(1, "Online Store - Phase 1", code="OS1", bill_by="Tasks")
MARKETING_WEBSITE = project(2, "Marketing Website", code="MW")


def only(record: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Some fields of a record, in their order."""
    return {name: record[name] for name in names}


def assignment(assignment_id: int, of: Mapping[str, Any], what: Mapping[str, Any], **fields: object) -> dict[str, Any]:
    """A task on a project, as `task` does it: billable at 100 unless `fields` says other."""
    return {
        "id": assignment_id,
        "billable": True,
        "is_active": True,
        "created_at": RECENT,
        "updated_at": RECENT,
        "hourly_rate": 100.0,
        "budget": None,
        "project": only(of, "id", "name", "code"),
        "task": only(what, "id", "name"),
        **fields,
    }


def _default_assignments(first_id: int, of: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a project of the demo account begins with."""
    billable = [
        assignment(first_id + number, of, what)
        for number, what in enumerate((GRAPHIC_DESIGN, PROGRAMMING, PROJECT_MANAGEMENT))
    ]
    return [*billable, assignment(first_id + 3, of, RESEARCH, billable=False, hourly_rate=0.0)]


OF_ONLINE_STORE = _default_assignments(1, ONLINE_STORE)
OF_MARKETING_WEBSITE = _default_assignments(5, MARKETING_WEBSITE)


def without(record: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """A record without some of its fields."""
    return {name: value for name, value in record.items() if name not in names}


def user_assignment(user_id: int, project_id: int) -> dict[str, Any]:
    """What is kept of a user on a project: all who have a token are assigned to both, one project after the other."""
    return {
        "id": 3 * (project_id - 1) + user_id,
        "is_project_manager": (user_id, project_id) == (MAX["id"], ONLINE_STORE["id"]),
        "is_active": True,
        "use_default_rates": True,
        "budget": None,
        "created_at": RECENT,
        "updated_at": RECENT,
        "hourly_rate": None,
    }


ADA, MAX, MIA, OTTO = (
    {"id": number, "name": name}
    for number, name in enumerate(("Ada Admin", "Max Manager", "Mia Member", "Otto Newcomer"), 1)
)


def time_entry(
    entry_id: int, user: Mapping[str, Any], assigned: Mapping[str, Any], *, hours: float = 1.5, **fields: object
) -> dict[str, Any]:
    """Time on one of the demo account's assignments, as `task` does it."""
    return {
        "id": entry_id,
        "spent_date": "2026-11-20",
        "hours": hours,
        "hours_without_timer": hours,
        "rounded_hours": hours,
        "notes": None,
        "is_locked": False,
        "locked_reason": None,
        "approval_status": "unsubmitted",
        "is_closed": False,
        "is_billed": False,
        "timer_started_at": None,
        "started_time": None,
        "ended_time": None,
        "is_running": False,
        "billable": assigned["billable"],
        "budgeted": False,
        "billable_rate": None,
        "cost_rate": None,
        "created_at": RECENT,
        "updated_at": RECENT,
        "user": user,
        "client": {"id": 1, "name": "123 Industries", "currency": "EUR"},
        "project": assigned["project"],
        "task": assigned["task"],
        "user_assignment": user_assignment(user["id"], assigned["project"]["id"]),
        "task_assignment": without(assigned, "project", "task"),
        "invoice": None,
        "external_reference": None,
        **fields,
    }


def reference(**fields: object) -> dict[str, Any]:
    """An external reference."""
    return {"id": None, "group_id": None, "account_id": None, "permalink": None, **fields}


def without_rates(item: Mapping[str, Any]) -> dict[str, Any]:
    """A time entry as those see it who are not shown rates."""
    assignment_shown = {**item["task_assignment"], "hourly_rate": None}
    return {**item, "billable_rate": None, "task_assignment": assignment_shown}


MIAS_TIME_WITH_RATE = time_entry(1, MIA, OF_ONLINE_STORE[1], billable_rate=100.0)
"""The demo account's one entry."""

MIAS_TIME = without_rates(MIAS_TIME_WITH_RATE)
"""The same for administrators."""


def an_import(import_id: int, **fields: object) -> dict[str, Any]:
    """An import as lists show it, as `task` does it: one that Ada has begun and that awaits its file."""
    return {
        "id": import_id,
        "kind": None,
        "status": "awaiting_upload",
        "dry_run": False,
        "file_name": None,
        "rows": {"total": None, "created": 0, "updated": 0, "unchanged": 0, "failed": 0},
        "ignored_columns": [],
        "reading": {
            "source": None,
            "columns": [],
            "date_format": None,
            "is_date_format_assumed": False,
            "decimal_symbol": None,
            "encoding": None,
            "delimiter": None,
            "default_task": None,
            "user_id": None,
            "rows_skipped": 0,
        },
        "preview": [],
        "error": None,
        "user": ADA,
        "undo": None,
        "created_at": RECENT,
        "updated_at": RECENT,
        "started_at": None,
        "finished_at": None,
        **fields,
    }


ADAS_IMPORT = an_import(1, kind="time_entries", file_name="time.csv")
"""The demo account's one import."""

_INVALID_TOKEN = "The access token provided is expired, revoked, malformed or invalid for other reasons."
NOT_AUTHENTICATED = expected(
    401,
    {"error": "invalid_token", "error_description": _INVALID_TOKEN},
    {"WWW-Authenticate": f'Bearer realm="Sheaf", error="invalid_token", error_description="{_INVALID_TOKEN}"'},
)
NOT_AUTHORIZED = expected(403, {"message": "Not authorized!"}, {"Hint": "Not authorized!"})
NOT_FOUND = expected(404, {"status": 404, "error": "Not Found"})


def not_an_id(name: str) -> Whole:
    """The answer where what a path gives as the id of that name cannot be one."""
    sentence = f"{name} must be a positive integer below 2^53"
    return expected(404, {"status": 404, "error": "Not Found", "message": sentence})


def moved(path: str) -> Whole:
    """The redirect to a path as the documentation lists it."""
    return expected(308, {"message": f"Moved to {path}"}, {"Location": HOST + path})


def unreadable(message: str) -> Whole:
    """The answer to a request that cannot be read."""
    return expected(400, {"message": message})


def invalid(message: str) -> Whole:
    """The answer to fields that break a rule."""
    return expected(422, {"message": message})


def not_removable(sentence: str) -> Whole:
    """The answer to the deletion of what others still need."""
    return expected(422, {"message": sentence}, {"Hint": sentence})


XML_IS_NOT_READ = expected(
    415,
    {
        "message": "Content-Type 'application/xml' is not read here; "
        "send application/json or application/x-www-form-urlencoded in UTF-8"
    },
)
BROKEN_BRACE = unreadable(
    "The body is not valid JSON: Expecting property name enclosed in double quotes at line 1 column 2"
)
NO_USER_AGENT = expected(
    400, {"message": "User-Agent header is missing: name your application and a link or an email address"}
)
