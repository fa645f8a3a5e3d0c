"""domain: a user assignment, a user as one project has them (Harvest v2, "Project User Assignments")."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sheaf.domain.client import Client
from sheaf.domain.errors import InvalidError, NotRemovableError
from sheaf.domain.identity import Role, User
from sheaf.domain.project import Project
from sheaf.domain.record import as_dict, validate
from sheaf.domain.task_assignment import AssignedTask
from sheaf.domain.values import Id, Timestamp, clean_amount, optional


@dataclass(frozen=True, slots=True, kw_only=True)
class UserAssignmentFields:
    """What a caller may say of an assignment. `hourly_rate` is a currency amount, `budget` hours."""

    is_project_manager: bool
    is_active: bool = True
    use_default_rates: bool = True
    hourly_rate: Decimal | None = None
    budget: Decimal | None = None

    def __post_init__(self) -> None:
        """Raises InvalidError, whoever builds this."""
        validate(self, {name: optional(clean_amount, name) for name in ("hourly_rate", "budget")})


@dataclass(frozen=True, slots=True)
class UserAssignment:
    """One user on one project of one account; the pair never changes. `import_id`: the import that made it."""

    id: Id
    project_id: Id
    user_id: Id
    is_active: bool
    is_project_manager: bool
    use_default_rates: bool
    hourly_rate: Decimal | None
    budget: Decimal | None
    created_at: Timestamp
    updated_at: Timestamp
    version: int = 1
    import_id: Id | None = None


@dataclass(frozen=True, slots=True)
class AssignedUser:
    """An assignment with the project and the user that it joins, as they are named now."""

    assignment: UserAssignment
    project: Project
    user: User

    @property
    def id(self) -> Id:
        """The assignment's."""
        return self.assignment.id


@dataclass(frozen=True, slots=True)
class ProjectAssignment:
    """What a user may log time to on one project: its active tasks. `assignment` is the user's."""

    project: Project
    client: Client
    tasks: Sequence[AssignedTask]
    assignment: UserAssignment

    @property
    def id(self) -> Id:
        """The project's: the list runs by projects."""
        return self.project.id


def manages(assignment: UserAssignment) -> bool:
    """Whether it lets its user manage the project."""
    return assignment.is_active and assignment.is_project_manager


def default_fields(user: User) -> UserAssignmentFields:
    """What a new assignment is when nothing is said: a manager manages the project."""
    return UserAssignmentFields(is_project_manager=user.role is Role.MANAGER)


def new_user_assignment(
    assignment_id: Id, project_id: Id, user_id: Id, fields: UserAssignmentFields, now: Timestamp
) -> UserAssignment:
    """The assignment of a user to a project on its first day."""
    return UserAssignment(
        id=assignment_id, project_id=project_id, user_id=user_id, **as_dict(fields), created_at=now, updated_at=now
    )


class NoSuchAssigneeError(InvalidError):
    """The user who is to be assigned is not there."""

    def __init__(self) -> None:
        super().__init__("User can't be blank")


class UserTakenError(InvalidError):
    """The user is on this project already, perhaps archived."""

    def __init__(self) -> None:
        super().__init__("User has already been taken")


class UserAssignmentHasTimeError(NotRemovableError):
    """The user has logged time on this project; only assignments without time can be deleted."""

    def __init__(self) -> None:
        super().__init__("This user assignment is not removable. It still has time entries.")
