"""http: from the body of a v1 request to its fields. Apart, so that only those who read a body load a parser for it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sheaf.domain.errors import MalformedError
from sheaf.http.body import BODY_LIMIT, decoded, media_type, read_json
from sheaf.http.error_responses import UnsupportedMediaTypeError
from sheaf.http.request import Request
from sheaf.http.v1.formats import TYPES, Format, answer_format
from sheaf.http.v1.xml import read_xml


def read_fields(request: Request, roots: Sequence[str], example: str) -> Mapping[str, Any]:
    """The fields of the one record in the body, XML or JSON, with underscores in their names.

    `roots` are the names that it may stand under, `example` is a body in the right form. An empty body, and JSON's
    null, have no fields.

    Raises:
        UnsupportedMediaTypeError: the body is in another format. MalformedError: it cannot be read.
    """
    if len(request.body) > BODY_LIMIT:
        raise MalformedError(f"The body has {len(request.body)} bytes; at most {BODY_LIMIT} are read")
    if not request.body.strip():
        return {}
    given = request.headers.get("content-type", "")
    kind, charset = media_type(given) if given else ("", "utf-8")
    form = TYPES.get(kind) if given else answer_format(request)
    if form is None or charset not in ("utf-8", "utf8", "us-ascii"):
        raise UnsupportedMediaTypeError(
            f"Content-Type {given[:100]!r} is not read here; send application/xml or application/json in UTF-8"
        )
    root, fields = read_xml(request.body, example) if form is Format.XML else _read_json(request.body, example)
    if root and root not in roots:
        raise MalformedError(f"The body is of {root[:50]!r}; send for example {example}")
    return fields


def _read_json(body: bytes, example: str) -> tuple[str, Mapping[str, Any]]:
    document = read_json(decoded(body))
    if document is None:  # what a known client sends with every request that has no body
        return "", {}
    if not isinstance(document, dict) or len(document) != 1:
        raise MalformedError(f"The body must be one record under its name; send for example {example}")
    root, fields = next(iter(document.items()))
    if not isinstance(fields, dict):
        raise MalformedError(f"{root[:50]!r} must be a JSON object; send for example {example}")
    return root.replace("-", "_"), {name.replace("-", "_"): value for name, value in fields.items()}
