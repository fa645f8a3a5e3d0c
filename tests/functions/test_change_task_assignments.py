"""POST /v2/task_assignments/bulk."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.functions import api_records
from tests.functions.bulk import NO_LIST, TWICE, refused, results, send, statuses
from tests.functions.examples import (
    BROKEN_BRACE,
    BUSINESS_DEVELOPMENT,
    MARKETING_WEBSITE,
    NOT_AUTHORIZED,
    OF_ONLINE_STORE,
    ONLINE_STORE,
    assignment,
    invalid,
)
from tests.store.faults import AFTER_CALL, BEFORE_CALL, CrashError, hooked, recorded
from tests.support.api import Api
from tests.support.table import is_sequence, rows, summed

BULK = "/v2/task_assignments/bulk"
TAKEN = "Task has already been taken"


def made(assignment_id: int, of: dict[str, Any], **fields: object) -> dict[str, Any]:
    shown = assignment(assignment_id, of, BUSINESS_DEVELOPMENT, **{"billable": False, "hourly_rate": 0.0, **fields})
    return {"status": 201, "task_assignment": shown}


def changed(item: dict[str, Any], **fields: object) -> dict[str, Any]:
    return {"status": 200, "task_assignment": {**item, **fields}}


EXPECTED = {
    "some_operations": results(
        made(9, ONLINE_STORE, budget=40.0),
        changed(OF_ONLINE_STORE[1], hourly_rate=120.0),
        changed(OF_ONLINE_STORE[0]),
        refused(404, "Not Found"),
    ),
    "all_or_none": results(made(9, MARKETING_WEBSITE), changed(OF_ONLINE_STORE[0], is_active=False)),
    "a_refused_one": invalid(f"Nothing was changed, because operations[1] is refused: {TAKEN}"),
    "by_a_manager": results(
        changed(OF_ONLINE_STORE[0], billable=False),
        refused(403, "Not authorized!"),
        refused(403, "Not authorized!"),
    ),
    "by_a_member": NOT_AUTHORIZED,
    "broken_json": BROKEN_BRACE,
    "contradicting": invalid(TWICE),
    "no_operations": invalid(NO_LIST),
    "too_many": invalid("1001 operations are too many for one request; send at most 1000"),
    "too_many_all_or_none": invalid("21 atomic operations are too many for one request; send at most 20"),
    "too_much_all_or_none": invalid(
        "Nothing was changed, because operations[4] is refused: It does not fit into the same transaction, which takes"
        " 100 writes: a deletion or an archiving is more than 20"
    ),
    "dependent": invalid(
        "Nothing was changed, because operations[1] is refused: It depends on one before it, and all or none are"
        " decided at once"
    ),
    "unreadable_ones": results(
        refused(422, "action must be create, update or delete"),
        refused(422, "action must be create, update or delete"),
        refused(422, "id can't be blank"),
        refused(422, "id must be a positive integer below 2^53"),
        refused(422, "Project can't be blank"),
        refused(422, "Task can't be blank"),
        refused(422, "hourly_rate must be a number between 0 and 9999999999.99"),
    ),
    "with_a_key": results(changed(OF_ONLINE_STORE[0])),
}


def many(api: Api, number: int) -> tuple[dict[str, Any], list[int]]:
    """A task and projects."""
    client_id = api_records.client(api)["id"]
    projects = [api_records.project(api, f"Project {each}", client_id=client_id)["id"] for each in range(number)]
    return api_records.task(api), projects


def creating(task: dict[str, Any], projects: list[int], **fields: object) -> list[dict[str, Any]]:
    return [{"action": "create", "project_id": each, "task_id": task["id"], **fields} for each in projects]


def deleting(ids: list[int]) -> list[dict[str, Any]]:
    return [{"action": "delete", "id": each} for each in ids]


def test_as_many_are_made_changed_and_deleted_in_a_transaction_as_fit(api: Api) -> None:
    task, projects = many(api, 49)
    send(api, BULK, creating(task, projects[:1]))
    send(api, BULK, deleting([1]))
    before = summed(rows(without=is_sequence))
    with recorded() as calls:
        answer = send(api, BULK, creating(task, projects))
    assert statuses(answer) == [201] * 49
    assert [call.operation for call in calls].count("TransactWriteItems") == 3
    made = [result["task_assignment"] for result in answer.body["results"]]
    listed = api.get("/v2/task_assignments").body["task_assignments"]
    assert sorted(made, key=lambda each: -each["id"]) == listed
    ids = [each["id"] for each in made]

    with recorded() as calls:
        answer = send(api, BULK, [{"action": "update", "id": each, "budget": 7} for each in ids])
    assert [call.operation for call in calls].count("TransactWriteItems") == 2
    assert [result["task_assignment"]["budget"] for result in answer.body["results"]] == [7.0] * 49

    with recorded() as calls:
        answer = send(api, BULK, deleting(ids[:7]))
    assert statuses(answer) == [200] * 7
    assert [call.operation for call in calls].count("TransactWriteItems") == 2
    assert api.get("/v2/task_assignments").body["total_entries"] == 42
    assert statuses(send(api, BULK, deleting(ids))) == [404] * 7 + [200] * 42
    assert summed(rows(without=is_sequence)) == before


def test_changes_have_their_effect_in_their_order(api: Api) -> None:
    task, (project,) = many(api, 1)
    (first,) = send(api, BULK, creating(task, [project])).body["results"]
    answer = send(api, BULK, [*deleting([first["task_assignment"]["id"]]), *creating(task, [project], budget=8)])
    assert statuses(answer) == [200, 201]
    (left,) = api.get("/v2/task_assignments").body["task_assignments"]
    assert left == answer.body["results"][1]["task_assignment"]


def test_one_with_time_stays_and_stops_no_other(api: Api) -> None:
    task, projects = many(api, 3)
    ids = [each["task_assignment"]["id"] for each in send(api, BULK, creating(task, projects)).body["results"]]
    api_records.time_entry(api, projects[1], task["id"])
    has_time = refused(422, "This task assignment is not removable. It still has time entries.")
    answer = send(api, BULK, deleting(ids), atomic=True)
    assert answer.body["message"] == f"Nothing was changed, because operations[1] is refused: {has_time['message']}"
    assert api.get("/v2/task_assignments").body["total_entries"] == 3
    answer = send(api, BULK, deleting(ids))
    assert (statuses(answer), answer.body["results"][1]) == ([200, 422, 200], has_time)


def test_archiving_and_making_active_again_is_what_it_is_alone(api: Api) -> None:
    task, projects = many(api, 5)
    ids = [each["task_assignment"]["id"] for each in send(api, BULK, creating(task, projects)).body["results"]]
    for is_active in (False, True):
        answer = send(api, BULK, [{"action": "update", "id": each, "is_active": is_active} for each in ids])
        assert [each["task_assignment"]["is_active"] for each in answer.body["results"]] == [is_active] * 5
        logged = api.post(
            "/v2/time_entries",
            {"project_id": projects[0], "task_id": task["id"], "spent_date": "2026-03-01", "hours": 1},
        )
        assert logged.status == (201 if is_active else 422)
    assert api.get("/v2/task_assignments?is_active=true&per_page=1").body["total_entries"] == 5


@pytest.mark.parametrize("event", [BEFORE_CALL, AFTER_CALL])
@pytest.mark.parametrize("died_at", range(3))
def test_with_a_key_what_was_cut_off_is_finished_and_answered_as_if_it_had_not_been(
    api: Api, event: str, died_at: int
) -> None:
    task, projects = many(api, 25)
    first = [each["task_assignment"]["id"] for each in send(api, BULK, creating(task, projects[:5])).body["results"]]
    operations = [*deleting([*first[:4], 99]), *creating(task, projects[4:])]
    transactions = 0

    def die(**_: object) -> None:
        nonlocal transactions
        transactions += 1
        if transactions > died_at:
            raise CrashError

    with hooked(event, die, "TransactWriteItems"):
        assert send(api, BULK, operations, key="one").status == 500
    answer = send(api, BULK, operations, key="one")
    assert statuses(answer) == [200] * 4 + [404, 422] + [201] * 20
    assert api.get("/v2/task_assignments").body["total_entries"] == 21
    after = rows(without=is_sequence)
    again = send(api, BULK, operations, key="one")
    assert (again.raw, again.headers["Idempotency-Replayed"]) == (answer.raw, "true")
    assert rows(without=is_sequence) == after
    assert send(api, BULK, operations[:1], key="one").status == 422


def test_all_or_none_with_a_key_is_one_transaction(api: Api) -> None:
    task, projects = many(api, 20)
    with recorded() as calls:
        answer = send(api, BULK, creating(task, projects), atomic=True, key="one")
    assert [call.operation for call in calls].count("TransactWriteItems") == 1
    again = send(api, BULK, creating(task, projects), atomic=True, key="one")
    assert (statuses(again), again.raw) == ([201] * 20, answer.raw)
    assert api.get("/v2/task_assignments").body["total_entries"] == 20


def test_what_there_was_no_time_for_says_so_and_a_key_goes_on_there(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    task, projects = many(api, 49)
    moments = iter([0.0, 1.0, 14.9, 15.1])
    monkeypatch.setattr("sheaf.http.idempotency.time", SimpleNamespace(monotonic=lambda: next(moments)))
    answer = send(api, BULK, creating(task, projects), key="one")
    left = refused(503, "There was no time left for this one and nothing was changed; send it again")
    assert statuses(answer) == [201] * 48 + [503]
    assert answer.body["results"][-1] == left
    monkeypatch.undo()
    again = send(api, BULK, creating(task, projects), key="one")
    assert statuses(again) == [201] * 49
    assert again.body["results"][:48] == answer.body["results"][:48]
    assert api.get("/v2/task_assignments").body["total_entries"] == 49


def test_an_assignment_of_a_task_that_is_being_merged_is_changed_as_the_other_tasks(api: Api) -> None:
    task, projects = many(api, 2)
    other = api_records.task(api, "Other")
    ids = [each["task_assignment"]["id"] for each in send(api, BULK, creating(task, projects)).body["results"]]
    gone = api_records.assignment(api, projects[1], other["id"])
    with api_records.interrupted():
        api.post(f"/v2/tasks/{task['id']}/merge", {"into_task_id": other["id"]})
    answer = send(api, BULK, [{"action": "update", "id": each, "budget": 7} for each in [*ids, gone["id"]]])
    assert statuses(answer) == [200, 404, 200]
    assert answer.body["results"][0]["task_assignment"]["task"]["id"] == other["id"]


def test_all_or_none_says_what_the_caller_may_not_do(api: Api) -> None:
    task, projects = many(api, 2)
    manager = api_records.manager(api, projects[0])
    answer = send(manager, BULK, creating(task, projects), atomic=True)
    told = "Nothing was changed, because operations[1] is refused: Not authorized!"
    assert (answer.status, answer.body["message"]) == (422, told)
    assert api.get("/v2/task_assignments").body["total_entries"] == 0
