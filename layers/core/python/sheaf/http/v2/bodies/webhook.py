"""http: the bodies of webhooks."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from sheaf.domain.errors import InvalidError
from sheaf.domain.record import Kind
from sheaf.domain.values import ID_LIMIT
from sheaf.http.v2.bodies.model import Body, Flag, Text, Texts, WholeNumber
from sheaf.http.v2.change_responses import KINDS


class WebhookBody(Body):
    """POST and PATCH /v2/webhooks."""

    nullable = frozenset({"description"})
    required: ClassVar[Mapping[str, str]] = {"url": "url can't be blank"}

    url: str | None = None
    kinds: Texts = None
    description: Text = None
    is_active: Flag = None

    def _given(self) -> dict[str, Any]:
        given = super()._given()
        return {**given, "kinds": _kinds(given["kinds"])} if "kinds" in given else given


class ReplayBody(Body):
    """POST /v2/webhooks/{webhook_id}/replay."""

    after: WholeNumber = None

    def sequence(self) -> int:
        """The number of the change after which to begin, 0 for the oldest that is kept. Raises InvalidError."""
        if self.after is None or not 0 <= self.after < ID_LIMIT:
            raise InvalidError("after must be the sequence of a change, or 0 for the oldest change that is kept")
        return self.after


def _kinds(names: Sequence[str]) -> frozenset[Kind]:
    known = {kind.lower(): kind for kind in KINDS}
    if not known.keys() >= set(names):
        raise InvalidError(f"kinds must be of {', '.join(sorted(known))}; none for all of them")
    return frozenset(known[name] for name in names)
