"""domain: answers that are kept under the key that a caller gave with a request, to be given again (`Idempotency-Key`).

Who does not know whether a request has come through sends it again with the same key, and it is carried out once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sheaf.domain.errors import BusyError, InvalidError
from sheaf.domain.values import Id, Timestamp


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A request with a key: whose it is, the key, what tells the request from others (a digest), and when it came."""

    user_id: Id
    key: str
    digest: str
    at: Timestamp


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What was answered to a request with a key."""

    request: KeyedRequest
    status: int
    body: str
    headers: Mapping[str, str]


type Keep[Record] = Callable[[Record], KeptAnswer | None]
"""What will be answered once a record is made; None where the request has no key."""


def keep_nothing(_record: object) -> None:
    """The answer is not kept."""


class AnsweredError(BusyError):
    """A request with this key was answered already. Nothing was changed; the caller gets that answer."""

    def __init__(self) -> None:
        super().__init__("A request with this Idempotency-Key was answered at this moment; try again")


class OtherRequestError(InvalidError):
    """The key was given with another request before."""

    def __init__(self) -> None:
        super().__init__("Idempotency-Key was used for another request in the last 24 hours; give each one a new key")
