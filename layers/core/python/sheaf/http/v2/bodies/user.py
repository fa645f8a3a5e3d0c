"""http: the bodies of a user."""

from collections.abc import Mapping
from typing import Any, ClassVar

from sheaf.domain.errors import InvalidError
from sheaf.domain.identity import Right, Role
from sheaf.http.v2.bodies.model import Amount, Body, Flag, Text, Texts, WholeNumber


class UserBody(Body):
    """PATCH /v2/users/{user_id}."""

    required: ClassVar[Mapping[str, str]] = {
        "first_name": "First name can't be blank",
        "last_name": "Last name can't be blank",
        "email": "Email can't be blank",
    }

    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    timezone: Text = None
    has_access_to_all_future_projects: Flag = None
    is_contractor: Flag = None
    is_active: Flag = None
    weekly_capacity: WholeNumber = None
    roles: Texts = None
    access_roles: Texts = None

    def _given(self) -> dict[str, Any]:
        """The fields of the record. A part of a name that an imported user lacks may stay away, but not be given so."""
        given = super()._given()
        blank = [sentence for name, sentence in self.required.items() if name in given and not given[name].strip()]
        if blank:
            raise InvalidError(", ".join(blank))
        given.pop("roles", None)
        names = given.pop("access_roles", None)
        return given if names is None else {**given, **_read_access_roles(names)}


class NewUserBody(UserBody):
    """POST /v2/users."""

    nullable = frozenset({"default_hourly_rate", "cost_rate"})

    default_hourly_rate: Amount = None
    cost_rate: Amount = None


def _read_access_roles(names: list[str]) -> dict[str, Any]:
    """The one role and the rights that stand beside one another in Harvest's words."""
    roles = {name for name in names if name in Role}
    rights = set(names) - roles
    if len(roles) != 1 or not all(name in Right for name in rights):
        raise InvalidError(
            f"access_roles must be one of {', '.join(Role)}, and beside manager any of {', '.join(sorted(Right))}"
        )
    return {"role": Role(*roles), "rights": frozenset(map(Right, rights))}
