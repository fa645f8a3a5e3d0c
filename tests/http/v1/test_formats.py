"""Which format a v1 answer takes."""

import pytest

from sheaf.domain.errors import MalformedError
from sheaf.http.error_responses import NotAcceptableError
from sheaf.http.request import Request
from sheaf.http.response import Response, as_json
from sheaf.http.v1.formats import Format, answer_format, done, error_response, format_of_error, show_list
from sheaf.http.v1.resources import Resource

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def request(accept: str | None = None, content_type: str | None = None) -> Request:
    given = {"accept": accept, "content-type": content_type}
    return Request(headers={name: value for name, value in given.items() if value is not None})


# ------------------------------------------------------------ the answer


@pytest.mark.parametrize(
    ("accept", "content_type", "expected"),
    [
        ("application/xml", None, Format.XML),
        ("application/json", None, Format.JSON),
        ("text/xml", None, Format.XML),
        ("application/xml; charset=utf-8", None, Format.XML),
        ("application/json; charset=utf-8", None, Format.JSON),
        ("APPLICATION/JSON", None, Format.JSON),
        ("  application/json  ", None, Format.JSON),
        ("application/json;q=0.5, application/xml", None, Format.XML),
        ("application/xml;q=0.5, application/json;q=0.9", None, Format.JSON),
        ("application/xml;q=0.5,application/json;q=0.5", None, Format.XML),
        ("application/json;q=0.5,application/xml;q=0.5", None, Format.JSON),
        ("application/xml;q=0, application/json;q=0.001", None, Format.JSON),
        ("text/html, application/json", None, Format.JSON),
        (BROWSER, None, Format.XML),
        ("application/json;q=nonsense, application/xml", None, Format.XML),
        ("application/json;q=nan, application/xml;q=0.1", None, Format.XML),
        # What Accept says of the body's own format counts for nothing: it is the answer's.
        ("application/xml", "application/json", Format.XML),
        ("application/json", "application/xml", Format.JSON),
        # Only Content-Type says something.
        (None, "application/json", Format.JSON),
        (None, "application/xml", Format.XML),
        (None, "text/xml; charset=utf-8", Format.XML),
        ("", "application/json; charset=utf-8", Format.JSON),
        ("*/*", "application/json", Format.JSON),
        ("*/*", "application/xml", Format.XML),
        ("application/*", "application/json", Format.JSON),
        ("text/*", "application/json", Format.XML),
        # Nothing does, or nothing that is known.
        (None, None, Format.XML),
        ("*/*", None, Format.XML),
        (None, "application/x-www-form-urlencoded", Format.XML),
        ("*/*", "*/*", Format.XML),
        # Any but one.
        ("*/*, application/xml;q=0", None, Format.JSON),
        ("application/*, application/json;q=0", "application/json", Format.XML),
        ("*/*;q=0.1, application/json;q=0.9", "application/xml", Format.JSON),
    ],
)
def test_the_format_of_an_answer(accept: str | None, content_type: str | None, expected: Format) -> None:
    assert answer_format(request(accept, content_type)) is expected


@pytest.mark.parametrize(
    "accept",
    [
        "text/html",
        "text/html, image/*",
        "application/xml;q=0",
        "application/xml;q=0, application/json;q=0",
        "*/*;q=0",
        "*/*, application/xml;q=0, application/json;q=0",
        "application/json;q=-1",
        "xml",
        ",",
    ],
)
@pytest.mark.parametrize("content_type", [None, "application/json"])
def test_what_allows_neither_format_is_not_acceptable(accept: str, content_type: str | None) -> None:
    with pytest.raises(NotAcceptableError):
        answer_format(request(accept, content_type))


def test_a_refusal_to_somebody_who_accepts_nothing_is_xml() -> None:
    assert format_of_error(request("text/html", "application/json")) is Format.XML
    assert format_of_error(request("application/json")) is Format.JSON


def test_a_refusal_says_its_message_in_the_format_that_was_asked_for() -> None:
    assert error_response(request("application/json"), 400, 'a<b"', {"Hint": "a"}) == Response(
        400, {"message": 'a<b"'}, {"Hint": "a", "Content-Type": "application/json; charset=utf-8"}
    )
    assert error_response(request("application/xml"), 400, 'a<b"', {}) == Response(
        400,
        '<?xml version="1.0" encoding="UTF-8"?>\n<hash>\n  <message>a&lt;b"</message>\n</hash>\n',
        {"Content-Type": "application/xml; charset=utf-8"},
    )


@pytest.mark.parametrize("kind", list(Format))
def test_the_answer_to_a_write_is_one_space(kind: Format) -> None:
    assert done(request(kind.value), 201, "/tasks/7") == Response(
        201, " ", {"Location": "/tasks/7", "Content-Type": kind.value}
    )
    assert done(request(kind.value), 200, hint="Archived") == Response(
        200, " ", {"Hint": "Archived", "Content-Type": kind.value}
    )


def passed_on(kind: str, name: str, count: int) -> int | None:
    """How many bytes a list of so many tasks is when Lambda passes it on; None where it is refused."""
    try:
        response = show_list(request(kind), "tasks", [Resource("task", [("name", "string", name)])] * count)
    except MalformedError:
        return None
    return len(as_json(response.to_lambda("request")).encode())


@pytest.mark.parametrize("kind", ["application/json", "application/xml"])
@pytest.mark.parametrize("character", ["x", '"', "\\", "é", "&"])
def test_a_list_that_lambda_would_not_pass_on_is_refused(kind: str, character: str) -> None:
    sizes = [passed_on(kind, character * 5000, count) for count in (150, 300, 600, 1_200)]

    assert sizes[0] is not None
    assert sizes[-1] is None
    assert max(size for size in sizes if size) < 6 * 1024 * 1024


def test_who_asks_for_a_list_that_is_too_long_is_told_how_to_ask_for_less() -> None:
    with pytest.raises(MalformedError) as refusal:
        show_list(request(), "tasks", [Resource("task", [("name", "string", "x" * 5000)])] * 1_200)

    assert str(refusal.value) == "There are 1200 records, too many for one answer; ask with updated_since"
