"""http: which of v1's two formats an answer takes, and the answers themselves."""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum

from sheaf.domain.errors import MalformedError
from sheaf.http.body import media_type
from sheaf.http.error_responses import NotAcceptableError
from sheaf.http.request import Request
from sheaf.http.response import Response, as_json
from sheaf.http.v1.resources import Resource, list_json, list_xml, resource_json, resource_xml

_ANSWER_LIMIT = 6_000_000  # bytes of the body as a JSON string; Lambda passes on 6 MiB of that and the headers


class Format(Enum):
    """XML or JSON, by the Content-Type of answers in it."""

    XML = "application/xml; charset=utf-8"
    JSON = "application/json; charset=utf-8"


TYPES: Mapping[str, Format] = {
    "application/xml": Format.XML,
    "text/xml": Format.XML,
    "application/json": Format.JSON,
}
_RANGES: Mapping[str, Sequence[Format]] = {
    **{kind: [form] for kind, form in TYPES.items()},
    "*/*": list(Format),
    "application/*": list(Format),
    "text/*": [Format.XML],
}


def answer_format(request: Request) -> Format:
    """The format that the request asks its answer to be in: by Accept, or else by Content-Type, or else XML.

    Raises:
        NotAcceptableError: Accept allows neither.
    """
    accept = request.headers.get("accept", "").strip() or "*/*"
    ranges = sorted(filter(None, map(_range, accept.split(","))), key=lambda accepted: -accepted[0])
    refused = {form for quality, kind in ranges for form in Format if not quality and kind == media_type(form.value)[0]}
    fallback = TYPES.get(media_type(request.headers.get("content-type", ""))[0], Format.XML)
    for quality, kind in ranges:
        allowed = [form for form in _RANGES.get(kind, []) if form not in refused]
        if quality and allowed:
            return fallback if fallback in allowed else allowed[0]
    raise NotAcceptableError("Accept allows neither application/xml nor application/json, and nothing else is here")


def format_of_error(request: Request) -> Format:
    """The format of an error answer, which must take one even where the request allows none."""
    try:
        return answer_format(request)
    except NotAcceptableError:
        return Format.XML


def show(request: Request, resource: Resource) -> Response:
    """200 with one record."""
    return _response(request, resource_xml, resource_json, resource)


def show_list(request: Request, plural: str, resources: Sequence[Resource]) -> Response:
    """200 with all records of a list.

    Raises:
        MalformedError: v1 has no pages, and this list is longer than one answer can be.
    """
    response = _response(request, lambda all_: list_xml(plural, all_), list_json, resources)
    if len(as_json(response.body).encode()) > _ANSWER_LIMIT:
        raise MalformedError(f"There are {len(resources)} records, too many for one answer; ask with updated_since")
    return response


def done(request: Request, status: int, location: str = "", hint: str = "") -> Response:
    """The answer to a write: a body of one space, and where the record is (a path of this API, without a host)."""
    headers = {"Location": location, "Hint": hint, "Content-Type": answer_format(request).value}
    return Response(status, " ", {name: value for name, value in headers.items() if value})


def error_response(request: Request, status: int, message: str, headers: Mapping[str, str]) -> Response:
    """An error answer: a message in the format that was asked for."""
    form = format_of_error(request)
    problem = Resource("hash", [("message", "string", message)])
    body = resource_xml(problem) if form is Format.XML else {"message": message}
    return Response(status, body, {**headers, "Content-Type": form.value})


def _response[Shown](
    request: Request, in_xml: Callable[[Shown], str], in_json: Callable[[Shown], str], shown: Shown
) -> Response:
    form = answer_format(request)
    return Response(200, in_xml(shown) if form is Format.XML else in_json(shown), {"Content-Type": form.value})


def _range(text: str) -> tuple[float, str] | None:
    """A part of an Accept header with its quality, 0 to 1; None where it makes no sense."""
    kind, *parameters = (part.strip().lower() for part in text.split(";"))
    try:
        quality = float(next((parameter[2:] for parameter in parameters if parameter.startswith("q=")), "1"))
    except ValueError:
        return None
    return (quality, kind) if kind and 0 <= quality <= 1 else None
