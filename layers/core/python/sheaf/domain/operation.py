"""domain: operations that go on after the request that began them was answered."""

from dataclasses import dataclass

from sheaf.domain.errors import NotFoundError, SheafError
from sheaf.domain.identity import Role, User
from sheaf.domain.values import Id, Timestamp


@dataclass(frozen=True, slots=True)
class Operation:
    """One of an account's large operations, of the `kind` `create_project`, say; `subject_id` is what it is about.

    `user_id` is who began it, None where that was no user.
    """

    id: Id
    kind: str
    subject_id: Id
    is_completed: bool
    started_at: Timestamp
    user_id: Id | None


def require_own(user: User, operation: Operation) -> None:
    """Operations are for whoever began them, and for administrators.

    Raises:
        NotFoundError: it is none of the user's business that there is this one.
    """
    if user.role is not Role.ADMINISTRATOR and operation.user_id != user.id:
        raise NotFoundError


class UnderWayError(SheafError):
    """What was asked for is decided and will be done, but not before the answer: no refusal, which is why it is 202."""

    def __init__(self, operation_id: Id) -> None:
        super().__init__("It is decided and still being done; the operation says when it is completed")
        self.operation_id = operation_id
