"""Bodies, from bytes to fields: what is read, and that nothing hostile costs more than a clear refusal."""

import json
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheaf.domain.errors import MalformedError, SheafError
from sheaf.http.body import BODY_LIMIT, DEPTH_LIMIT, FIELD_LIMIT, FORM, JSON, read_fields
from sheaf.http.error_responses import PayloadTooLargeError, UnsupportedMediaTypeError

# ------------------------------------------------------------ JSON


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ('{"name":"Design"}', {"name": "Design"}),
        (' \r\n\t{ "name" : "Design" } ', {"name": "Design"}),
        ("{}", {}),
        ('{"":0}', {"": 0}),
        (
            '{"rate":100.10,"n":-0,"e":1E+2,"tiny":1e-400}',
            {"rate": Decimal("100.10"), "n": 0, "e": 100, "tiny": Decimal("1E-400")},
        ),
        ('{"big":1000000000000000000000000000000}', {"big": 10**30}),
        ('{"a":[1,{"b":null}],"c":true}', {"a": [1, {"b": None}], "c": True}),
        ('{"name":"\\u00e9\\ud83d\\ude00"}', {"name": "é😀"}),
        ('{"name":"é😀"}', {"name": "é😀"}),
    ],
)
def test_an_object_is_read_exactly(body: str, fields: dict[str, object]) -> None:
    assert read_fields(body.encode(), JSON) == fields


def test_a_decimal_never_becomes_a_float() -> None:
    fields = read_fields(b'{"a":0.1,"b":[1.0,{"c":1e2}]}', JSON)
    assert [type(item) for item in (fields["a"], fields["b"][0], fields["b"][1]["c"])] == [Decimal] * 3


@pytest.mark.parametrize("body", [b"", b" ", b"\r\n\t \n", b" " * 10_000])
@pytest.mark.parametrize("content_type", ["", JSON, FORM, "text/html"])
def test_an_empty_body_has_no_fields_whatever_it_is_called(body: bytes, content_type: str) -> None:
    assert read_fields(body, content_type) == {}


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("{", "Expecting property name enclosed in double quotes at line 1 column 2"),
        ('{"name":}', "Expecting value at line 1 column 9"),
        ('{"name":"x"', "Expecting ',' delimiter at line 1 column 12"),
        ('{"name":"x",}', "Illegal trailing comma before end of object at line 1 column 12"),
        ("{'name':'x'}", "Expecting property name enclosed in double quotes at line 1 column 2"),
        ('{"name":"x"}{}', "Extra data at line 1 column 13"),
        ('{"name":"x"} x', "Extra data at line 1 column 14"),
        ('{\n"name":"x\n"}', "Invalid control character at at line 2 column 10"),
        ('{"name":"\\x"}', "Invalid \\escape at line 1 column 10"),
        ('{"name":"\\u12"}', "Invalid \\uXXXX escape at line 1 column 11"),
        ('{"n":01}', "Expecting ',' delimiter at line 1 column 7"),
        ('{"n":+1}', "Expecting value at line 1 column 6"),
        ('{"n":.5}', "Expecting value at line 1 column 6"),
        ('{"n":0x10}', "Expecting ',' delimiter at line 1 column 7"),
        ("name=x", "Expecting value at line 1 column 1"),
        ("<task><name>x</name></task>", "Expecting value at line 1 column 1"),
        ('{"n":NaN}', "NaN is not a JSON number"),
        ('{"n":Infinity}', "Infinity is not a JSON number"),
        ('{"n":[-Infinity]}', "-Infinity is not a JSON number"),
    ],
)
def test_broken_json_is_refused_with_the_place_and_the_reason(body: str, problem: str) -> None:
    with pytest.raises(MalformedError) as refusal:
        read_fields(body.encode(), JSON)
    assert str(refusal.value) == f"The body is not valid JSON: {problem}"


@pytest.mark.parametrize("body", ["null", "true", "1", "1.5", '"name"', "[]", '[{"name":"x"}]', '["name"]'])
def test_what_is_no_object_is_refused(body: str) -> None:
    with pytest.raises(MalformedError) as refusal:
        read_fields(body.encode(), JSON)
    assert str(refusal.value) == 'The body must be a JSON object, such as {"name":"Design"}'


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ('{"name":"a","name":"b"}', "'name'"),
        ('{"name":"a","name":"a"}', "'name'"),
        ('{"a":1,"b":2,"a":3,"b":4}', "'a'"),
        ('{"a":{"b":1,"c":2,"b":3}}', "'b'"),
        ('{"a":[{"":1,"":2}]}', "''"),
        ('{"name":"a","n\\u0061me":"b"}', "'name'"),
        ('{"\\ud800":1,"\\ud800":2}', r"'\ud800'"),
        ("{" + f'"{"x" * 99}":1,"{"x" * 99}":2' + "}", f"'{'x' * 50}'"),
    ],
)
def test_a_field_that_stands_there_twice_is_refused_and_named(body: str, name: str) -> None:
    with pytest.raises(MalformedError) as refusal:
        read_fields(body.encode(), JSON)
    assert str(refusal.value) == f"The body names {name} twice; each field may stand there once"


def test_among_a_hundred_thousand_fields_the_last_is_found_twice() -> None:
    names = [*(f"{number:05x}" for number in range(90_000)), f"{89_999:05x}"]
    body = "{" + ",".join(f'"{name}":0' for name in names) + "}"
    with pytest.raises(MalformedError, match=r"^The body names '15f8f' twice"):
        read_fields(body.encode(), JSON)


def _nested(depth: int, inner: str) -> bytes:
    return ('{"a":' * depth + inner + "}" * depth).encode()


@pytest.mark.parametrize("inner", ["1", "{}", "[]", '{"b":[]}'])
def test_a_body_may_be_nested_sixteen_levels_deep(inner: str) -> None:
    depth = DEPTH_LIMIT - inner.count("{") - inner.count("[")
    assert read_fields(_nested(depth, inner), JSON) == json.loads(_nested(depth, inner))


@pytest.mark.parametrize(
    "body",
    [
        _nested(17, "1"),
        _nested(16, "{}"),
        _nested(16, "[]"),
        b'{"a":' + b"[" * 16 + b"]" * 16 + b"}",
        _nested(500, "1"),
        _nested(100_000, "1"),
        b'{"a":' + b"[" * 500_000 + b"]" * 500_000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"wide":[' + b",".join([b"[]"] * 1000) + b'],"deep":' + _nested(16, "1") + b"}",
    ],
    ids=lambda body: f"{body[:12]!r}... of {len(body)} bytes",
)
def test_a_body_that_is_nested_deeper_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedError) as refusal:
        read_fields(body, JSON)
    assert str(refusal.value) == "The body is nested deeper than 16 levels"


@pytest.mark.parametrize(
    "number", ["1" * 5000, "-" + "9" * 1_000_000, "1e9999999999999999999", "0.1e-9999999999999999999"]
)
def test_a_number_beyond_all_measure_is_refused(number: str) -> None:
    with pytest.raises(MalformedError) as refusal:
        read_fields(b'{"n":' + number.encode() + b"}", JSON)
    assert str(refusal.value) == "The body is not valid JSON: a number has too many digits"


@pytest.mark.parametrize("number", ["1" * 4000, "0." + "1" * 100_000, "1e400", "-1e-400", "1e999999"])
def test_a_number_that_is_merely_long_is_left_to_the_rules(number: str) -> None:
    assert read_fields(b'{"n":' + number.encode() + b"}", JSON)["n"] == Decimal(number)


# ------------------------------------------------------------ bytes and content types


@pytest.mark.parametrize("content_type", [JSON, FORM])
@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b'{"name":"\xff"}', 9),
        (b'{"name":"caf\xe9"}', 12),
        (b"\xc3", 0),
        (b'{"name":"\xed\xa0\x80"}', 9),
        (b'{"name":"\xc0\xaf"}', 9),
        ('{"name":"x"}'.encode("utf-16"), 0),
        (b"\x1f\x8b\x08\x00", 1),
    ],
)
def test_what_is_not_utf_8_is_refused(content_type: str, body: bytes, place: int) -> None:
    with pytest.raises(MalformedError) as refusal:
        read_fields(body, content_type)
    assert str(refusal.value) == f"The body is not UTF-8: byte {place} cannot be read"


def test_utf_16_without_a_mark_is_no_json() -> None:
    with pytest.raises(MalformedError, match=r"^The body is not valid JSON: "):
        read_fields('{"name":"x"}'.encode("utf-16-le"), JSON)


@pytest.mark.parametrize(("body", "content_type"), [('{"name":"x"}', JSON), ("name=x", FORM)], ids=["json", "form"])
def test_a_byte_order_mark_is_passed_over(body: str, content_type: str) -> None:
    assert read_fields(body.encode("utf-8-sig"), content_type) == {"name": "x"}


def test_a_byte_order_mark_alone_is_no_json() -> None:
    with pytest.raises(MalformedError, match=r"^The body is not valid JSON: Expecting value at line 1 column 1$"):
        read_fields(b"\xef\xbb\xbf", JSON)


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/json",
        "APPLICATION/JSON",
        " application/json ;charset=utf-8",
        'application/json; charset="UTF-8"',
        "application/json;CHARSET=utf8",
        "application/json; charset=us-ascii",
        "application/json; version=2; charset=utf-8",
        "application/json;",
    ],
)
def test_json_is_known_by_every_honest_content_type(content_type: str) -> None:
    assert read_fields(b'{"name":"x"}', content_type) == {"name": "x"}


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "text/json",
        "application/xml",
        "multipart/form-data; boundary=x",
        "application/json, application/json",
        "application/jsonx",
        "application/vnd.api+json",
        "*/*",
        ";",
        "; charset=utf-8",
        "application/json; charset=utf-16",
        "application/json; charset=iso-8859-1",
        "application/json; charset=",
        "application/json; charset",
        "application/x-www-form-urlencoded; charset=latin1",
        "\x00",
        "\u0130",
    ],
)
def test_another_content_type_or_character_set_is_refused_and_named(content_type: str) -> None:
    with pytest.raises(UnsupportedMediaTypeError) as refusal:
        read_fields(b'{"name":"x"}', content_type)
    assert str(refusal.value) == (
        f"Content-Type {content_type!r} is not read here; "
        "send application/json or application/x-www-form-urlencoded in UTF-8"
    )


def test_a_refusal_repeats_no_more_than_100_characters_of_a_content_type() -> None:
    with pytest.raises(UnsupportedMediaTypeError) as refusal:
        read_fields(b"x", "x" * 100_000)
    assert len(str(refusal.value)) < 250


@pytest.mark.parametrize("content_type", [JSON, FORM, "text/html"])
@pytest.mark.parametrize("size", [BODY_LIMIT + 1, 10_000_000])
def test_a_body_over_a_mebibyte_is_refused_unread(content_type: str, size: int) -> None:
    with pytest.raises(PayloadTooLargeError) as refusal:
        read_fields(b" " * size, content_type)
    assert str(refusal.value) == f"The body has {size} bytes; at most 1048576 are read"


def test_a_body_of_a_mebibyte_is_read() -> None:
    filler = "x" * (BODY_LIMIT - len('{"name":""}'))
    assert read_fields(f'{{"name":"{filler}"}}'.encode(), JSON) == {"name": filler}


# ------------------------------------------------------------ forms


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ("name=Design", {"name": "Design"}),
        ("name=Graphic+Design&is_active=true\r\n", {"name": "Graphic Design", "is_active": "true"}),
        ("name=%C3%A9%F0%9F%98%80", {"name": "é😀"}),
        ("name=é", {"name": "é"}),
        ("name=", {"name": ""}),
        ("name", {"name": ""}),
        ("name=a=b", {"name": "a=b"}),
        ("task%5Bname%5D=x&task[rate]=1", {"task": {"name": "x", "rate": "1"}}),
        ("a[id]=1&b=2&a[group_id]=3", {"a": {"id": "1", "group_id": "3"}, "b": "2"}),
        ("a[]=1", {"a": {"": "1"}}),
        ("a[b][c]=1", {"a": {"b][c": "1"}}),
        ("[a]=1&a]=2&a[=3&a[b=4", {"[a]": "1", "a]": "2", "a[": "3", "a[b": "4"}),
        ("name=100%", {"name": "100%"}),
        ("name=%zz%2", {"name": "%zz%2"}),
        ("&&name=x&&", {"name": "x"}),
        ("name=a;b", {"name": "a;b"}),
        ("name=%00", {"name": "\x00"}),
        ('{"name":"x"}', {'{"name":"x"}': ""}),
    ],
)
def test_a_form_is_read_as_browsers_write_it(body: str, fields: dict[str, object]) -> None:
    assert read_fields(body.encode(), FORM) == fields


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("a=1&a[b]=2", "a"),
        ("a[b]=2&a=1", "a"),
        ("a[b]=2&c=1&a=", "a"),
        ("x" * 60 + "=1&" + "x" * 60 + "[b]=2", "x" * 50),
    ],
)
def test_a_form_field_cannot_be_a_value_and_a_group(body: str, name: str) -> None:
    with pytest.raises(MalformedError) as refusal:
        read_fields(body.encode(), FORM)
    assert str(refusal.value) == f"The form names {name!r} both with and without brackets"


@pytest.mark.parametrize("body", ["name=a&name=b", "name=a&n%61me=b", "name&name"])
def test_a_form_field_that_stands_there_twice_is_refused(body: str) -> None:
    with pytest.raises(MalformedError, match=r"^The body names 'name' twice; each field may stand there once$"):
        read_fields(body.encode(), FORM)


@pytest.mark.parametrize("body", [b"name=%ff", b"%80=x", b"name=%ed%a0%80"])
def test_a_form_that_hides_other_bytes_behind_percent_signs_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedError, match=r"^The form is not UTF-8 once its percent signs are decoded$"):
        read_fields(body, FORM)


def test_a_form_has_at_most_200_fields() -> None:
    fields = {f"field{number}": str(number) for number in range(FIELD_LIMIT + 1)}
    with pytest.raises(MalformedError, match=r"^The form has more than 200 fields$"):
        read_fields(urlencode(fields).encode(), FORM)
    fields.popitem()
    assert read_fields(urlencode(fields).encode(), FORM) == fields


@given(st.dictionaries(st.text(min_size=1).filter(lambda name: "[" not in name), st.text(), min_size=1, max_size=20))
def test_a_form_comes_back_as_it_was_encoded(fields: dict[str, str]) -> None:
    assert read_fields(urlencode(fields).encode(), FORM) == fields


# ------------------------------------------------------------ anything at all

_json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), _json_values, max_size=5), st.booleans())
def test_an_object_comes_back_as_it_was_written(fields: dict[str, object], ascii_only: bool) -> None:
    body = json.dumps(fields, ensure_ascii=ascii_only).encode()
    assert read_fields(body, JSON) == fields


@given(
    st.binary() | st.text().map(str.encode) | _json_values.map(lambda value: json.dumps(value).encode()),
    st.sampled_from([JSON, FORM, ""]) | st.text(),
)
def test_any_bytes_give_fields_or_a_refusal(body: bytes, content_type: str) -> None:
    try:
        fields = read_fields(body, content_type)
    except SheafError as refusal:
        assert str(refusal)  # noqa: PT017 - both ends are right
        return
    assert all(isinstance(name, str) for name in fields)
