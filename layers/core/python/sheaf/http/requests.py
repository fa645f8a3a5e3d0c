"""http: request bodies as pydantic reads them, leniently where real Harvest clients are known to be loose."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from sheaf.domain.errors import InvalidError
from sheaf.domain.task import Task, TaskFields, current_fields

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
    "string_type": _TEXT,
    "string_unicode": _BOOLEAN,  # half a surrogate pair given for a flag; in a name it is left to the rules
}


def _blank_is_null(value: object) -> object:
    """A form has no null: an empty field stands for it."""
    return None if value == "" else value


def _no_truth_as_number(value: object) -> object:
    """True is 1 to Python, but to nobody who means money."""
    if isinstance(value, bool):
        raise ValueError(_NUMBER)  # noqa: TRY004 - pydantic takes ValueErrors for its report
    return value


Flag = Annotated[bool | None, BeforeValidator(_blank_is_null)]
"""True or false, also as "true", "0" and the like; null counts as not given."""

Amount = Annotated[Decimal | None, BeforeValidator(_no_truth_as_number), BeforeValidator(_blank_is_null)]
"""An exact decimal, as a number or as a string; null is a value of its own."""


class Body(BaseModel):
    """A body whose unknown fields are ignored, as Harvest ignores them."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class TaskBody(Body):
    """POST and PATCH /v2/tasks."""

    name: str | None = None
    billable_by_default: Flag = None
    default_hourly_rate: Amount = None
    is_default: Flag = None
    is_active: Flag = None

    def new_fields(self) -> TaskFields:
        """The fields of the new task that is asked for. Raises InvalidError, as `TaskFields` does."""
        return TaskFields(**{"name": "", **self._given()})

    def fields_over(self, task: Task) -> TaskFields:
        """The fields of `task` with those that the caller gave laid over them. Raises InvalidError."""
        return replace(current_fields(task), **self._given())

    def _given(self) -> dict[str, Any]:
        given = {name: getattr(self, name) for name in self.model_fields_set}
        if "name" in given:
            given["name"] = given["name"] or ""  # null is no name; the rules call that blank
        nullable = ("default_hourly_rate",)
        return {name: value for name, value in given.items() if value is not None or name in nullable}


def read_body[Model: Body](model: type[Model], fields: Mapping[str, Any]) -> Model:
    """Read the fields of a body.

    Raises:
        InvalidError: fields of the wrong type; every one is named, joined by commas.
    """
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_context=False, include_input=False)
        sentences = [f"{one['loc'][0]} {_PHRASES.get(one['type'], _phrase_of(one['msg']))}" for one in wrong]
        raise InvalidError(", ".join(sentences)) from error


def _phrase_of(message: str) -> str:
    return message.removeprefix("Value error, ")
