"""http: the body of a business role."""

from collections.abc import Mapping
from typing import Any, ClassVar

from sheaf.http.v2.bodies.model import Body, Ids


class RoleBody(Body):
    """POST and PATCH /v2/roles."""

    required: ClassVar[Mapping[str, str]] = {"name": "Name can't be blank"}

    name: str | None = None
    user_ids: Ids = None

    def _given(self) -> dict[str, Any]:
        given = super()._given()
        return {**given, "user_ids": frozenset(given["user_ids"])} if "user_ids" in given else given
