"""`Idempotency-Key`: a POST is carried out once however often it is sent, and answered the same each time."""

import json
from typing import Any

import pytest

from benchmarks.meter import metered
from sheaf.aws import queue
from sheaf.domain.errors import MalformedError
from sheaf.domain.identity import Role
from sheaf.http.idempotency import keyed
from sheaf.http.request import Request
from sheaf.store import answers
from tests.contract import requests
from tests.contract.requests import ADDRESSES, ADDRESSES_OF_V1, BODIES
from tests.functions import api_records
from tests.store.faults import AFTER_CALL, CrashError, hooked
from tests.support.api import Answer, Api, make_account, make_token, route_of
from tests.support.table import is_sequence, rows
from tests.support.v1 import JSON, XML, v1

ADMIN = Api("local-admin-token")
KEY = {"idempotency-key": "8e03978e-40d5-43e8-bc93-6894a57f9324"}
REUSED = "Idempotency-Key was used for another request in the last 24 hours; give each one a new key"
NO_KEY = "Idempotency-Key must be 1 to 255 visible ASCII characters"
BODIES_OF_V1: dict[str, dict[str, dict[str, object]]] = {
    "v1_create_task": {"task": {"name": "Sales"}},
    "v1_assign_task": {"task": {"id": 5}},
    "v1_add_with_create_new_task": {"task": {"name": "Sales"}},
}

POSTS = sorted(path for method, path in ADDRESSES if method == "POST")
POSTS_OF_V1 = sorted(path for method, path in ADDRESSES_OF_V1 if method == "POST")


@pytest.fixture(autouse=True)
def nothing_queued(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("send_batches", "send_deliveries"):
        monkeypatch.setattr(queue, name, lambda *_: None)


def posted(address: str, body: object = None, api: Api = ADMIN, **headers: str) -> Answer:
    return api.post(address, body, **{**KEY, **{name.replace("_", "-"): text for name, text in headers.items()}})


def is_again(first: Answer, again: Answer) -> None:
    """The second answer is the first one, and says so."""
    same = ("ETag", "Location", "Hint", "Content-Type")
    assert (again.status, again.raw) == (first.status, first.raw)
    assert [again.headers.get(name) for name in same] == [first.headers.get(name) for name in same]
    assert [answer.headers.get("Idempotency-Replayed") for answer in (first, again)] == [None, "true"]


@pytest.mark.usefixtures("started_with_feed")
@pytest.mark.parametrize("route", POSTS)
def test_a_request_that_is_sent_again_changes_nothing_and_is_answered_the_same(route: str) -> None:
    address = ADDRESSES["POST", route]
    body = {**BODIES, "create_user_assignment": {"user_id": 4}}.get(route_of("POST", address).operation)
    if route.endswith("/undo"):
        requests.ended_import()
    first = posted(address, body)
    after = rows(without=is_sequence)
    again = posted(address, body)

    assert first.status in (200, 201, 202), first.body
    assert rows(without=is_sequence) == after
    if route == "/v2/webhooks":
        first = Answer(first.status, None, {**first.headers, "ETag": again.headers["ETag"]}, again.raw)
        assert again.body["secret"] is None
    is_again(first, again)


@pytest.mark.usefixtures("started")
@pytest.mark.parametrize("kind", [XML, JSON])
@pytest.mark.parametrize("route", POSTS_OF_V1)
def test_so_is_one_of_v1(route: str, kind: str) -> None:
    address = ADDRESSES_OF_V1["POST", route]
    given = BODIES_OF_V1.get(route_of("POST", address).operation)
    body = json.dumps(given).encode() if given else b""
    if kind == XML and given:
        fields = "".join(f"<{name}>{text}</{name}>" for name, text in given["task"].items())
        body = f"<task>{fields}</task>".encode()
    api = v1(ADMIN, kind)
    first = posted(address, body, api)
    after = rows(without=is_sequence)
    again = posted(address, body, api)

    assert first.status in (200, 201), first.raw
    assert rows(without=is_sequence) == after
    is_again(first, again)


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("body", [{"name": "Other"}, {"name": "Sales", "is_default": True}, b'{"name":"Sales"}'])
def test_the_key_of_another_request_is_refused(api: Api, body: object) -> None:
    posted("/v2/tasks", {"name": "Sales"}, api)
    for address in ("/v2/tasks", "/v2/tasks?x=1", "/v2/clients"):
        refused = posted(address, body, api)
        assert (refused.status, refused.body) == (422, {"message": REUSED})
    assert api.get("/v2/tasks").body["total_entries"] == 1
    is_again(api.post("/v2/tasks", {"name": "Next"}, **{"idempotency-key": "2"}), posted_next(api))
    of_v1 = posted("/tasks", b"<task><name>Sales</name></task>", v1(api))
    assert of_v1.status == 422
    assert REUSED in of_v1.raw


def posted_next(api: Api) -> Answer:
    return api.post("/v2/tasks", {"name": "Next"}, **{"idempotency-key": "2"})


@pytest.mark.parametrize("key", [" ", "x" * 256, "a b", "sch\u00f6n", "a\tb", "\x7f"])
def test_what_is_no_key_is_refused_before_anything_is_done(api: Api, key: str) -> None:
    before = rows()
    refused = api.post("/v2/tasks", {"name": "Sales"}, **{"idempotency-key": key})
    assert (refused.status, refused.body) == (400, {"message": NO_KEY})
    assert rows() == before


def test_an_empty_key_is_none() -> None:
    with pytest.raises(MalformedError, match=NO_KEY):
        keyed(Request(method="POST", headers={"idempotency-key": ""}))


@pytest.mark.parametrize("key", ["x", "x" * 255, '"quoted"', " around "])
def test_any_other_text_is_one(api: Api, key: str) -> None:
    made = [api.post("/v2/tasks", {"name": "Sales"}, **{"idempotency-key": key}) for _ in range(2)]
    is_again(*made)


def test_a_key_is_its_users_own(api: Api) -> None:
    other = make_token(make_account(2, "Other"))
    mine = posted("/v2/tasks", {"name": "Sales"}, api)
    theirs = posted("/v2/tasks", {"name": "Sales"}, Api(other, 2))
    colleague, _ = api_records.person(api, Role.ADMINISTRATOR)
    assert [answer.headers.get("Idempotency-Replayed") for answer in (mine, theirs)] == [None, None]
    refused = posted("/v2/tasks", {"name": "Sales"}, colleague)
    assert (refused.status, refused.body) == (422, {"message": "Name has already been taken"})


def test_a_refusal_is_answered_again_though_the_reason_is_gone(api: Api) -> None:
    taken = api_records.task(api, "Sales")
    first = posted("/v2/tasks", {"name": "Sales"}, api)
    api.delete(f"/v2/tasks/{taken['id']}")
    assert first.status == 422
    is_again(first, posted("/v2/tasks", {"name": "Sales"}, api))
    assert api.post("/v2/tasks", {"name": "Sales"}, **{"idempotency-key": "2"}).status == 201


def test_a_fault_of_ours_is_not_kept(api: Api) -> None:
    with requests.busy_records():
        assert posted("/v2/tasks", {"name": "Sales"}, api).status == 503
    with requests.no_table():
        assert posted("/v2/tasks", {"name": "Sales"}, api).status == 500
    made = posted("/v2/tasks", {"name": "Sales"}, api)
    assert (made.status, made.headers.get("Idempotency-Replayed")) == (201, None)


def test_an_answer_is_kept_for_a_day_though_its_item_may_stay_for_longer(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(answers, "KEPT", -answers.KEPT)
        posted("/v2/tasks", {"name": "Sales"}, api)
    later = posted("/v2/tasks", {"name": "Other"}, api)
    assert (later.status, later.headers.get("Idempotency-Replayed")) == (201, None)
    is_again(later, posted("/v2/tasks", {"name": "Other"}, api))


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_other_methods_take_no_notice_of_a_key(api: Api, method: str) -> None:
    task = api_records.task(api)
    address = f"/v2/tasks/{task['id']}"
    sent = [api.send(method, address, {"name": name}, KEY) for name in ("One", "Two")]
    assert [answer.status for answer in sent] == [200, 200 if method == "PATCH" else 404]
    assert [answer.headers.get("Idempotency-Replayed") for answer in sent] == [None, None]


def test_a_project_of_many_transactions_is_made_once_though_its_first_answer_was_202(api: Api) -> None:
    customer = api_records.client(api)
    for number in range(25):
        api_records.task(api, f"Task {number}", is_default=True)
    body = {"client_id": customer["id"], "name": "Website"}
    with api_records.interrupted():
        assert posted("/v2/projects", body, api).status == 202

    again = posted("/v2/projects", body, api)
    assert (again.status, again.headers["Idempotency-Replayed"]) == (201, "true")
    api.delete(f"/v2/tasks/{api_records.task(api, 'Next')['id']}")  # a deletion resumes what is pending
    assert api.get(again.headers["Location"].removeprefix("https://sheaf.test")).body == again.body
    assert api.get("/v2/projects").body["total_entries"] == 1


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("/v2/tasks", {"name": "Sales"}),
        ("/v2/projects", {"client_id": 1, "name": "Next"}),
        ("/v2/time_entries", {"project_id": 1, "task_id": 1, "spent_date": "2026-11-21", "hours": 1.25}),
    ],
)
def test_an_answer_that_was_lost_after_the_commit_is_given_to_who_asks_again(
    started: object, address: str, body: dict[str, Any]
) -> None:
    before = ADMIN.get(address).body["total_entries"]

    def lose(**_: object) -> None:
        raise CrashError

    with hooked(AFTER_CALL, lose, "TransactWriteItems"):
        assert posted(address, body).status == 500
    again = posted(address, body)
    assert (again.status, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert ADMIN.get(f"{address}/{again.body['id']}").body == again.body
    assert ADMIN.get(address).body["total_entries"] == before + 1


@pytest.mark.parametrize("operation", ["create_task", "create_client", "create_project", "create_time_entry"])
def test_a_key_costs_two_write_units_and_no_call(started: object, operation: str) -> None:
    address = next(
        path
        for (method, _), path in ADDRESSES.items()
        if method == "POST" and route_of(method, path).operation == operation
    )
    given = BODIES[operation]
    bodies = [{**given, "name": name} if "name" in given else given for name in ("One", "Two")]
    ADMIN.get("/v2/tasks")  # the caller is remembered
    with metered() as without:
        ADMIN.post(address, bodies[0])
    with metered() as with_key:
        posted(address, bodies[1])
    assert (with_key.round_trips, with_key.read_units) == (without.round_trips, without.read_units)
    assert with_key.write_units == without.write_units + 2
