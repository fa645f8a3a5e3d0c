"""POST /v2/tasks/{task_id}/merge."""

import pytest

from sheaf.domain.identity import AccountId
from tests.functions import api_records
from tests.functions.examples import (
    BROKEN_BRACE,
    GRAPHIC_DESIGN,
    NOT_AUTHORIZED,
    NOT_FOUND,
    PROJECT_MANAGEMENT,
    expected,
    invalid,
    not_an_id,
)
from tests.support.api import Api
from tools.local.stream import write_feed

MERGED = expected(200, GRAPHIC_DESIGN)
EXPECTED = {
    "with_time": MERGED,
    "of_no_project": MERGED,
    "form": MERGED,
    "with_a_key": MERGED,
    "by_a_manager": expected(200, PROJECT_MANAGEMENT),
    "by_a_member": NOT_AUTHORIZED,
    "into_itself": invalid("into_task_id must be another task"),
    "into_a_deleted_one": invalid("into_task_id must be a task of the account; there is no task 6"),
    "into_no_id": invalid("into_task_id must be a positive integer below 2^53"),
    "blank": invalid("into_task_id can't be blank"),
    "unknown_task": NOT_FOUND,
    "not_an_id": not_an_id("task_id"),
    "broken_json": BROKEN_BRACE,
}


def test_all_of_a_merged_task_is_shown_as_the_other_ones(api: Api) -> None:
    old, new = (api_records.task(api, name) for name in ("Layout", "Design"))
    project = api_records.project(api)
    item = api_records.assignment(api, project["id"], old["id"], hourly_rate=80)
    entry = api_records.time_entry(api, project["id"], old["id"])

    answer = api.post(f"/v2/tasks/{old['id']}/merge", {"into_task_id": new["id"]})

    assert (answer.status, answer.body) == (200, new)
    assert api.get(f"/v2/tasks/{old['id']}").status == 404
    assert api.get("/v2/tasks").body["tasks"] == [new]
    assert api.get("/v2/tasks?is_deleted=true").body["tasks"] == []
    named = {"id": new["id"], "name": "Design"}
    (assigned,) = api.get("/v2/task_assignments").body["task_assignments"]
    assert assigned == {**item, "task": named, "updated_at": assigned["updated_at"]}
    (logged,) = api.get(f"/v2/time_entries?task_id={new['id']}").body["time_entries"]
    assert logged == {
        **entry,
        "task": named,
        "updated_at": logged["updated_at"],
        "task_assignment": logged["task_assignment"],
    }
    assert logged["task_assignment"]["id"] == item["id"]
    assert api_records.task(api, "Layout")["id"] == new["id"] + 1


@pytest.mark.streamed
def test_the_feed_names_the_surviving_task_and_tells_of_what_it_got(api: Api) -> None:
    old, new = (api_records.task(api, name) for name in ("Layout", "Design"))
    project = api_records.project(api)
    api_records.assignment(api, project["id"], old["id"])
    api_records.time_entry(api, project["id"], old["id"])
    write_feed(AccountId(1))
    after = api.get("/v2/changes?after=now").body["next"]
    api.post(f"/v2/tasks/{old['id']}/merge", {"into_task_id": new["id"]})
    write_feed(AccountId(1))
    merged, *others = api.get(f"/v2/changes?after={after}").body["changes"]
    named = {"id": new["id"], "name": "Design"}
    assert (merged["action"], merged["before"], merged["after"], merged["into"]) == ("merged", old, None, named)
    told = [(each["kind"], each["action"], each["before"]["task"]["id"], each["after"]["task"]) for each in others]
    assert told == [(kind, "updated", old["id"], named) for kind in ("task_assignment", "time_entry")]


def test_a_key_merges_once(api: Api) -> None:
    old, new = (api_records.task(api, name)["id"] for name in ("Layout", "Design"))
    answers = [
        api.post(f"/v2/tasks/{old}/merge", {"into_task_id": new}, **{"idempotency-key": "one"}) for _ in range(2)
    ]
    assert answers[0].raw == answers[1].raw
    assert [answer.headers.get("Idempotency-Replayed") for answer in answers] == [None, "true"]
