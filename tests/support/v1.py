"""What tests of v1 share: the API as its clients call it, and its XML as something that `==` compares."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from tests.support.api import Api

XML, JSON = "application/xml", "application/json"


def basic(email: str, token: str) -> str:
    """The Authorization header of HTTP Basic."""
    return f"Basic {b64encode(f'{email}:{token}'.encode()).decode()}"


def v1(api: Api, kind: str = XML, authorization: str = "", **headers: str) -> Api:
    """The API in one of v1's formats and without what only v2 asks for; by Bearer unless `authorization` is given."""
    given = {"accept": kind, "content_type": kind, **headers}
    named = {name.replace("_", "-"): text for name, text in given.items()}
    opened = {"authorization": authorization} if authorization else {}
    return Api(api.token, "", headers={"user-agent": "", **named, **opened})


@dataclass(frozen=True)
class Field:
    """One element of a record."""

    name: str
    text: str | None
    type: str | None = None
    is_null: bool = False


def record(element: Element | str) -> tuple[str, list[Field]]:
    """The name of an element, and its children in their order."""
    root = fromstring(element.encode()) if isinstance(element, str) else element
    return root.tag, [
        Field(element.tag, element.text, element.get("type"), element.get("nil") == "true") for element in root
    ]


def records(xml: str) -> tuple[str, Mapping[str, str], list[tuple[str, list[Field]]]]:
    """A list: the name of its root, the root's attributes, and each record in it."""
    root = fromstring(xml.encode())
    return root.tag, root.attrib, [record(element) for element in root]


def texts(xml: str) -> dict[str, str | None]:
    """The fields of one record by name; None for those that are null."""
    return {field.name: None if field.is_null else field.text or "" for field in record(xml)[1]}
