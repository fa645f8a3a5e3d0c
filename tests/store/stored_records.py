"""A small account with clients, projects, tasks, assignments and time, put into the table at once; and what is seen."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

from sheaf.domain.client import Client
from sheaf.domain.errors import NotFoundError
from sheaf.domain.identity import AccountId, Role, User
from sheaf.domain.paging import Cursor, Filter, Page, PageRequest
from sheaf.domain.project import Project, ProjectFields, new_project
from sheaf.domain.record import Kind
from sheaf.domain.task import Task
from sheaf.domain.task_assignment import TaskAssignment
from sheaf.domain.time_entry import ExternalReference, LoggedTime, TimeEntry, TimeFilter, TimeReader
from sheaf.domain.user_assignment import UserAssignment, UserAssignmentFields, new_user_assignment
from sheaf.domain.values import Day, Id, Timestamp
from sheaf.store import keys, projects, task_assignments, tasks, time_entries
from sheaf.store.mappers.client import CLIENT
from sheaf.store.mappers.project import PROJECT
from sheaf.store.mappers.task import TASK
from sheaf.store.mappers.task_assignment import TASK_ASSIGNMENT
from sheaf.store.mappers.time_entry import to_items
from sheaf.store.mappers.user import USER
from sheaf.store.mappers.user_assignment import USER_ASSIGNMENT
from sheaf.store.records import RecordMapper
from tests.store.audit import expected
from tests.support.table import put_items, rows

ACCOUNT = AccountId(1)
LONG_AGO, NOW = Timestamp("2026-01-01T00:00:00Z"), Timestamp("2026-03-01T12:00:00Z")
ADMIN, MANAGER, MEMBER = Id(1), Id(2), Id(3)
EVERYTHING = TimeReader(ADMIN, None)

_SHAPES: dict[type[Any], RecordMapper[Any]] = {
    Client: CLIENT,
    Project: PROJECT,
    Task: TASK,
    TaskAssignment: TASK_ASSIGNMENT,
    UserAssignment: USER_ASSIGNMENT,
}


def client(number: int, *, is_active: bool = True, updated_at: str = LONG_AGO) -> Client:
    return Client(Id(number), f"Client {number}", is_active, None, "EUR", LONG_AGO, Timestamp(updated_at))


def project(number: int, client_id: int = 1, **fields: Any) -> Project:
    asked = ProjectFields(client_id=Id(client_id), name=f"Project {number}")
    return replace(new_project(Id(number), asked, LONG_AGO), **fields)


def task(number: int, **fields: Any) -> Task:
    made = Task(Id(number), f"Task {number:04d}", True, Decimal(100), False, True, LONG_AGO, LONG_AGO)
    return replace(made, **fields)


def assignment(number: int, project_id: int, task_id: int, **fields: Any) -> TaskAssignment:
    made = TaskAssignment(Id(number), Id(project_id), Id(task_id), True, Decimal(100), None, True, LONG_AGO, LONG_AGO)
    return replace(made, **fields)


def user_assignment(project_id: int, user_id: int = MEMBER, **fields: Any) -> UserAssignment:
    """A user on a project, under an id that tells both."""
    asked = UserAssignmentFields(is_project_manager=False)
    made = new_user_assignment(Id(10 * project_id + user_id), Id(project_id), Id(user_id), asked, LONG_AGO)
    return replace(made, **fields)


@dataclass(frozen=True, kw_only=True)
class Spent:
    """A time entry of which only its place matters; whoever has it is assigned to its project."""

    id: int
    assignment: TaskAssignment
    day: str = "2026-02-14"
    user: int = MEMBER
    updated_at: str = LONG_AGO
    reference: str | None = None

    def entry(self) -> TimeEntry:
        return TimeEntry(
            Id(self.id),
            Id(self.user),
            self.assignment.project_id,
            self.assignment.task_id,
            self.assignment.id,
            Day(self.day),
            Decimal("1.25"),
            None,
            None if self.reference is None else ExternalReference(id=self.reference),
            LONG_AGO,
            Timestamp(self.updated_at),
            user_assignment_id=self.user_assignment.id,
        )

    @property
    def user_assignment(self) -> UserAssignment:
        """That of whoever has the entry."""
        return user_assignment(self.assignment.project_id, self.user)


def user(number: int, role: Role = Role.MEMBER, managed: Iterable[int] = ()) -> User:
    projects_ = frozenset(map(Id, managed))
    return User(Id(number), "U", str(number), f"{number}@example.com", role, frozenset(), projects_, True, NOW, NOW)


def populate(*records: Any, account_id: AccountId = ACCOUNT) -> None:
    """Put records into the table with all that hangs on them, and three users, as if each had been created."""
    spent = [record for record in records if isinstance(record, Spent)]
    entries = [record.entry() for record in spent]
    given = [record for record in records if not isinstance(record, Spent)]
    together = [*(record.user_assignment for record in spent), *given]
    rest = list({(type(record), record.id): record for record in together}.values())
    people = user(ADMIN, Role.ADMINISTRATOR), user(MANAGER, Role.MANAGER), user(MEMBER)
    put_items(next(USER._items(account_id, person)) for person in people)
    put_items(next(_SHAPES[type(item)]._items(account_id, item)) for item in rest)
    put_items(to_items(account_id, entry)[0] for entry in entries)
    put_items(expected(account_id, rows()).values())
    last: dict[Kind, int] = {"USER": MEMBER}
    for item in rest:
        kind = _SHAPES[type(item)].kind
        last[kind] = max(last.get(kind, 0), item.id)
    if entries:
        last["TIME_ENTRY"] = max(entry.id for entry in entries)
    put_items({**keys.sequence(account_id, kind), "last_id": {"N": str(number)}} for kind, number in last.items())


# ------------------------------------------------------------ what readers see

type Ids = tuple[int, ...]
type Listed = tuple[Ids, frozenset[int]]
"""The ids of a whole list, and what its pages say of its length."""


def walk(
    ask: Callable[[PageRequest], Page[Any]], day: Callable[[Any], str] = lambda _: "", per_page: int = 3
) -> Listed:
    """A whole list, walked from page to page."""
    found: list[int] = []
    lengths: set[int] = set()
    request = PageRequest(per_page)
    while True:
        page = ask(request)
        found += [record.id for record in page.records]
        lengths.add(page.total_entries)
        if not page.has_older:
            return tuple(found), frozenset(lengths)
        edge = page.records[-1]
        request = PageRequest(per_page, Cursor("after", edge.id, day(edge)))


def visible_records() -> dict[str, object]:
    """Everything that readers of the account are shown, in lists that are as long as they say."""
    seen = dict(_visible_records())
    for name, listed in seen.items():
        if isinstance(listed, tuple):
            ids, lengths = listed
            assert lengths == {len(ids)}, f"{name}: {ids} are said to be {set(lengths)}"
    return seen


def _visible_records() -> Iterator[tuple[str, object]]:
    managed = frozenset({Id(1), Id(2)})
    for name, wanted in {
        "": Filter(),
        "active": Filter(is_active=True),
        "since": Filter(updated_since=LONG_AGO),
    }.items():
        yield f"assignments {name}", walk(partial(task_assignments.page, ACCOUNT, wanted))
        yield f"projects of client 1 {name}", walk(partial(projects.page, ACCOUNT, wanted, client_id=Id(1)))
    yield "tasks", walk(partial(tasks.page, ACCOUNT, Filter()))
    yield "projects", walk(partial(projects.page, ACCOUNT, Filter()))
    yield "projects managed", walk(partial(projects.page, ACCOUNT, Filter(), among=managed))
    yield "assignments managed", walk(partial(task_assignments.page, ACCOUNT, Filter(), among=managed))
    for number in managed:
        yield f"assignments of project {number}", _of_project(number)
    for name, reader, filter_ in (
        ("", EVERYTHING, TimeFilter()),
        ("of what is managed", TimeReader(MANAGER, managed), TimeFilter()),
        ("of one's own", TimeReader(MEMBER, frozenset()), TimeFilter()),
        ("of project 1", EVERYTHING, TimeFilter(project_id=Id(1))),
        ("since", EVERYTHING, TimeFilter(updated_since=LONG_AGO)),
    ):
        yield f"time {name}", walk(partial(time_entries.page, ACCOUNT, reader, filter_), _day)
    mine = task_assignments.active_by_project(ACCOUNT, sorted(managed))
    yield "to log to", {project_id: [assigned_task.id for assigned_task in found] for project_id, found in mine.items()}


def _of_project(project_id: Id) -> object:
    try:
        return walk(partial(task_assignments.page_of_project, ACCOUNT, project_id, Filter()))
    except NotFoundError:
        return "not found"


def _day(logged_time: LoggedTime) -> str:
    return logged_time.entry.spent_date
