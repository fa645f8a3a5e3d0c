"""http: entities as v2 shows them: the fields in Harvest's order, decimals as JSON numbers."""

from decimal import Decimal
from typing import Any

from sheaf.domain.task import Task
from sheaf.http.call import Call
from sheaf.http.reply import Reply


def show_task(one: Task) -> dict[str, Any]:
    """A task (Harvest v2, "The task object")."""
    return {
        "id": one.id,
        "name": one.name,
        "billable_by_default": one.billable_by_default,
        "default_hourly_rate": _number(one.default_hourly_rate),
        "is_default": one.is_default,
        "is_active": one.is_active,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
    }


def created(call: Call, body: dict[str, Any]) -> Reply:
    """201, with the new record and the address it now has."""
    return Reply(201, body, {"Location": f"{call.base_url}{call.path}/{body['id']}"})


def _number(amount: Decimal | None) -> float | None:
    """At the edge only: twelve digits with two decimals come out of a float as they went in."""
    return None if amount is None else float(amount)
