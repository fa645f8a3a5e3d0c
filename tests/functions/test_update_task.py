"""PATCH and PUT /v2/tasks/{task_id}."""

from decimal import Decimal

import pytest

from sheaf.domain.identity import AccountId
from sheaf.domain.task import TaskFields
from sheaf.domain.values import Timestamp
from sheaf.store import tasks
from tests.functions.examples import BUSINESS_DEVELOPMENT, NOT_AUTHORIZED, NOT_FOUND, expected, moved, not_an_id, task
from tests.support.api import Api
from tests.support.table import rows

LONG_AGO = Timestamp("2017-06-26T22:08:25Z")

IS_DEFAULT = expected(200, task(5, "Business Development", billable_by_default=False, is_default=True))

EXPECTED = {
    "one_field": IS_DEFAULT,
    "by_a_manager": IS_DEFAULT,
    "rename": expected(200, task(4, "User Research", billable_by_default=False, is_default=True)),
    "other_case_of_the_same_name": expected(200, task(4, "RESEARCH", billable_by_default=False, is_default=True)),
    "archive": expected(200, task(4, "Research", billable_by_default=False, is_default=True, is_active=False)),
    "archive_and_rename": expected(
        200, task(4, "Research (old)", billable_by_default=False, is_default=True, is_active=False)
    ),
    "every_field": expected(200, task(5, "Sales", default_hourly_rate=90.0, is_default=True, is_active=False)),
    "clear_the_rate": expected(200, task(1, "Graphic Design", default_hourly_rate=None, is_default=True)),
    "put": expected(200, task(5, "Business Development", billable_by_default=False, default_hourly_rate=60.5)),
    "form": expected(200, task(5, "Sales", billable_by_default=False, is_default=True)),
    "nothing": expected(200, BUSINESS_DEVELOPMENT),
    "fields_that_cannot_change": expected(200, BUSINESS_DEVELOPMENT),
    "by_a_member": NOT_AUTHORIZED,
    "duplicate_name": expected(422, {"message": "Name has already been taken"}),
    "blank_name": expected(422, {"message": "Name can't be blank"}),
    "wrong_type": expected(422, {"message": "is_active must be true or false"}),
    "broken_json": expected(400, {"message": "The body is not valid JSON: Expecting value at line 1 column 1"}),
    "wrong_content_type": expected(
        415,
        {
            "message": "Content-Type 'text/plain' is not read here; "
            "send application/json or application/x-www-form-urlencoded in UTF-8"
        },
    ),
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("task_id"),
    "json_suffix": moved("/v2/tasks/5"),
}


@pytest.fixture
def old_task(api: Api) -> str:
    """The address of a task that was last changed long ago."""
    fields = TaskFields(name="Design", default_hourly_rate=Decimal("80.5"), is_default=True)
    return f"/v2/tasks/{tasks.create(AccountId(1), fields, LONG_AGO).id}"


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        {"name": "Design"},
        {"name": " Design "},
        {"default_hourly_rate": "80.50", "is_default": 1},
        {"default_hourly_rate": 80.499999},
        {"is_active": True, "billable_by_default": None},
        {"hourly_rate": 120.0, "id": 9},
    ],
)
def test_a_patch_that_changes_nothing_writes_nothing(body: object, api: Api, old_task: str) -> None:
    before, shown = rows(), api.get(old_task).body

    answer = api.patch(old_task, body)

    assert (answer.status, answer.body, answer.body["updated_at"]) == (200, shown, LONG_AGO)
    assert rows() == before


@pytest.mark.parametrize(
    "body",
    [
        {"name": "design"},
        {"billable_by_default": False},
        {"default_hourly_rate": None},
        {"is_default": False},
        {"is_active": False},
    ],
)
@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_a_change_moves_updated_at_and_leaves_every_other_field(
    method: str, body: dict[str, object], api: Api, old_task: str
) -> None:
    before = api.get(old_task).body

    after = api.send(method, old_task, body).body

    assert after["updated_at"] > before["updated_at"]
    assert after == {**before, **body, "updated_at": after["updated_at"]}


def test_a_stored_change_counts_the_version_up_by_one(api: Api, old_task: str) -> None:
    versions = []
    for is_default in (False, True):
        api.patch(old_task, {"is_default": is_default})
        versions += [item["version"] for (pk, _), item in rows().items() if pk == "ACCOUNT#1#TASK"]

    assert versions == [{"N": "2"}, {"N": "3"}]


def test_renaming_frees_the_old_name_at_once_and_takes_the_new_one(api: Api, old_task: str) -> None:
    api.patch(old_task, {"name": "Drawing"})

    assert [api.post("/v2/tasks", {"name": name}).status for name in ("Drawing", "Design")] == [422, 201]


def test_two_tasks_can_swap_names_by_way_of_a_third(api: Api) -> None:
    one, other = (f"/v2/tasks/{api.post('/v2/tasks', {'name': name}).body['id']}" for name in ("Design", "Print"))

    steps = [(one, "Print"), (one, "Aside"), (other, "Design"), (one, "Print")]
    statuses = [api.patch(address, {"name": name}).status for address, name in steps]

    assert (statuses, api.get(one).body["name"], api.get(other).body["name"]) == (
        [422, 200, 200, 200],
        "Print",
        "Design",
    )


@pytest.mark.parametrize("is_active", [True, False])
def test_a_refused_change_writes_nothing(is_active: bool, api: Api, old_task: str) -> None:
    api.post("/v2/tasks", {"name": "Drawing", "is_active": is_active})
    before = rows()

    answer = api.patch(old_task, {"name": "drawing", "is_active": False, "default_hourly_rate": 5})

    assert (answer.status, answer.body) == (422, {"message": "Name has already been taken"})
    assert rows() == before


def test_an_archived_task_can_be_changed_and_revived(api: Api, old_task: str) -> None:
    api.patch(old_task, {"is_active": False})

    renamed = api.patch(old_task, {"name": "Drawing"}).body
    revived = api.patch(old_task, {"is_active": True}).body

    assert [(item["name"], item["is_active"]) for item in (renamed, revived)] == [("Drawing", False), ("Drawing", True)]
