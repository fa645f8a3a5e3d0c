"""What clients see of HTTP itself: identity, request ids, CORS, connections, redirects and methods."""

import gzip
from collections.abc import Callable
from http.client import HTTPConnection

import pytest

from sheaf.domain.identity import AccountId
from sheaf.domain.task import Task
from sheaf.domain.values import Id
from tests.support.api import NOW, Answer
from tests.support.server import ANSWER_SECONDS, Client, Server
from tests.support.table import put_tasks

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

INVALID_TOKEN = "The access token provided is expired, revoked, malformed or invalid for other reasons."
NOT_FOUND = (404, '{"status":404,"error":"Not Found"}')
PREFLIGHT = {"Origin": "https://app.example", "Access-Control-Request-Method": "PATCH"}
ALLOWED_ON_THE_LIST = "GET, POST"
ALLOWED_ON_ONE = "DELETE, GET, PATCH, PUT"


def shown(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.raw


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_member_may_not(server: Server, method: str) -> None:
    answer = Client(server.port, "local-member-token").send(method, "/v2/tasks")

    assert shown(answer) == (403, '{"message":"Not authorized!"}')
    assert answer.headers["hint"] == "Not authorized!"


def test_a_manager_with_the_right_to_edit_tasks_may(server: Server) -> None:
    assert Client(server.port, "local-manager-token").get("/v2/tasks").status == 200


@pytest.mark.parametrize("authorization", ["", "Bearer wrong", "Basic bG9jYWwtYWRtaW4tdG9rZW46"])
def test_without_a_valid_token_the_answer_is_harvests_own(demo: Client, authorization: str) -> None:
    answer = demo.get("/v2/tasks", Authorization=authorization)

    assert answer.status == 401
    assert list(answer.body.items()) == [("error", "invalid_token"), ("error_description", INVALID_TOKEN)]
    assert answer.headers["www-authenticate"] == (
        f'Bearer realm="Sheaf", error="invalid_token", error_description="{INVALID_TOKEN}"'
    )


def test_a_long_list_is_compressed_for_whoever_takes_that(server: Server, client: Client) -> None:
    with server.store():
        made = [Task(Id(number), f"Task {number}", True, None, False, True, NOW, NOW) for number in range(1, 101)]
        put_tasks(AccountId(client.account_id), made)
    plain = client.get("/v2/tasks")
    connection = HTTPConnection("127.0.0.1", server.port, timeout=ANSWER_SECONDS)
    connection.request("GET", "/v2/tasks", headers={**client.headers, "Accept-Encoding": "gzip"})
    response = connection.getresponse()
    body = response.read()
    connection.close()

    assert ("content-encoding" in plain.headers, response.headers["content-encoding"]) == (False, "gzip")
    assert gzip.decompress(body).decode() == plain.raw
    assert len(body) < len(plain.raw) / 5


@pytest.mark.parametrize("compressed", ["", "gzip"])
def test_who_has_a_list_is_told_so_until_it_changes(client: Client, compressed: str) -> None:
    client.post("/v2/tasks", {"name": "Design"})
    tag = client.get("/v2/tasks").headers["etag"]

    known = client.get("/v2/tasks", If_None_Match=tag, Accept_Encoding=compressed)
    client.patch("/v2/tasks/1", {"is_active": False})
    changed = client.get("/v2/tasks", If_None_Match=tag)

    assert (known.status, known.raw, known.headers["etag"]) == (304, "", tag)
    assert (changed.status, changed.headers["etag"] != tag) == (200, True)


@pytest.mark.parametrize("account_id", ["", "2", "x"])
def test_another_account_is_not_found(demo: Client, account_id: str) -> None:
    assert shown(demo.get("/v2/tasks", Harvest_Account_Id=account_id)) == NOT_FOUND


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_a_task_of_another_account_is_not_found_as_if_it_had_never_been(
    newcomer: Callable[[], Client], method: str
) -> None:
    mine, theirs = newcomer(), newcomer()
    mine.post("/v2/tasks", {"name": "Mine"})
    task_id = [theirs.post("/v2/tasks", {"name": name}).body["id"] for name in ("First", "Second")][1]

    refused = mine.send(method, f"/v2/tasks/{task_id}", {} if method == "PATCH" else None)

    assert shown(refused) == NOT_FOUND
    assert theirs.get(f"/v2/tasks/{task_id}").body["name"] == "Second"


def test_the_callers_request_id_comes_back(demo: Client) -> None:
    assert demo.get("/v2/tasks", X_Request_Id="my-id/7").headers["x-request-id"] == "my-id/7"


@pytest.mark.parametrize("given", ["", "a b", "<script>", "x" * 129])
def test_a_request_without_an_id_or_with_a_harmful_one_gets_one(demo: Client, given: str) -> None:
    first, second = (demo.get("/v2/tasks", X_Request_Id=given).headers["x-request-id"] for _ in range(2))

    assert first not in ("", given, second)


def test_a_browser_is_told_what_it_may_send(demo: Client) -> None:
    answer = demo.send("OPTIONS", "/v2/tasks/1", headers={**PREFLIGHT, "Authorization": "", "User-Agent": ""})

    assert shown(answer) == (204, "")
    assert {name: value for name, value in answer.headers.items() if name.startswith("access-control-")} == {
        "access-control-allow-origin": "*",
        "access-control-allow-methods": "GET,POST,PATCH,PUT,DELETE,OPTIONS",
        "access-control-allow-headers": (
            "accept,authorization,content-type,harvest-account-id,idempotency-key,if-match,if-none-match,x-request-id"
        ),
        "access-control-expose-headers": "etag,hint,idempotency-replayed,location,retry-after,x-request-id",
        "access-control-max-age": "600",
    }


@pytest.mark.parametrize(("token", "status"), [("local-admin-token", 200), ("wrong", 401)])
def test_a_browser_may_read_the_answer_refusals_included(server: Server, token: str, status: int) -> None:
    answer = Client(server.port, token).get("/v2/tasks", Origin="https://app.example")

    assert (answer.status, answer.headers["access-control-allow-origin"]) == (status, "*")
    assert (
        answer.headers["access-control-expose-headers"]
        == "etag,hint,idempotency-replayed,location,retry-after,x-request-id"
    )


def test_one_connection_serves_request_after_request(demo: Client) -> None:
    connection = HTTPConnection("127.0.0.1", demo.port, timeout=ANSWER_SECONDS)
    try:
        connection.connect()
        socket = connection.sock
        answers = [
            demo.send_on(connection, method, target, body)
            for method, target, body in (
                ("GET", "/v2/tasks?per_page=1", None),
                ("HEAD", "/v2/tasks", None),
                ("POST", "/v2/tasks", {"name": " "}),
                ("OPTIONS", "/v2/tasks", None),
                ("GET", "/nowhere", None),
                ("GET", "/v2/tasks/1", None),
            )
        ]
        assert [answer.status for answer in answers] == [200, 405, 422, 204, 404, 200]
        assert connection.sock is socket
    finally:
        connection.close()


@pytest.mark.parametrize(
    "path", ["/api/v2/tasks", "/v2/tasks/", "/v2/tasks.json", "/api/v2/tasks.json/?per_page=1&is_active=true"]
)
def test_older_spellings_of_a_path_lead_to_the_list(demo: Client, path: str) -> None:
    moved = demo.get(path)
    query = path.partition("?")[2]

    assert (moved.status, moved.headers["location"]) == (
        308,
        f"http://127.0.0.1:{demo.port}/v2/tasks" + (f"?{query}" if query else ""),
    )
    assert shown(demo.get(moved.headers["location"])) == shown(demo.get(f"/v2/tasks?{query}"))


def test_a_body_sent_again_to_where_the_redirect_points_creates(client: Client) -> None:
    moved = client.post("/api/v2/tasks.json", {"name": "Design"})
    created = client.post(moved.headers["location"], {"name": "Design"})

    assert (moved.status, created.status) == (308, 201)
    assert created.headers["location"] == f"http://127.0.0.1:{client.port}/v2/tasks/{created.body['id']}"
    assert client.get(created.headers["location"]).body == created.body


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        *[(method, "/v2/tasks", ALLOWED_ON_THE_LIST) for method in ("PUT", "PATCH", "DELETE")],
        ("POST", "/v2/tasks/1", ALLOWED_ON_ONE),
    ],
)
def test_another_method_is_answered_with_those_that_there_are(
    demo: Client, method: str, path: str, allowed: str
) -> None:
    answer = demo.send(method, path, {"name": "Design"})

    assert shown(answer) == (405, f'{{"message":"{method} is not allowed here; use {allowed.replace(", ", " or ")}"}}')
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize(("path", "allowed"), [("/v2/tasks", ALLOWED_ON_THE_LIST), ("/v2/tasks/1", ALLOWED_ON_ONE)])
def test_head_is_another_method_and_has_no_body(demo: Client, path: str, allowed: str) -> None:
    answer = demo.send("HEAD", path)

    assert (*shown(answer), answer.headers["allow"]) == (405, "", allowed)


def test_put_is_patch(client: Client) -> None:
    task = client.post("/v2/tasks", {"name": "Design", "is_default": True}).body

    answer = client.send("PUT", f"/v2/tasks/{task['id']}", {"name": "Print"})

    assert answer.body == {**task, "name": "Print", "updated_at": answer.body["updated_at"]}
