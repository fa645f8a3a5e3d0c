"""POST /v2/tasks/{task_id}/restore."""

from tests.functions import api_records
from tests.functions.examples import NOT_AUTHORIZED, NOT_FOUND, expected, not_an_id, task
from tests.support.api import Api

PHOTOGRAPHY = expected(200, task(6, "Photography"))
EXPECTED = {
    "deleted": PHOTOGRAPHY,
    "by_a_manager": PHOTOGRAPHY,
    "with_a_key": PHOTOGRAPHY,
    "by_a_member": NOT_AUTHORIZED,
    "never_deleted": NOT_FOUND,
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("task_id"),
}


def test_a_restored_task_is_as_if_it_had_not_been_deleted(api: Api) -> None:
    made, project = api_records.task(api, "Design", is_default=True), api_records.project(api)
    shown = api.get("/v2/task_assignments").body
    api.delete(f"/v2/tasks/{made['id']}")
    (deleted,) = api.get("/v2/tasks?is_deleted=true").body["tasks"]
    assert {**made, "deleted_at": deleted["deleted_at"]} == deleted

    answer = api.post(f"/v2/tasks/{made['id']}/restore")

    assert (answer.status, answer.body) == (200, {**made, "updated_at": answer.body["updated_at"]})
    assert api.get("/v2/tasks").body["tasks"] == [answer.body]
    assert api.get("/v2/tasks?is_deleted=true").body["tasks"] == []
    (assigned,) = api.get("/v2/task_assignments").body["task_assignments"]
    assert assigned == {**shown["task_assignments"][0], "updated_at": assigned["updated_at"]}
    assert api_records.time_entry(api, project["id"], made["id"])["task"]["id"] == made["id"]
    assert api_records.project(api, "Next")["id"] == project["id"] + 1
    assert api.get("/v2/task_assignments").body["total_entries"] == 2


def test_a_key_restores_once(api: Api) -> None:
    address = f"/v2/tasks/{api_records.task(api)['id']}"
    api.delete(address)
    answers = [api.post(f"{address}/restore", **{"idempotency-key": "one"}) for _ in range(2)]
    assert answers[0].raw == answers[1].raw
    assert [answer.headers.get("Idempotency-Replayed") for answer in answers] == [None, "true"]
