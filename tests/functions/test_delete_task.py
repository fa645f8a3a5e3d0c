"""DELETE /v2/tasks/{task_id}."""

import pytest

from sheaf import settings
from sheaf.domain.identity import AccountId
from sheaf.domain.values import Id
from sheaf.store import keys
from sheaf.store.client import dynamodb
from tests.functions.conftest import Replay
from tests.functions.examples import (
    BUSINESS_DEVELOPMENT,
    MOVED_TO_TASK_5,
    NOT_AN_ID,
    NOT_AUTHORIZED,
    NOT_FOUND,
    REFUSED_ALIKE,
    RESEARCH,
    expected,
    names_of,
)
from tests.functions.whole_table import whole_table
from tests.harness import Api

EXPECTED = {
    **REFUSED_ALIKE,
    "without_time": expected(200, BUSINESS_DEVELOPMENT),
    "by_a_manager": expected(200, RESEARCH),
    "by_a_member": NOT_AUTHORIZED,
    "unknown_id": NOT_FOUND,
    "not_an_id": NOT_AN_ID,
    "json_suffix": MOVED_TO_TASK_5,
}


@pytest.mark.parametrize("scenario", names_of("delete_task"))
def test_an_example_gets_the_whole_expected_answer(scenario: str, replay: Replay) -> None:
    assert replay("delete_task", scenario) == EXPECTED[scenario]


def test_every_expectation_has_its_example() -> None:
    assert sorted(EXPECTED) == names_of("delete_task")


@pytest.mark.parametrize("is_active", [True, False])
def test_a_deleted_task_leaves_nothing_behind_but_the_count_of_ids(is_active: bool, api: Api) -> None:
    api.delete(f"/v2/tasks/{api.post('/v2/tasks', {'name': 'Sketching'}).body['id']}")
    before = whole_table()
    task = api.post("/v2/tasks", {"name": "Design", "is_active": is_active}).body

    api.delete(f"/v2/tasks/{task['id']}")

    sequence = keys.sequence(AccountId(1), "TASK")
    moved = {**sequence, "last_id": {"N": str(task["id"])}}
    place = sequence["pk"]["S"], sequence["sk"]["S"]
    assert whole_table() == {**before, place: moved}


def test_deleting_a_task_twice_finds_nothing_the_second_time(api: Api) -> None:
    address = f"/v2/tasks/{api.post('/v2/tasks', {'name': 'Design'}).body['id']}"

    assert [api.delete(address).status, api.delete(address).status] == [200, 404]


def test_a_deleted_name_is_free_at_once(api: Api) -> None:
    first = api.post("/v2/tasks", {"name": "Design"}).body
    api.delete(f"/v2/tasks/{first['id']}")

    second = api.post("/v2/tasks", {"name": "design"})

    assert (second.status, second.body["id"] > first["id"]) == (201, True)


def test_an_id_is_not_given_out_again(api: Api) -> None:
    ids = []
    for _ in range(3):
        ids.append(api.post("/v2/tasks", {"name": "Design"}).body["id"])
        api.delete(f"/v2/tasks/{ids[-1]}")

    assert ids == [1, 2, 3]


def test_a_task_with_time_stays_and_the_hint_says_why(api: Api) -> None:
    task = api.post("/v2/tasks", {"name": "Design"}).body
    log_time(task["id"])
    before = whole_table()

    answer = api.delete(f"/v2/tasks/{task['id']}")

    sentence = "This task is not removable. It still has time entries."
    assert (answer.status, answer.body, answer.headers["Hint"]) == (422, {"message": sentence}, sentence)
    assert whole_table() == before


def test_a_task_whose_time_is_gone_can_be_deleted(api: Api) -> None:
    task = api.post("/v2/tasks", {"name": "Design"}).body
    log_time(task["id"])
    log_time(task["id"], -1)

    assert api.delete(f"/v2/tasks/{task['id']}").status == 200


def log_time(task_id: int, entries: int = 1) -> None:
    """What the transaction of a time entry does to the task's guard."""
    dynamodb().update_item(
        TableName=settings.table_name(),
        Key=keys.task_guard(AccountId(1), Id(task_id)),
        UpdateExpression="ADD time_entry_count :entries",
        ConditionExpression="attribute_exists(pk)",
        ExpressionAttributeValues={":entries": {"N": str(entries)}},
    )
