"""http: request bodies as pydantic reads them, leniently where real Harvest clients are known to be loose."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from sheaf.domain.errors import InvalidError
from sheaf.domain.imports.transfer import clean_file_name, clean_kind
from sheaf.domain.record import fields_of
from sheaf.domain.time_entry import ExternalReference
from sheaf.domain.values import Id, parse_id

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_BOOLEAN = "must be true or false"
_NUMBER = "must be a number"
_TEXT = "must be a string"
_PHRASES = {
    "bool_parsing": _BOOLEAN,
    "bool_type": _BOOLEAN,
    "decimal_parsing": _NUMBER,
    "decimal_type": _NUMBER,
    "decimal_whole_digits": _NUMBER,
    "finite_number": _NUMBER,
    "model_type": "must be an object",
    "string_type": _TEXT,
    "string_unicode": _BOOLEAN,  # half a surrogate pair given for a flag; in a name it is left to the rules
}


def _blank_is_null(value: object) -> object:
    """A form has no null: an empty field stands for it."""
    return None if value == "" else value


def _id(value: object) -> object:
    """An id may come as a string of digits; whatever is none is told so in one sentence."""
    try:
        return None if value is None else parse_id(str(value) if isinstance(value, int | str) else "")
    except InvalidError as error:
        raise ValueError(str(error).removeprefix("id ")) from error


def _text_of_number(value: object) -> object:
    """Ids of other systems are texts here, however they are written."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Flag = Annotated[bool | None, BeforeValidator(_blank_is_null)]
"""True or false, also as "true", "0" and the like; null counts as not given."""

Amount = Annotated[Decimal | None, BeforeValidator(_blank_is_null)]
"""An exact decimal, as a number or as a string; null is a value of its own."""


Number = Annotated[Id | None, BeforeValidator(_id), BeforeValidator(_blank_is_null)]
"""An id, as a number or as a string."""

Text = Annotated[str | None, BeforeValidator(_blank_is_null)]
"""A text that may be null."""

Foreign = Annotated[str | None, BeforeValidator(_text_of_number), BeforeValidator(_blank_is_null)]
"""An id of another system, as a string or as a number."""


class Body(BaseModel):
    """A body whose unknown fields are ignored, as Harvest ignores them."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    nullable: ClassVar[frozenset[str]] = frozenset()
    """The fields whose null is a value of its own; for all others null counts as not given."""

    required: ClassVar[Mapping[str, str]] = {}
    """The fields without which nothing can be made, with what Harvest says when they are missing."""

    def create[Fields: "DataclassInstance"](self, kind: type[Fields], **fallback: Any) -> Fields:
        """The fields of the new record that is asked for, over those that `fallback` says.

        Raises:
            InvalidError: required ones are missing, or a field breaks its rule.
        """
        given = {**fallback, **self._given()}
        missing = [sentence for name, sentence in self.required.items() if given.get(name) in (None, "")]
        if any(given.get(name) is None for name in self.required):
            raise InvalidError(", ".join(missing))
        return kind(**given)  # says of a blank name what `missing` would, and what else is wrong

    def apply_to[Fields: "DataclassInstance"](self, kind: type[Fields], record: object) -> Fields:
        """The fields of a record with those that the caller gave laid over them. Raises InvalidError."""
        return replace(fields_of(kind, record), **self._given())

    def _given(self) -> dict[str, Any]:
        given = {name: getattr(self, name) for name in self.model_fields_set}
        if "name" in given:
            given["name"] = given["name"] or ""  # null is no name; the rules call that blank
        return {name: value for name, value in given.items() if value is not None or name in self.nullable}


class TaskBody(Body):
    """POST and PATCH /v2/tasks."""

    nullable = frozenset({"default_hourly_rate"})
    required: ClassVar[Mapping[str, str]] = {"name": "Name can't be blank"}

    name: str | None = None
    billable_by_default: Flag = None
    default_hourly_rate: Amount = None
    is_default: Flag = None
    is_active: Flag = None


class ClientBody(Body):
    """POST and PATCH /v2/clients."""

    nullable = frozenset({"address"})
    required: ClassVar[Mapping[str, str]] = {"name": "Name can't be blank"}

    name: str | None = None
    is_active: Flag = None
    address: Text = None
    currency: Text = None


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


class NewTaskAssignmentBody(Body):
    """POST /v2/projects/{project_id}/task_assignments. An assignment cannot be born archived: is_active is ignored."""

    nullable = frozenset({"hourly_rate", "budget"})

    task_id: Number = None
    billable: Flag = None
    hourly_rate: Amount = None
    budget: Amount = None

    def new_task_id(self) -> Id:
        """The task that is to be assigned. Raises InvalidError."""
        if self.task_id is None:
            raise InvalidError("Task can't be blank")
        return self.task_id

    def _given(self) -> dict[str, Any]:
        given = super()._given()
        given.pop("task_id", None)
        return given


class TaskAssignmentBody(Body):
    """PATCH /v2/projects/{project_id}/task_assignments/{task_assignment_id}. The task never changes."""

    nullable = frozenset({"hourly_rate", "budget"})

    is_active: Flag = None
    billable: Flag = None
    hourly_rate: Amount = None
    budget: Amount = None


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
    notes: Text = None
    external_reference: Annotated[ExternalReferenceBody | None, BeforeValidator(_blank_is_null)] = None

    def _given(self) -> dict[str, Any]:
        given = super()._given()
        given.pop("user_id", None)
        if isinstance(self.external_reference, ExternalReferenceBody):
            given["external_reference"] = self.external_reference.create(ExternalReference)
        return given


class ImportBody(Body):
    """POST /v2/imports."""

    kind: Text = None
    dry_run: Flag = None
    file_name: Text = None

    def _given(self) -> dict[str, Any]:
        checks = {"kind": clean_kind, "file_name": clean_file_name}
        return {name: checks[name](value) if name in checks else value for name, value in super()._given().items()}


def read_body[Model: Body](model: type[Model], fields: Mapping[str, Any]) -> Model:
    """Read the fields of a body.

    Raises:
        InvalidError: fields of the wrong type; every one is named, joined by commas.
    """
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_context=False, include_input=False)
        sentences = [
            f"{error_details['loc'][0]} {_PHRASES.get(error_details['type'], _phrase_of(error_details['msg']))}"
            for error_details in wrong
        ]
        raise InvalidError(", ".join(sentences)) from error


def _phrase_of(message: str) -> str:
    return message.removeprefix("Value error, ")
