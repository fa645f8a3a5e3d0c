"""XML bodies, honest and hostile."""

import pytest

from sheaf.domain.errors import MalformedError
from sheaf.http.v1.xml import read_xml

EXAMPLE = "<task><name>Backend Development</name></task>"
PROLOG = '<?xml version="1.0" encoding="UTF-8"?>'


@pytest.mark.parametrize(
    "body",
    [
        "<task><name>Design</name></task>",
        f"{PROLOG}<task><name>Design</name></task>",
        f"{PROLOG}\n<task>\n  <name>\n    Design\n  </name>\n</task>\n",
        f"\r\n {PROLOG}<task><name>Design</name></task>",
        "<?xml version='1.0'?><task><name>Design</name></task>",
        '<?xml version="1.1" encoding="utf-8" standalone="yes" ?><task><name>Design</name></task>',
        '<?xml version="1.0" encoding="US-ASCII"?><task><name>Design</name></task>',
        '<task type="Task"><name type="string">Design</name></task>',
        "<task><!-- what it is called --><name>Design</name></task>",
        "<task><name>Des<!-- cut in two -->ign</name></task>",
        "<task><name><![CDATA[Design]]></name></task>",
        "<task><name>&#68;&#x65;sign</name></task>",
        "<!-- a --><task><name>Design</name></task><!-- z -->",
    ],
)
def test_an_honest_body_is_read_however_it_is_laid_out(body: str) -> None:
    assert read_xml(body.encode(), EXAMPLE) == ("task", {"name": "Design"})


@pytest.mark.parametrize(
    "field",
    ["<rate></rate>", "<rate/>", '<rate nil="true"/>', '<rate type="decimal" nil="true"></rate>', "<rate> </rate>"],
)
def test_an_empty_element_is_null(field: str) -> None:
    assert read_xml(f"<task>{field}</task>".encode(), EXAMPLE) == ("task", {"rate": None})


def test_names_lose_their_dashes() -> None:
    body = b"<task-assignment><hourly-rate>1</hourly-rate><is_default>true</is_default></task-assignment>"

    assert read_xml(body, EXAMPLE) == ("task_assignment", {"hourly_rate": "1", "is_default": "true"})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("&lt;a &amp; b&gt;", "<a & b>"),
        ("&quot;&apos;", "\"'"),
        ("é ß 😀", "é ß 😀"),
        ("a\r\nb", "a\nb"),
        ("a&#13;b", "a\rb"),
    ],
)
def test_text_is_read_as_xml_means_it(text: str, value: str) -> None:
    assert read_xml(f"<task><name>{text}</name></task>".encode(), EXAMPLE)[1] == {"name": value}


ENTITY = "The body has a DTD or an entity; neither is read here"
INSTRUCTION = "The body has a processing instruction; none is read here"
BILLION_LAUGHS = (
    '<!DOCTYPE task [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {after} "{f"&{before};" * 10}">' for before, after in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><task><name>&i;</name></task>"
)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("<!DOCTYPE task><task/>", ENTITY),
        ('<!DOCTYPE task SYSTEM "http://127.0.0.1:9/task.dtd"><task/>', ENTITY),
        ('<!DOCTYPE task PUBLIC "-//X//Y" "file:///etc/passwd"><task/>', ENTITY),
        ('<!DOCTYPE task [<!ENTITY x "y">]><task><name>&x;</name></task>', ENTITY),
        ('<!DOCTYPE task [<!ENTITY x SYSTEM "file:///etc/passwd">]><task><name>&x;</name></task>', ENTITY),
        ('<!DOCTYPE task [<!ENTITY % x SYSTEM "http://127.0.0.1:9/">%x;]><task/>', ENTITY),
        ('<!DOCTYPE task [<!ATTLIST task name CDATA "x">]><task/>', ENTITY),
        (BILLION_LAUGHS, ENTITY),
        (f"{PROLOG}{BILLION_LAUGHS}", ENTITY),
        ("<task><?php phpinfo() ?></task>", INSTRUCTION),
        ('<?xml-stylesheet href="a.xsl"?><task/>', INSTRUCTION),
        (f"{PROLOG}{PROLOG}<task/>", INSTRUCTION),
        ("<task/><?end?>", INSTRUCTION),
        ('<?xml encoding="UTF-8"?><task/>', INSTRUCTION),
        ("<task>" * 1_000 + "</task>" * 1_000, "The body is nested deeper than 8 elements"),
        ("<task>" * 100_000, "The body is nested deeper than 8 elements"),
        ("<task " + " ".join(f'a{n}=""' for n in range(100_000)) + "/>", "An element has more than 20 attributes"),
        (
            '<?xml version="1.0" encoding="ISO-8859-1"?><task/>',
            "The body says it is in ISO-8859-1; only UTF-8 is read here",
        ),
        ('<?xml version="1.0" encoding="UTF-16"?><task/>', "The body says it is in UTF-16; only UTF-8 is read here"),
        ('<?xml version="1.0" encoding="UTF-7"?><task/>', "The body says it is in UTF-7; only UTF-8 is read here"),
        (
            f'<?xml version="1.0" encoding="{"x" * 1000}"?><task/>',
            f"The body says it is in {'x' * 50}; only UTF-8 is read here",
        ),
    ],
    ids=lambda value: value[:50],
)
def test_what_no_honest_body_has_is_refused(body: str, message: str) -> None:
    with pytest.raises(MalformedError) as refusal:
        read_xml(body.encode(), EXAMPLE)

    assert str(refusal.value) == message


@pytest.mark.parametrize(
    "body",
    [
        "nothing",
        "<task>",
        "<task></name>",
        "<task/><task/>",
        "<task><name>a & b</name></task>",
        "<task><name>&nbsp;</name></task>",
        "<task><name>a\x01b</name></task>",
        "<task><name>&#0;</name></task>",
        "<task><name>&#xD800;</name></task>",
        "<task><name>\uffff</name></task>",
        "<task a='1' a='2'/>",
        "<task><name>" + "x" * 1_000_000,
        '{"task":{"name":"Design"}}',
        "name=Design",
    ],
    ids=lambda value: ascii(value[:40]),
)
def test_what_is_no_xml_is_refused_with_the_right_form(body: str) -> None:
    with pytest.raises(MalformedError) as refusal:
        read_xml(body.encode(), EXAMPLE)

    assert str(refusal.value).startswith("The body is not well-formed XML (")
    assert str(refusal.value).endswith(f"); send for example {EXAMPLE}")


@pytest.mark.parametrize(
    "body",
    [
        "<task/>".encode("utf-16"),
        "<task/>".encode("utf-32"),
        b"<task><name>\xff</name></task>",
        b"<task><name>\xed\xa0\x80</name></task>",
        b"<task><name>\xc0\xaf</name></task>",
        "<task><name>é</name></task>".encode("latin-1"),
    ],
)
def test_what_is_not_utf_8_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedError, match=r"The body is not UTF-8: byte \d+ cannot be read"):
        read_xml(body, EXAMPLE)


@pytest.mark.parametrize("body", [b"<task><name>a\0b</name></task>", "<task/>".encode("utf-16-le"), b"\0"])
def test_a_nul_character_is_refused_so_that_no_parser_takes_it_for_utf_16(body: bytes) -> None:
    with pytest.raises(MalformedError) as refusal:
        read_xml(body, EXAMPLE)

    assert str(refusal.value) == "The body has a NUL character; XML has none"


def test_a_field_that_is_named_twice_is_refused_as_in_json() -> None:
    with pytest.raises(MalformedError) as refusal:
        read_xml(b"<task><name>a</name><name>b</name></task>", EXAMPLE)

    assert str(refusal.value) == "The body names 'name' twice; each field may stand there once"


def test_eight_elements_and_twenty_attributes_are_still_read() -> None:
    attributes = " ".join(f'a{number}=""' for number in range(20))

    assert read_xml(f"<task {attributes}>{'<a>' * 7}{'</a>' * 7}</task>".encode(), EXAMPLE) == ("task", {"a": None})
