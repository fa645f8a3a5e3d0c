"""http: the body of a task."""

from collections.abc import Mapping
from typing import ClassVar

from sheaf.http.v2.bodies.model import Amount, Body, Flag


class TaskBody(Body):
    """POST and PATCH /v2/tasks."""

    nullable = frozenset({"default_hourly_rate"})
    required: ClassVar[Mapping[str, str]] = {"name": "Name can't be blank"}

    name: str | None = None
    billable_by_default: Flag = None
    default_hourly_rate: Amount = None
    is_default: Flag = None
    is_active: Flag = None
