"""GET /v2/changes."""

from collections.abc import Mapping
from typing import Any

import pytest

from sheaf.domain.identity import AccountId
from tests.functions import api_records
from tests.functions.examples import (
    ADAS_IMPORT,
    CURSOR,
    DESIGNER,
    GRAPHIC_DESIGN,
    INDUSTRIES,
    MEMBER_MIA,
    MIAS_TIME,
    NOT_AUTHORIZED,
    ONLINE_STORE,
    PROGRAMMING,
    RECENT,
    Whole,
    expected,
    invalid,
    only,
    unreadable,
    user_assigned,
    without,
)
from tests.support.api import Answer, Api
from tools.local.stream import write_feed

pytestmark = pytest.mark.streamed
PATH = "/v2/changes"
ACCOUNT = AccountId(1)
_IMPORT_FIELDS = ("id", "kind", "status", "dry_run", "file_name", "error", "undo")
_IMPORT_TIMES = ("created_at", "updated_at", "started_at", "finished_at")
_ENTRY_FIELDS = ("id", "spent_date", "hours", "notes", "timer_started_at", "started_time", "ended_time", "is_running")


def created(sequence: int, kind: str, record: Mapping[str, Any], **by: object) -> dict[str, Any]:
    """The change that made a record, by whoever seeded the demo account where `by` says nobody else."""
    return {
        "sequence": sequence,
        "kind": kind,
        "id": record["id"],
        "action": "created",
        "at": RECENT,
        "by": by or {"operator": "sheaf"},
        "request_id": "none",
        "before": None,
        "after": record,
    }


def shown(*changes: dict[str, Any], has_more: bool = False) -> Whole:
    """A page of changes."""
    return expected(200, {"changes": list(changes), "next": CURSOR, "has_more": has_more})


MIAS_TIME_ITSELF = {
    **only(MIAS_TIME, *_ENTRY_FIELDS, "created_at", "updated_at", "user", "project", "task"),
    "user_assignment": {"id": 3},
    "task_assignment": {"id": 2},
    "external_reference": None,
}
ADAS_IMPORT_ITSELF = {**only(ADAS_IMPORT, *_IMPORT_FIELDS), "user_id": 1, **only(ADAS_IMPORT, *_IMPORT_TIMES)}
MAX_ON_ONLINE_STORE = user_assigned(2, ONLINE_STORE, {"id": 2, "name": "Max Manager"}, is_project_manager=True)

EXPECTED = {
    "all_of_some_kinds": shown(
        created(6, "client", INDUSTRIES), created(28, "role", DESIGNER), created(30, "import", ADAS_IMPORT_ITSELF)
    ),
    "broken_cursor": invalid("after is not a cursor of this feed and filter; begin again without it"),
    "by_a_manager": shown(created(7, "project", ONLINE_STORE), has_more=True),
    "by_a_member": NOT_AUTHORIZED,
    "first_page": shown(created(1, "task", GRAPHIC_DESIGN), created(2, "task", PROGRAMMING), has_more=True),
    "from_now_on": shown(),
    "of_a_manager_by_themselves": shown(),
    "of_a_record": shown(created(29, "time_entry", MIAS_TIME_ITSELF)),
    "of_a_user": shown(created(19, "user", without(MEMBER_MIA, "roles"))),
    "of_no_record": shown(),
    "of_user_assignments": shown(created(21, "user_assignment", MAX_ON_ONLINE_STORE)),
    "too_many": invalid("limit must be between 1 and 1000"),
    "unknown_kind": unreadable(
        "Invalid kind provided: 'invoice'; it must be of client, import, project, role, task, task_assignment, "
        "time_entry, user, user_assignment, webhook"
    ),
    "unreadable_record": unreadable("Invalid record provided: 'task'; it must be like task:5"),
}


def told(answer: Answer) -> list[tuple[str, int, str]]:
    """Kind, id and action of each change of a page."""
    assert answer.status == 200, answer.body
    return [(change["kind"], change["id"], change["action"]) for change in answer.body["changes"]]


def following(api: Api, query: str = "") -> list[tuple[str, int, str]]:
    """Everything in the feed, page by page, each of two changes."""
    answer = api.get(f"{PATH}?limit=2{query}")
    found = told(answer)
    while answer.body["has_more"]:
        answer = api.get(f"{PATH}?limit=2&after={answer.body['next']}{query}")
        found += told(answer)
    return found


def test_a_walk_meets_every_change_once_and_goes_on_where_it_ended(api: Api) -> None:
    design = api_records.task(api, "Design")
    api.patch(f"/v2/tasks/{design['id']}", {"is_active": False})
    api.patch(f"/v2/tasks/{design['id']}", {"is_active": True})
    api.patch(f"/v2/tasks/{design['id']}", {"name": "Drawing"})
    end = api.get(f"{PATH}?after=now").body["next"]
    write_feed(ACCOUNT)
    assert following(api, "&kind=task") == [
        ("task", design["id"], action) for action in ("created", "archived", "restored", "updated")
    ]
    api.delete(f"/v2/tasks/{design['id']}")
    api.post(f"/v2/tasks/{design['id']}/restore")
    write_feed(ACCOUNT)
    later = api.get(f"{PATH}?after={end}&kind=").body
    assert [change["action"] for change in later["changes"] if change["kind"] == "task"][-2:] == ["deleted", "restored"]
    assert [change["sequence"] for change in later["changes"]] == list(range(1, len(later["changes"]) + 1))
    nothing_new = api.get(f"{PATH}?after={later['next']}").body
    assert (nothing_new["changes"], nothing_new["has_more"]) == ([], False)


def test_a_change_tells_who_made_it_by_which_request_and_what_was_before(api: Api) -> None:
    design = api_records.task(api, "Design")
    changed = api.patch(f"/v2/tasks/{design['id']}", {"name": "Drawing"}, **{"x-request-id": "rename-1"}).body
    api.delete(f"/v2/tasks/{design['id']}", **{"x-request-id": "delete-1"})
    write_feed(ACCOUNT)
    _, renamed, deleted = api.get(f"{PATH}?record=task:{design['id']}").body["changes"]
    me = api.get("/v2/users/me").body
    assert renamed["by"] == deleted["by"] == {"user_id": me["id"], "name": "Ada Admin"}
    assert (renamed["request_id"], deleted["request_id"]) == ("rename-1", "delete-1")
    assert (renamed["before"], renamed["after"]) == (design, changed)
    assert (deleted["before"], deleted["after"]) == (changed, None)


def test_a_cursor_is_good_for_its_filter_and_its_account_alone(api: Api, other_api: Api) -> None:
    cursor = api.get(f"{PATH}?after=now").body["next"]
    assert api.get(f"{PATH}?after={cursor}").status == 200
    for answer in (api.get(f"{PATH}?after={cursor}&kind=task"), other_api.get(f"{PATH}?after={cursor}")):
        assert (answer.status, answer.body["message"]) == (
            422,
            "after is not a cursor of this feed and filter; begin again without it",
        )


def test_accounts_have_feeds_of_their_own(api: Api, other_api: Api) -> None:
    api_records.task(api, "Design")
    write_feed(ACCOUNT)
    assert ("task", 1, "created") in following(api)
    assert following(other_api) == []
    assert following(other_api, "&record=task:1") == []


def test_a_manager_sees_the_changes_of_what_they_manage(api: Api) -> None:
    store, site = (api_records.project(api, name) for name in ("Store", "Site"))
    design = api_records.task(api, "Design")
    assigned = [api_records.assignment(api, project["id"], design["id"]) for project in (store, site)]
    manager = api_records.manager(api, store["id"])
    write_feed(ACCOUNT)
    seen = following(manager)
    assert ("project", store["id"], "created") in seen
    assert ("task_assignment", assigned[0]["id"], "created") in seen
    assert ("project", site["id"], "created") not in seen
    assert ("task_assignment", assigned[1]["id"], "created") not in seen
    assert {kind for kind, _, _ in seen} == {"project", "task_assignment", "user_assignment"}
