"""http: the body of a client."""

from collections.abc import Mapping
from typing import ClassVar

from sheaf.http.v2.bodies.model import Body, Flag, Text


class ClientBody(Body):
    """POST and PATCH /v2/clients."""

    nullable = frozenset({"address"})
    required: ClassVar[Mapping[str, str]] = {"name": "Name can't be blank"}

    name: str | None = None
    is_active: Flag = None
    address: Text = None
    currency: Text = None
