"""The requests that are measured, and the account that they are sent to. A new operation is one line here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from sheaf.domain.client import ClientFields
from sheaf.domain.identity import Account, AccountId, Role, User
from sheaf.domain.imports.job import ImportFields
from sheaf.domain.project import ProjectFields
from sheaf.domain.record import fields_of, with_changes
from sheaf.domain.task import TaskFields
from sheaf.domain.task_assignment import default_fields
from sheaf.domain.time_entry import TimeEntryFields
from sheaf.domain.timers import Clock
from sheaf.domain.user_assignment import UserAssignmentFields
from sheaf.domain.user_assignment import default_fields as user_assigned
from sheaf.domain.values import Day, Id, Timestamp
from sheaf.store import clients, projects, task_assignments, tasks, time_entries, user_assignments, users
from sheaf.store.imports import jobs
from tests.support.api import NOW, Answer, Api, make_account, make_token

LATER = Timestamp("2026-03-02T08:00:00Z")
TASKS = range(1, 13)
ARCHIVED = range(1, 5)
CHANGED_LATER = range(4, 7)
ASSIGNED = (Id(5), Id(6), Id(8))
WITH_TIME = Id(12)
DAYS = ("2026-02-27", "2026-02-28", "2026-03-01")
FIRST_PROJECT = Id(1)
SPENT = {"project_id": FIRST_PROJECT, "task_id": WITH_TIME, "spent_date": "2026-03-01", "hours": 1}


@dataclass(frozen=True)
class Operation:
    """One request. A path that is a function is asked of the API beforehand, uncounted: cursors come in links."""

    name: str
    method: str
    path: str | Callable[[Api], str]
    body: object = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def prepare(self, api: Api) -> Callable[[], Answer]:
        """The sending of this request; its answer must have the status that was foreseen."""
        path = self.path if isinstance(self.path, str) else self.path(api)

        def send() -> Answer:
            answer = api.send(self.method, path, self.body, self.headers)
            if answer.status != self.status:
                raise AssertionError(f"{self.name}: {answer.status} {answer.raw}, and not {self.status}")
            return answer

        return send


def link(name: str, path: str) -> Callable[[Api], str]:
    """The path that a link of another answer leads to."""

    def follow(api: Api) -> str:
        target: str = api.get(path).body["links"][name]
        return target.removeprefix("https://sheaf.test")

    return follow


def assigned(path: str) -> Callable[[Api], str]:
    """The path, once user 1 is assigned to the second project, on which nobody has time."""

    def assign(api: Api) -> str:
        fields = UserAssignmentFields(is_project_manager=False)
        user_assignments.create(AccountId(int(api.account_id)), Id(2), Id(1), lambda _: fields, NOW)
        return path

    return assign


OF_USER = "/v2/projects/2/user_assignments/3"  # after that of user 1, and of the caller, to the first project
OPERATIONS = (
    Operation("one task", "GET", "/v2/tasks/7"),
    Operation("one task, missing", "GET", "/v2/tasks/99", status=404),
    Operation("list: all on one page", "GET", "/v2/tasks"),
    Operation("list: first page", "GET", "/v2/tasks?per_page=5"),
    Operation("list: next page by cursor", "GET", link("next", "/v2/tasks?per_page=5")),
    Operation("list: active only", "GET", "/v2/tasks?per_page=5&is_active=true"),
    Operation("list: archived only, all on one page", "GET", "/v2/tasks?per_page=5&is_active=false"),
    Operation("list: `updated_since` with 3 matches", "GET", f"/v2/tasks?per_page=5&updated_since={LATER}"),
    Operation("list: `page=3`", "GET", "/v2/tasks?per_page=5&page=3"),
    Operation("list: by name", "GET", "/v2/tasks?name=task+7"),
    Operation("create", "POST", "/v2/tasks", {"name": "Design"}, 201),
    Operation("create, with a key", "POST", "/v2/tasks", {"name": "Design"}, 201, {"idempotency-key": "1"}),
    Operation("create, name taken", "POST", "/v2/tasks", {"name": "task 7"}, 422),
    Operation("update", "PATCH", "/v2/tasks/7", {"default_hourly_rate": 120}),
    Operation("update that changes nothing", "PATCH", "/v2/tasks/7", {"name": "Task 7"}),
    Operation("rename", "PATCH", "/v2/tasks/7", {"name": "Design"}),
    Operation("archive", "PATCH", "/v2/tasks/7", {"is_active": False}),
    Operation("delete", "DELETE", "/v2/tasks/7"),
    Operation("delete, refused for its time", "DELETE", f"/v2/tasks/{WITH_TIME}", status=422),
    Operation("delete, missing", "DELETE", "/v2/tasks/99", status=404),
    Operation("project: one", "GET", "/v2/projects/1"),
    Operation("project: list, all on one page", "GET", "/v2/projects"),
    Operation("project: list, by name", "GET", "/v2/projects?client_id=1&name=website"),
    Operation("project: create, without default tasks", "POST", "/v2/projects", {"name": "New", "client_id": 1}, 201),
    Operation("project: rename", "PATCH", "/v2/projects/1", {"name": "New"}),
    Operation("project: delete, with 4 assignments and 3 entries", "DELETE", "/v2/projects/1"),
    Operation("project: delete, with nothing in it", "DELETE", "/v2/projects/2"),
    Operation("client: one", "GET", "/v2/clients/1"),
    Operation("client: create", "POST", "/v2/clients", {"name": "New"}, 201),
    Operation("client: delete", "DELETE", "/v2/clients/2"),
    Operation("assignment: one", "GET", "/v2/projects/1/task_assignments/1"),
    Operation("assignment: list of a project", "GET", "/v2/projects/1/task_assignments"),
    Operation("assignment: list of the account, first page", "GET", "/v2/task_assignments?per_page=2"),
    Operation("assignment: create", "POST", "/v2/projects/2/task_assignments", {"task_id": 7}, 201),
    Operation("assignment: update", "PATCH", "/v2/projects/1/task_assignments/1", {"budget": 10}),
    Operation("assignment: archive", "PATCH", "/v2/projects/1/task_assignments/1", {"is_active": False}),
    Operation("assignment: delete", "DELETE", "/v2/projects/1/task_assignments/1"),
    Operation("assignment: delete, refused for its time", "DELETE", "/v2/projects/1/task_assignments/4", status=422),
    Operation("time: one entry", "GET", "/v2/time_entries/1"),
    Operation("time: list, all on one page", "GET", "/v2/time_entries"),
    Operation("time: list, first page", "GET", "/v2/time_entries?per_page=1"),
    Operation("time: list of one user", "GET", "/v2/time_entries?user_id=1"),
    Operation("time: log", "POST", "/v2/time_entries", SPENT, 201),
    Operation("time: change the hours", "PATCH", "/v2/time_entries/1", {"hours": 2}),
    Operation("time: move to another task", "PATCH", "/v2/time_entries/1", {"task_id": 5}),
    Operation("time: delete", "DELETE", "/v2/time_entries/1"),
    Operation("import: one that awaits its file", "GET", "/v2/imports/1"),
    Operation("import: list, all on one page", "GET", "/v2/imports"),
    Operation("import: begin", "POST", "/v2/imports", {"kind": "tasks"}, 201),
    Operation("import: cancel one that awaits its file", "DELETE", "/v2/imports/1"),
    Operation("the caller", "GET", "/v2/users/me"),
    Operation("the caller's project assignments", "GET", "/v2/users/me/project_assignments"),
    Operation("company", "GET", "/v2/company"),
    Operation("user: one", "GET", "/v2/users/1"),
    Operation("user: list, all on one page", "GET", "/v2/users"),
    Operation(
        "user: create", "POST", "/v2/users", {"first_name": "I", "last_name": "E", "email": "i@example.com"}, 201
    ),
    Operation("user: change the time zone", "PATCH", "/v2/users/1", {"timezone": "Berlin"}),
    Operation("user: change the email address", "PATCH", "/v2/users/1", {"email": "m@example.com"}),
    Operation("user: archive", "PATCH", "/v2/users/1", {"is_active": False}),
    Operation("user: delete, refused for their time", "DELETE", "/v2/users/1", status=422),
    Operation("user assignment: create", "POST", "/v2/projects/2/user_assignments", {"user_id": 1}, 201),
    Operation("user assignment: list of the account", "GET", assigned("/v2/user_assignments")),
    Operation("user assignment: list of a user", "GET", assigned("/v2/user_assignments?user_id=1")),
    Operation("user assignment: update", "PATCH", assigned(OF_USER), {"budget": 2}),
    Operation("user assignment: delete", "DELETE", assigned(OF_USER)),
    Operation("role: create, for one user", "POST", "/v2/roles", {"name": "Designer", "user_ids": [1]}, 201),
    Operation("report: time by clients", "GET", "/v2/reports/time/clients?from=20260101&to=20261231"),
    Operation("report: budgets, none of them given", "GET", "/v2/reports/project_budget"),
    Operation("unknown path", "GET", "/v2/nothing", status=404),
)


def operation(name: str) -> Operation:
    """One of `OPERATIONS` by its name."""
    return next(item for item in OPERATIONS if item.name == name)


def populated() -> Account:
    """Account 1 in an empty table: an import, two projects, twelve tasks (four archived, one with time)."""
    account = make_account()
    for number in TASKS:
        fields = TaskFields(
            name=f"Task {number}", default_hourly_rate=Decimal("100.00"), is_active=number not in ARCHIVED
        )
        tasks.create(account.id, fields, NOW)
    for number in CHANGED_LATER:
        tasks.update(
            account.id,
            Id(number),
            lambda task: with_changes(task, replace(fields_of(TaskFields, task), billable_by_default=False), LATER),
        )
    client = clients.create(account.id, ClientFields(name="Example Ltd"), NOW)
    clients.create(account.id, ClientFields(name="Without projects"), NOW)
    for name in ("Website", "Shop"):
        projects.create(account.id, ProjectFields(client_id=client.id, name=name), NOW)
    for task_id in (*ASSIGNED, WITH_TIME):
        task_assignments.create(account.id, Id(1), task_id, default_fields, NOW)
    person = User(Id(0), "Mia", "M", "mia@example.com", Role.MEMBER, frozenset(), frozenset(), True, NOW, NOW)
    somebody = users.create(account.id, person)
    user_assignments.create(account.id, FIRST_PROJECT, somebody.id, user_assigned, NOW)
    for day in DAYS:
        spent = TimeEntryFields(project_id=Id(1), task_id=WITH_TIME, spent_date=Day(day), hours=Decimal(1))
        time_entries.create(account.id, somebody.id, spent, Clock(NOW))
    jobs.create(account.id, ImportFields(), None, NOW)
    return account


def remembered(account: Account, *, assigned_to: Id | None = None) -> Api:
    """The account's API to an administrator whom this environment has just met: no more reads for their identity.

    They may log time to the project `assigned_to`.
    """
    api = Api(make_token(account), account.id)
    me = Id(api.get("/v2/users/me").body["id"])
    if assigned_to is not None:
        user_assignments.create(account.id, assigned_to, me, user_assigned, NOW)
    return api
