"""Which format a v1 body is read in, and what it holds."""

import json

import pytest

from sheaf.domain.errors import MalformedError
from sheaf.http.error_responses import UnsupportedMediaTypeError
from sheaf.http.request import Request
from sheaf.http.v1.fields import read_fields

EXAMPLE = "<task><name>Backend Development</name></task>"
XML_BODY = b"<task><name>Design</name></task>"
JSON_BODY = b'{"task":{"name":"Design"}}'


def request(accept: str | None, content_type: str | None, body: bytes) -> Request:
    given = {"accept": accept, "content-type": content_type}
    return Request(headers={name: value for name, value in given.items() if value is not None}, body=body)


@pytest.mark.parametrize(
    ("accept", "content_type", "body"),
    [
        ("application/xml", "application/xml", XML_BODY),
        ("application/json", "application/json", JSON_BODY),
        ("application/json", "application/xml", XML_BODY),
        ("application/xml", "application/json", JSON_BODY),
        (None, "text/xml", XML_BODY),
        (None, "application/xml; charset=UTF-8", XML_BODY),
        (None, 'application/xml; charset="utf-8"', XML_BODY),
        (None, "application/json;charset=us-ascii", JSON_BODY),
        ("application/json", None, JSON_BODY),
        ("application/xml", None, XML_BODY),
        ("*/*", None, XML_BODY),
        (None, None, XML_BODY),
        (None, "application/xml", b"\xef\xbb\xbf" + XML_BODY),
    ],
)
def test_a_body_is_read_by_its_content_type_or_else_like_the_answer(
    accept: str | None, content_type: str | None, body: bytes
) -> None:
    assert read_fields(request(accept, content_type, body), ["task"], EXAMPLE) == {"name": "Design"}


@pytest.mark.parametrize(
    "content_type",
    [
        "text/csv",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/html",
        "*/*",
        "application/*",
        "xml",
        "application/xml; charset=utf-16",
        "application/json; charset=latin-1",
        "x" * 100_000,
    ],
    ids=lambda value: value[:40],
)
@pytest.mark.parametrize("body", [XML_BODY, JSON_BODY, b"name=Design"])
def test_a_foreign_body_is_not_read(content_type: str, body: bytes) -> None:
    with pytest.raises(UnsupportedMediaTypeError) as refusal:
        read_fields(request("application/xml", content_type, body), ["task"], EXAMPLE)

    assert str(refusal.value) == (
        f"Content-Type {content_type[:100]!r} is not read here; send application/xml or application/json in UTF-8"
    )


@pytest.mark.parametrize("content_type", ["application/xml", "application/json", "text/csv", None])
@pytest.mark.parametrize("body", [b"", b" ", b"\r\n\t "])
def test_an_empty_body_has_no_fields_whatever_it_is_called(content_type: str | None, body: bytes) -> None:
    assert read_fields(request("application/xml", content_type, body), ["task"], EXAMPLE) == {}


def test_the_largest_body_is_one_mebibyte() -> None:
    largest = XML_BODY + b" " * (1024 * 1024 - len(XML_BODY))

    assert read_fields(request(None, "application/xml", largest), ["task"], EXAMPLE) == {"name": "Design"}
    with pytest.raises(MalformedError, match="The body has 1048577 bytes; at most 1048576 are read"):
        read_fields(request(None, "application/xml", largest + b" "), ["task"], EXAMPLE)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"[]", "The body must be one record under its name"),
        (b"7", "The body must be one record under its name"),
        (b'"task"', "The body must be one record under its name"),
        (b"{}", "The body must be one record under its name"),
        (b'{"task":{},"project":{}}', "The body must be one record under its name"),
        (b'{"name":"Design"}', "'name' must be a JSON object"),
        (b'{"task":null}', "'task' must be a JSON object"),
        (b'{"task":[]}', "'task' must be a JSON object"),
        (b'{"project":{}}', "The body is of 'project'"),
        (b'{"' + b"x" * 1000 + b'":{}}', f"The body is of '{'x' * 50}'"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_json_in_another_shape_is_told_the_right_one(body: bytes, message: str) -> None:
    with pytest.raises(MalformedError) as refusal:
        read_fields(request(None, "application/json", body), ["task"], EXAMPLE)

    assert str(refusal.value) == f"{message}; send for example {EXAMPLE}"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "The body is not valid JSON: "),
        (b'{"task":{"name":"a","name":"b"}}', "The body names 'name' twice; each field may stand there once"),
        (b'{"task":{"rate":NaN}}', "The body is not valid JSON: NaN is not a JSON number"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "The body is nested deeper than 16 levels"),
        (b'{"task":{"name":"\xff"}}', "The body is not UTF-8: byte 17 cannot be read"),
        (json.dumps({"task": {"name": "Design"}}).encode("utf-16"), "The body is not UTF-8: byte 0 cannot be read"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_hostile_json_is_refused_as_in_v2(body: bytes, message: str) -> None:
    with pytest.raises(MalformedError) as refusal:
        read_fields(request(None, "application/json", body), ["task"], EXAMPLE)

    assert str(refusal.value).startswith(message)
