"""GET /tasks."""

import pytest

from tests.functions import api_records
from tests.functions.v1_examples import MEMBERS_REFUSED_ALIKE, TASKS, listed
from tests.support.api import Api
from tests.support.v1 import JSON, XML, v1

EXPECTED = {
    **MEMBERS_REFUSED_ALIKE,
    "all_in_xml": listed("task", TASKS),
    "all_in_json": listed("task", TASKS, JSON),
    "by_a_manager": listed("task", TASKS, JSON),
    "token_in_the_query": listed("task", TASKS, JSON),
    "null_body": listed("task", TASKS, JSON),
    "updated_since": listed("task", TASKS, JSON),
    "updated_since_a_day_to_come": listed("task", []),
}


@pytest.mark.parametrize("kind", [XML, JSON])
def test_archived_tasks_are_listed_too_and_those_of_other_accounts_are_not(kind: str, api: Api, other_api: Api) -> None:
    api_records.task(other_api, "Theirs")
    api_records.task(api, "Active")
    api_records.task(api, "Archived", is_active=False)

    raw = v1(api, kind).get("/tasks").raw

    assert [word in raw for word in ("Active", "Archived", "Theirs")] == [True, True, False]
    assert raw.index("Archived") < raw.index("Active")


def test_a_list_is_whole_however_long_it_is(api: Api) -> None:
    names = [f"Task {number}" for number in range(120)]
    for name in names:
        api_records.task(api, name)

    listed_names = [item["task"]["name"] for item in v1(api, JSON).get("/tasks").body]

    assert listed_names == names[::-1]


def test_a_list_since_a_time_holds_what_changed_then_or_later(api: Api) -> None:
    task = api_records.task(api)
    since = task["updated_at"][:16].replace("T", "+").replace(":", "%3A")  # to the minute, as v1's clients send it

    assert [item["task"]["id"] for item in v1(api, JSON).get(f"/tasks?updated_since={since}").body] == [task["id"]]
