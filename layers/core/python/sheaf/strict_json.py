"""strict_json: JSON documents of callers, without what JSON parsers read in different ways."""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn


class InvalidJSONError(Exception):
    """The text is not valid JSON; the message says why, `position` where (an offset from 0), if that is known."""

    def __init__(self, reason: str, position: int | None = None) -> None:
        super().__init__(reason)
        self.position = position


class TooDeepError(Exception):
    """Objects and arrays are nested deeper than Python can read."""


class TooManyDigitsError(Exception):
    """A number has more digits, or a larger exponent, than Python converts."""


class DuplicateNameError(Exception):
    """An object has two members of the same name; `name` is that name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def parse(text: str) -> Any:
    """The document of a text, with exact numbers: int, or Decimal where there is a fraction or an exponent.

    Raises:
        InvalidJSONError, TooDeepError, TooManyDigitsError, DuplicateNameError.
    """
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=distinct)
    except json.JSONDecodeError as error:
        raise InvalidJSONError(error.msg, error.pos) from error
    except RecursionError as error:
        raise TooDeepError from error
    except (ValueError, InvalidOperation) as error:
        raise TooManyDigitsError from error


def is_deeper(document: Mapping[str, Any] | list[Any], limit: int) -> bool:
    """Whether objects and arrays are nested in more than `limit` levels, the document itself being the first.

    Visits level by level rather than by recursion, so that a deep document costs nothing before it is refused.
    """
    level: list[Any] = [document]
    for _ in range(limit):
        level = [
            child
            for container in level
            for child in (container.values() if isinstance(container, dict) else container)
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True


def distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Members by name. Raises DuplicateNameError for the first name that is repeated: nobody knows which one counts."""
    members = dict(pairs)
    if len(members) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise DuplicateNameError(name)
            seen.add(name)
    return members


def _refuse_constant(constant: str) -> NoReturn:
    raise InvalidJSONError(f"{constant} is not a JSON number")
