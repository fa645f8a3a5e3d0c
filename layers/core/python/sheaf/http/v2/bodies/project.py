"""http: the body of a project."""

from collections.abc import Mapping
from typing import ClassVar

from sheaf.http.v2.bodies.model import Amount, Body, Flag, Number, Text


class ProjectBody(Body):
    """POST and PATCH /v2/projects."""

    nullable = frozenset(
        {"code", "hourly_rate", "budget", "over_budget_notification_percentage", "cost_budget", "fee"}
        | {"notes", "starts_on", "ends_on"}
    )
    required: ClassVar[Mapping[str, str]] = {
        "client_id": "Client can't be blank",
        "name": "Name can't be blank",
    }

    client_id: Number = None
    name: str | None = None
    code: Text = None
    is_active: Flag = None
    is_billable: Flag = None
    is_fixed_fee: Flag = None
    bill_by: Text = None
    hourly_rate: Amount = None
    budget: Amount = None
    budget_by: Text = None
    budget_is_monthly: Flag = None
    notify_when_over_budget: Flag = None
    over_budget_notification_percentage: Amount = None
    show_budget_to_all: Flag = None
    cost_budget: Amount = None
    cost_budget_include_expenses: Flag = None
    fee: Amount = None
    notes: Text = None
    starts_on: Text = None
    ends_on: Text = None
