"""http: the body of a time entry."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator

from sheaf.domain.time_entry import ExternalReference
from sheaf.http.v2.bodies.model import Amount, Body, Foreign, Number, Text, blank_is_null


class ExternalReferenceBody(Body):
    """The external reference of a time entry; ids may be numbers or strings."""

    nullable = frozenset({"id", "group_id", "account_id", "permalink"})

    id: Foreign = None
    group_id: Foreign = None
    account_id: Foreign = None
    permalink: Text = None


class TimeEntryBody(Body):
    """POST and PATCH /v2/time_entries."""

    nullable = frozenset({"notes", "external_reference"})
    required: ClassVar[Mapping[str, str]] = {
        "project_id": "Project can't be blank",
        "task_id": "Task can't be blank",
        "spent_date": "Spent date can't be blank, Spent date is not a valid date",
    }

    user_id: Number = None
    project_id: Number = None
    task_id: Number = None
    spent_date: Text = None
    hours: Amount = None
    started_time: Text = None
    ended_time: Text = None
    notes: Text = None
    external_reference: Annotated[ExternalReferenceBody | None, BeforeValidator(blank_is_null)] = None

    def times(self) -> Collection[str]:
        """Which of the three times are given."""
        return [name for name in ("hours", "started_time", "ended_time") if getattr(self, name) is not None]

    def _given(self) -> dict[str, Any]:
        given = super()._given()
        given.pop("user_id", None)
        if isinstance(self.external_reference, ExternalReferenceBody):
            given["external_reference"] = self.external_reference.create(ExternalReference)
        return given
