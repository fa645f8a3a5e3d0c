"""http: the bodies of a user assignment."""

from typing import Any

from sheaf.domain.user_assignment import NoSuchAssigneeError
from sheaf.domain.values import Id
from sheaf.http.v2.bodies.model import Amount, Body, Flag, Number


class UserAssignmentBody(Body):
    """PATCH /v2/projects/{project_id}/user_assignments/{user_assignment_id}. The user never changes."""

    nullable = frozenset({"hourly_rate", "budget"})

    is_active: Flag = None
    is_project_manager: Flag = None
    use_default_rates: Flag = None
    hourly_rate: Amount = None
    budget: Amount = None


class NewUserAssignmentBody(UserAssignmentBody):
    """POST /v2/projects/{project_id}/user_assignments."""

    user_id: Number = None

    def new_user_id(self) -> Id:
        """The user who is to be assigned. Raises NoSuchAssigneeError."""
        if self.user_id is None:
            raise NoSuchAssigneeError
        return self.user_id

    def _given(self) -> dict[str, Any]:
        given = super()._given()
        given.pop("user_id", None)
        return given
