"""POST /v2/tasks/bulk."""

from typing import Any

import pytest

from tests.functions import api_records
from tests.functions.bulk import TWICE, refused, results, send, statuses
from tests.functions.examples import (
    BROKEN_BRACE,
    BUSINESS_DEVELOPMENT,
    GRAPHIC_DESIGN,
    NOT_AUTHORIZED,
    PROGRAMMING,
    invalid,
    task,
)
from tests.store.faults import AFTER_CALL, BEFORE_CALL, CrashError, hooked, recorded
from tests.support.api import Api
from tests.support.table import is_sequence, rows, summed

BULK = "/v2/tasks/bulk"
HAS_TIME = "This task is not removable. It still has time entries."


def made(status: int, of: dict[str, Any], **fields: object) -> dict[str, Any]:
    return {"status": status, "task": {**of, **fields}}


EXPECTED = {
    "some_operations": results(
        made(201, task(8, "Sketching")),
        made(200, GRAPHIC_DESIGN, name="Design"),
        made(200, PROGRAMMING, is_active=False),
        made(200, BUSINESS_DEVELOPMENT),
        refused(404, "Not Found"),
    ),
    "all_or_none": results(made(201, task(8, "Sketching")), made(200, BUSINESS_DEVELOPMENT, is_default=True)),
    "in_their_order": results(made(200, BUSINESS_DEVELOPMENT), made(201, task(8, "business development"))),
    "a_refused_one": invalid("Nothing was changed, because operations[1] is refused: Name has already been taken"),
    "assigned_all_or_none": invalid(
        "Nothing was changed, because operations[0] is refused: A task that has assignments cannot be deleted together"
        " with others"
    ),
    "by_a_manager": results(made(200, BUSINESS_DEVELOPMENT)),
    "by_a_member": NOT_AUTHORIZED,
    "broken_json": BROKEN_BRACE,
    "contradicting": invalid(TWICE),
    "too_many": invalid("1001 operations are too many for one request; send at most 1000"),
    "unreadable_ones": results(
        refused(422, "action must be create, update, archive or delete"),
        refused(422, "action must be create, update, archive or delete"),
        refused(422, "id can't be blank"),
        refused(422, "Name can't be blank"),
        refused(422, "Name can't be blank"),
    ),
    "with_a_key": results(made(200, BUSINESS_DEVELOPMENT)),
    "with_time": results(refused(422, HAS_TIME), made(200, GRAPHIC_DESIGN)),
}


def creating(number: int) -> list[dict[str, Any]]:
    return [{"action": "create", "name": f"Task {each}", "is_default": each % 2 == 0} for each in range(number)]


def of_all(action: str, ids: list[int], **fields: object) -> list[dict[str, Any]]:
    return [{"action": action, "id": each, **fields} for each in ids]


def test_as_many_are_made_changed_archived_and_deleted_in_a_transaction_as_fit(api: Api) -> None:
    assert statuses(send(api, BULK, creating(1))) == [201]
    assert statuses(send(api, BULK, of_all("delete", [1]))) == [200]
    before = summed(rows(without=is_sequence))

    def transactions(operations: list[dict[str, Any]], status: int) -> int:
        with recorded() as calls:
            assert statuses(send(api, BULK, operations)) == [status] * len(operations)
        return [call.operation for call in calls].count("TransactWriteItems")

    assert transactions(creating(30), 201) == 2
    ids = [each["id"] for each in api.get("/v2/tasks").body["tasks"]]
    assert transactions(of_all("update", ids, default_hourly_rate=80), 200) == 2
    assert transactions(of_all("archive", ids[:8]), 200) == 2
    assert api.get("/v2/tasks?is_active=false").body["total_entries"] == 8
    assert transactions(of_all("delete", ids[:12]), 200) == 3
    assert transactions(of_all("delete", ids[12:]), 200) == 5
    assert summed(rows(without=is_sequence)) == before


def test_names_are_taken_and_freed_in_the_order_of_the_changes(api: Api) -> None:
    first, second = (api_records.task(api, name)["id"] for name in ("Tea", "Coffee"))
    rename = "update"
    answer = send(
        api,
        BULK,
        [
            {"action": "create", "name": "tea"},
            {"action": rename, "id": first, "name": "Cocoa"},
            {"action": rename, "id": second, "name": "TEA"},
            {"action": "create", "name": "Coffee"},
        ],
    )
    assert statuses(answer) == [422, 200, 200, 201]
    names = [each["name"] for each in api.get("/v2/tasks").body["tasks"]]
    assert names == ["Coffee", "TEA", "Cocoa"]
    assert api.get("/v2/tasks?name=tea").body["tasks"][0]["id"] == second


def test_a_task_with_assignments_is_deleted_by_itself_and_one_with_time_stays(api: Api) -> None:
    ids = [api_records.task(api, f"Task {each}")["id"] for each in range(4)]
    project = api_records.project(api)
    for each in ids[1:3]:
        api_records.assignment(api, project["id"], each)
    api_records.time_entry(api, project["id"], ids[2])
    answer = send(api, BULK, of_all("delete", ids))
    assert statuses(answer) == [200, 200, 422, 200]
    assert answer.body["results"][2] == refused(422, HAS_TIME)
    assert [each["id"] for each in api.get("/v2/tasks").body["tasks"]] == [ids[2]]
    assert api.get("/v2/task_assignments").body["total_entries"] == 1
    answer = send(api, BULK, [*creating(1), *of_all("delete", [ids[2]])], atomic=True)
    assert answer.body["message"] == f"Nothing was changed, because operations[1] is refused: {HAS_TIME}"


def test_a_change_of_what_is_gone_or_stays_as_it_is_writes_nothing(api: Api) -> None:
    task_id = api_records.task(api, "Tea")["id"]
    before = rows()
    answer = send(api, BULK, [*of_all("update", [task_id], name="Tea"), *of_all("archive", [99])])
    assert statuses(answer) == [200, 404]
    assert rows() == before


@pytest.mark.parametrize("event", [BEFORE_CALL, AFTER_CALL])
@pytest.mark.parametrize("died_at", range(5))
def test_with_a_key_what_was_cut_off_is_finished_and_answered_as_if_it_had_not_been(
    api: Api, event: str, died_at: int
) -> None:
    ids = [api_records.task(api, f"Old {each}")["id"] for each in range(6)]
    project = api_records.project(api)
    for each in (0, 1):
        api_records.assignment(api, project["id"], ids[each])
    api_records.time_entry(api, project["id"], ids[1])
    operations = [*of_all("delete", ids), *creating(3)]
    written = 0

    def die(model: Any, **_: object) -> None:
        nonlocal written
        written += model.name in ("TransactWriteItems", "PutItem")
        if written > died_at:
            raise CrashError

    with hooked(event, die):
        assert send(api, BULK, operations, key="one").status == 500
    answer = send(api, BULK, operations, key="one")
    assert statuses(answer) == [200, 422] + [200] * 4 + [201] * 3
    assert api.get("/v2/tasks").body["total_entries"] == 4
    after = rows(without=is_sequence)
    again = send(api, BULK, operations, key="one")
    assert (again.raw, again.headers["Idempotency-Replayed"]) == (answer.raw, "true")
    assert rows(without=is_sequence) == after
