"""The requests that are measured, and the account that they are sent to. A new operation is one line here."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from sheaf import settings
from sheaf.domain.identity import Account
from sheaf.domain.task import TaskFields, changed_task, current_fields
from sheaf.domain.values import Id, Timestamp
from sheaf.store import keys, tasks
from sheaf.store.client import dynamodb
from tests.harness import NOW, Answer, Api, make_account, make_token

LATER = Timestamp("2026-03-02T08:00:00Z")
TASKS = range(1, 13)
ARCHIVED = range(1, 5)
CHANGED_LATER = range(4, 7)
WITH_TIME = Id(12)


@dataclass(frozen=True)
class Operation:
    """One request. A path that is a function is asked of the API beforehand, uncounted: cursors come in links."""

    name: str
    method: str
    path: str | Callable[[Api], str]
    body: object = None
    status: int = 200

    def prepare(self, api: Api) -> Callable[[], Answer]:
        """The sending of this request; its answer must have the status that was foreseen."""
        path = self.path if isinstance(self.path, str) else self.path(api)

        def send() -> Answer:
            answer = api.send(self.method, path, self.body)
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
    Operation("create", "POST", "/v2/tasks", {"name": "Design"}, 201),
    Operation("create, name taken", "POST", "/v2/tasks", {"name": "task 7"}, 422),
    Operation("update", "PATCH", "/v2/tasks/7", {"default_hourly_rate": 120}),
    Operation("update that changes nothing", "PATCH", "/v2/tasks/7", {"name": "Task 7"}),
    Operation("rename", "PATCH", "/v2/tasks/7", {"name": "Design"}),
    Operation("archive", "PATCH", "/v2/tasks/7", {"is_active": False}),
    Operation("delete", "DELETE", "/v2/tasks/7"),
    Operation("delete, refused for its time", "DELETE", f"/v2/tasks/{WITH_TIME}", status=422),
    Operation("delete, missing", "DELETE", "/v2/tasks/99", status=404),
    Operation("unknown path", "GET", "/v2/nothing", status=404),
)


def operation(name: str) -> Operation:
    """One of `OPERATIONS` by its name."""
    return next(one for one in OPERATIONS if one.name == name)


def populated() -> Account:
    """Account 1 in an empty table, with twelve tasks: four archived, three changed later, one with time."""
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
            lambda task: changed_task(task, replace(current_fields(task), is_default=True), LATER),
        )
    dynamodb().update_item(
        TableName=settings.table_name(),
        Key=keys.task_guard(account.id, WITH_TIME),
        UpdateExpression="ADD time_entry_count :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    return account


def remembered(account: Account) -> Api:
    """The account's API to a caller whom this environment has just met: no more reads for their identity."""
    api = Api(make_token(account), account.id)
    api.get("/v2/nothing")
    return api
