"""http: XML bodies, from bytes to a mapping of fields. XML is hostile until parsed."""

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from sheaf.domain.errors import MalformedError
from sheaf.http.body import decoded, distinct_fields

DEPTH_LIMIT = 8
ATTRIBUTE_LIMIT = 20
_PROLOG = re.compile(
    r"""\s*<\?xml\s+version=["']1\.[01]["'](?:\s+encoding=["'](?P<encoding>[A-Za-z0-9._-]+)["'])?[^?<>]*\?>"""
)
_ENCODINGS = frozenset({"utf-8", "us-ascii"})


def read_xml(body: bytes, example: str) -> tuple[str, Mapping[str, str | None]]:
    """The name of the root and the texts of its children, with underscores for dashes; None for an empty child.

    Types that the sender wrote are passed over: what a field is, its operation knows. `example` shows the right form.

    Raises:
        MalformedError: not UTF-8, not well-formed, with a DTD, an entity, a processing instruction or a field that is
            named twice, or too deep.
    """
    text = _without_prolog(decoded(body))
    try:
        parser = DefusedXMLParser(target=_BoundedBuilder(), forbid_dtd=True)
        parser.feed(text)
        root = parser.close()
    except ParseError as error:
        raise MalformedError(f"The body is not well-formed XML ({error}); send for example {example}") from error
    except DefusedXmlException as error:
        raise MalformedError("The body has a DTD or an entity; neither is read here") from error
    return _name(root), distinct_fields([(_name(child), _value(child)) for child in root])


def _without_prolog(text: str) -> str:
    """The document itself: the encoding that it names is checked, since it has been decoded as UTF-8 already.

    Raises MalformedError.
    """
    if "\0" in text:  # a parser would take it for UTF-16, whatever has been looked at here
        raise MalformedError("The body has a NUL character; XML has none")
    prolog = _PROLOG.match(text)
    if prolog and (prolog["encoding"] or "utf-8").lower() not in _ENCODINGS:
        raise MalformedError(f"The body says it is in {prolog['encoding'][:50]}; only UTF-8 is read here")
    text = text[prolog.end() :] if prolog else text
    if "<?" in text:
        raise MalformedError("The body has a processing instruction; none is read here")
    return text


class _BoundedBuilder(TreeBuilder):
    """Builds the tree, and stops where no honest body would go on."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        """Called for each start tag. Raises MalformedError."""
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            raise MalformedError(f"The body is nested deeper than {DEPTH_LIMIT} elements")
        if len(attrs) > ATTRIBUTE_LIMIT:
            raise MalformedError(f"An element has more than {ATTRIBUTE_LIMIT} attributes")
        return super().start(tag, attrs)

    def end(self, tag: str) -> Element:
        """Called for each end tag."""
        self._depth -= 1
        return super().end(tag)


def _name(element: Element) -> str:
    return element.tag.replace("-", "_")


def _value(element: Element) -> str | None:
    """The text of a field. White space around it comes from how the document was laid out; nothing is null."""
    return (element.text or "").strip() or None
