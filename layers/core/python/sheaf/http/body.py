"""http: request bodies, from bytes to a mapping of fields. Hostile until proven otherwise."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from sheaf import strict_json
from sheaf.domain.errors import MalformedError
from sheaf.http.error_responses import PayloadTooLargeError, UnsupportedMediaTypeError
from sheaf.strict_json import DuplicateNameError, InvalidJSONError, TooDeepError, TooManyDigitsError

BODY_LIMIT = 1024 * 1024  # bytes; the largest honest body is a thousand times smaller
DEPTH_LIMIT = 16
FIELD_LIMIT = 200

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def read_fields(body: bytes, content_type: str) -> Mapping[str, Any]:
    """The fields of a JSON object or of a form; an empty body has none, and no content type means JSON.

    Raises:
        PayloadTooLargeError, UnsupportedMediaTypeError, MalformedError: with what is wrong and what would be right.
    """
    if len(body) > BODY_LIMIT:
        raise PayloadTooLargeError(f"The body has {len(body)} bytes; at most {BODY_LIMIT} are read")
    if not body.strip():
        return {}
    kind, charset = media_type(content_type or JSON)
    if kind not in (JSON, FORM) or charset not in ("utf-8", "utf8", "us-ascii"):
        shown = content_type[:100]
        raise UnsupportedMediaTypeError(f"Content-Type {shown!r} is not read here; send {JSON} or {FORM} in UTF-8")
    text = decoded(body)
    return _json_fields(text) if kind == JSON else _form_fields(text)


def decoded(body: bytes) -> str:
    """A body as text, without a byte-order mark. Raises MalformedError where it is not UTF-8."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MalformedError(f"The body is not UTF-8: byte {error.start} cannot be read") from error


def read_json(text: str) -> Any:
    """Any JSON document. Raises MalformedError where `read_fields` would."""
    too_deep = f"The body is nested deeper than {DEPTH_LIMIT} levels"
    try:
        document = strict_json.parse(text)
    except InvalidJSONError as error:
        raise MalformedError(f"The body is not valid JSON: {error}{_place(text, error.position)}") from error
    except TooDeepError as error:
        raise MalformedError(too_deep) from error
    except TooManyDigitsError as error:
        raise MalformedError("The body is not valid JSON: a number has too many digits") from error
    except DuplicateNameError as error:
        raise _named_twice(error.name) from error
    if isinstance(document, dict | list) and strict_json.is_deeper(document, DEPTH_LIMIT):
        raise MalformedError(too_deep)
    return document


def media_type(content_type: str) -> tuple[str, str]:
    """The type and the character set of a Content-Type header, in lower case."""
    kind, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = [
        value.strip("\"' ")
        for name, _, value in (parameter.partition("=") for parameter in parameters)
        if name == "charset"
    ]
    return kind, charsets[0] if charsets else "utf-8"


def _json_fields(text: str) -> Mapping[str, Any]:
    fields = read_json(text)
    if not isinstance(fields, dict):
        raise MalformedError('The body must be a JSON object, such as {"name":"Design"}')
    return fields


def distinct_fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The fields by name. Raises MalformedError where one is named twice."""
    try:
        return strict_json.distinct(pairs)
    except DuplicateNameError as error:
        raise _named_twice(error.name) from error


def _named_twice(name: str) -> MalformedError:
    return MalformedError(f"The body names {name[:50]!r} twice; each field may stand there once")


def _place(text: str, position: int | None) -> str:
    if position is None:
        return ""
    before = text[:position]
    return f" at line {before.count(chr(10)) + 1} column {position - before.rfind(chr(10))}"


def _form_fields(text: str) -> Mapping[str, Any]:
    try:
        pairs = parse_qsl(text.strip(), keep_blank_values=True, errors="strict", max_num_fields=FIELD_LIMIT)
    except UnicodeDecodeError as error:
        raise MalformedError("The form is not UTF-8 once its percent signs are decoded") from error
    except ValueError as error:
        raise MalformedError(f"The form has more than {FIELD_LIMIT} fields") from error
    return _nested(distinct_fields(pairs))


def _nested(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Fields named `outer[inner]`, as Harvest's form clients write them, under their outer name."""
    nested: dict[str, Any] = {}
    for name, value in fields.items():
        outer, bracket, inner = name.partition("[")
        if bracket and inner.endswith("]") and outer:
            group = nested.setdefault(outer, {})
            if not isinstance(group, dict):
                raise MalformedError(f"The form names {outer[:50]!r} both with and without brackets")
            group[inner[:-1]] = value
        elif isinstance(nested.get(name), dict):
            raise MalformedError(f"The form names {name[:50]!r} both with and without brackets")
        else:
            nested[name] = value
    return nested
