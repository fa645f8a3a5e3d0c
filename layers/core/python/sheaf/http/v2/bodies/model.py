"""http: what all bodies have in common: the kinds of their fields, and how they are read and become records."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from sheaf.domain.errors import InvalidError
from sheaf.domain.record import fields_of
from sheaf.domain.values import Id, parse_id

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_BOOLEAN = "must be true or false"
_NUMBER = "must be a number"
_TEXT = "must be a string"
_WHOLE_NUMBER = "must be a whole number"
_PHRASES = {
    "bool_parsing": _BOOLEAN,
    "bool_type": _BOOLEAN,
    "decimal_parsing": _NUMBER,
    "decimal_type": _NUMBER,
    "decimal_whole_digits": _NUMBER,
    "finite_number": _NUMBER,
    "int_from_float": _WHOLE_NUMBER,
    "int_parsing": _WHOLE_NUMBER,
    "int_parsing_size": _WHOLE_NUMBER,
    "int_type": _WHOLE_NUMBER,
    "list_type": "must be a list of strings",
    "model_type": "must be an object",
    "string_type": _TEXT,
    "string_unicode": _BOOLEAN,  # half a surrogate pair given for a flag; in a name it is left to the rules
}


def blank_is_null(value: object) -> object:
    """A form has no null: an empty field stands for it."""
    return None if value == "" else value


def _id(value: object) -> object:
    """An id may come as a string of digits; whatever is none is told so in one sentence."""
    try:
        return None if value is None else parse_id(str(value) if isinstance(value, int | str) else "")
    except InvalidError as error:
        raise ValueError(str(error).removeprefix("id ")) from error


def _list_of_ids(value: object) -> object:
    if value is not None and not isinstance(value, list):
        raise ValueError("must be a list of ids")
    return value


def _no_flag(value: object) -> object:
    """True would be read as 1."""
    if isinstance(value, bool):
        raise ValueError(_WHOLE_NUMBER)  # noqa: TRY004 -- pydantic tells the caller of a ValueError alone
    return value


def _text_of_number(value: object) -> object:
    """Ids of other systems are texts here, however they are written."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Flag = Annotated[bool | None, BeforeValidator(blank_is_null)]
"""True or false, also as "true", "0" and the like; null counts as not given."""

Amount = Annotated[Decimal | None, BeforeValidator(blank_is_null)]
"""An exact decimal, as a number or as a string; null is a value of its own."""


Number = Annotated[Id | None, BeforeValidator(_id), BeforeValidator(blank_is_null)]
"""An id, as a number or as a string."""

Text = Annotated[str | None, BeforeValidator(blank_is_null)]
"""A text that may be null."""

Foreign = Annotated[str | None, BeforeValidator(_text_of_number), BeforeValidator(blank_is_null)]
"""An id of another system, as a string or as a number."""


WholeNumber = Annotated[int | None, BeforeValidator(_no_flag), BeforeValidator(blank_is_null)]
"""A whole number, as a number or as a string."""

Texts = list[str] | None
"""A list of texts."""


Ids = Annotated[list[Annotated[Id, BeforeValidator(_id)]] | None, BeforeValidator(_list_of_ids)]
"""A list of ids."""


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
