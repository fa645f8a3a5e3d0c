"""Handlers of HTTP requests: authentication, responses, log lines and metrics."""

import json
import sys
from collections.abc import Callable, Sequence
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

import pytest

from sheaf import log, settings
from sheaf.domain.errors import BusyError, InvalidError, SheafError
from sheaf.domain.identity import Account, Role, everybody, may_manage_tasks
from sheaf.entry_points.http import Endpoint, v2_endpoint
from sheaf.http.identity import token_digest
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.log import logger
from tests.store.faults import answering, error
from tests.support.api import Answer, Api, make_account, make_token

FAULT = {"message": "Something went wrong on our side; nothing is known to be wrong with your request"}
NOT_AUTHENTICATED = {
    "error": "invalid_token",
    "error_description": "The access token provided is expired, revoked, malformed or invalid for other reasons.",
}
NO_USER_AGENT = "User-Agent header is missing: name your application and a link or an email address"

type Lines = list[dict[str, Any]]


class _StandardOutput:
    """Whatever standard output is at the moment of writing."""

    def write(self, text: str) -> None:
        sys.stdout.write(text)

    def flush(self) -> None:
        sys.stdout.flush()


@pytest.fixture
def output(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """What was written to standard output since the last time it was asked.

    The logger keeps the standard output that there was when it was made, which is another one for each test.
    """
    monkeypatch.setattr(logger().registered_handler, "stream", _StandardOutput())
    return lambda: capsys.readouterr().out


def _lines(text: str) -> Lines:
    return [json.loads(line) for line in text.splitlines()]


def _logged(lines: Lines) -> Lines:
    return [line for line in lines if "_aws" not in line]


def _measured(lines: Lines) -> Lines:
    return [line for line in lines if "_aws" in line]


def _operate(request: Request) -> Response:
    return Response(200, {"account_id": request.account_id, "name": "é😀"}, {"Extra": "yes"})


def _refuse(_: Request) -> Response:
    raise InvalidError("this and that")


def _fail(_: Request) -> Response:
    raise RuntimeError("the table sheaf-prod is on fire")


def _is_busy(_: Request) -> Response:
    raise BusyError("later")


ENDPOINT = v2_endpoint(_operate, everybody)


def _ask(api: Api, endpoint: Endpoint = ENDPOINT, path: str = "/v2/tasks", **headers: str) -> Answer:
    return Answer.of(endpoint(api.event("GET", path, headers=headers)))


# ------------------------------------------------------------ authentication


def test_a_caller_with_everything_is_answered_by_the_operation(api: Api) -> None:
    assert _ask(api).body == {"account_id": 1, "name": "é😀"}


@pytest.mark.parametrize(
    ("headers", "status", "body"),
    [
        ({"authorization": ""}, 401, NOT_AUTHENTICATED),
        ({"authorization": "Bearer wrong"}, 401, NOT_AUTHENTICATED),
        ({"harvest_account_id": ""}, 404, {"status": 404, "error": "Not Found"}),
        ({"harvest_account_id": "2"}, 404, {"status": 404, "error": "Not Found"}),
        ({"user_agent": ""}, 400, {"message": NO_USER_AGENT}),
        ({"user_agent": " "}, 400, {"message": NO_USER_AGENT}),
        ({"authorization": "Bearer wrong", "harvest_account_id": "2", "user_agent": ""}, 401, NOT_AUTHENTICATED),
        ({"harvest_account_id": "2", "user_agent": ""}, 404, {"status": 404, "error": "Not Found"}),
    ],
)
def test_a_caller_without_something_never_reaches_the_operation(
    api: Api, headers: dict[str, str], status: int, body: object
) -> None:
    reached: list[Request] = []

    def note(request: Request) -> Response:
        reached.append(request)
        return Response(200, {})

    answer = _ask(api, v2_endpoint(note, everybody), **headers)
    assert (answer.status, answer.body, reached) == (status, body, [])


@pytest.mark.parametrize("role", [Role.MANAGER, Role.MEMBER])
def test_a_role_that_may_not_never_reaches_the_operation(account: Account, role: Role) -> None:
    api = Api(make_token(account, role))
    answer = _ask(api, v2_endpoint(_fail, may_manage_tasks))
    assert (answer.status, answer.body, answer.headers["Hint"]) == (
        403,
        {"message": "Not authorized!"},
        "Not authorized!",
    )
    assert _ask(api).status == 200


def test_an_application_names_itself_before_its_role_matters(account: Account) -> None:
    api = Api(make_token(account, Role.MEMBER))
    assert _ask(api, v2_endpoint(_fail, may_manage_tasks), user_agent="").status == 400


def test_credentials_in_the_query_are_as_good_as_headers(api: Api) -> None:
    path = f"/v2/tasks?access_token={api.token}&account_id=1"
    assert _ask(api, path=path, authorization="", harvest_account_id="").status == 200


def test_another_accounts_caller_gets_their_own_account_and_no_other(account: Account) -> None:
    other = Api(make_token(make_account(2)), account_id=2)
    assert _ask(other).body["account_id"] == 2
    assert _ask(other, harvest_account_id="1").status == 404


@pytest.mark.parametrize("path", ["/v2/tasks/7.json", "/v2/tasks/7/"])
def test_an_older_spelling_that_fits_a_route_is_led_on(api: Api, path: str) -> None:
    event = {**api.event("GET", "/v2/tasks/7"), "rawPath": path}
    answer = Answer.of(ENDPOINT(event))
    assert (answer.status, answer.headers["Location"]) == (308, "https://sheaf.test/v2/tasks/7")


# ------------------------------------------------------------ what goes out


def test_an_answer_is_json_with_the_headers_of_every_answer(api: Api) -> None:
    response = ENDPOINT(api.event("GET", "/v2/tasks"))
    body = '{"account_id":1,"name":"é😀"}'
    assert response == {
        "statusCode": 200,
        "headers": {
            "Content-Type": "application/json; charset=utf-8",
            "Cache-Control": "no-cache, no-store",
            "Strict-Transport-Security": "max-age=31536000",
            "X-Content-Type-Options": "nosniff",
            "Extra": "yes",
            "X-Request-Id": "gateway-id",
            "ETag": f'"{sha256(body.encode()).hexdigest()[:32]}"',
        },
        "body": body,
    }


def _refusals() -> Sequence[tuple[Endpoint, dict[str, str], int]]:
    return [
        (ENDPOINT, {}, 200),
        (ENDPOINT, {"authorization": ""}, 401),
        (ENDPOINT, {"harvest_account_id": "9"}, 404),
        (ENDPOINT, {"user_agent": ""}, 400),
        (v2_endpoint(_operate, lambda _: False), {}, 403),
        (v2_endpoint(_refuse, everybody), {}, 422),
        (v2_endpoint(_fail, everybody), {}, 500),
        (v2_endpoint(_is_busy, everybody), {}, 503),
    ]


@pytest.mark.parametrize(
    ("endpoint", "headers", "status"), _refusals(), ids=[str(refusal[2]) for refusal in _refusals()]
)
@pytest.mark.parametrize("ids", [("mine-7", "mine-7"), ("not mine", "gateway-id"), ("", "gateway-id")])
def test_every_answer_repeats_the_request_id(
    api: Api, endpoint: Endpoint, headers: dict[str, str], status: int, ids: tuple[str, str]
) -> None:
    sent, returned = ids
    answer = _ask(api, endpoint, x_request_id=sent, **headers)
    assert (answer.status, answer.headers["X-Request-Id"]) == (status, returned)
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"


def test_an_unexpected_error_is_answered_without_a_detail(api: Api) -> None:
    answer = _ask(api, v2_endpoint(_fail, everybody))
    assert (answer.status, answer.body) == (500, FAULT)
    assert not any(word in str(answer) for word in ("sheaf-prod", "fire", "RuntimeError", "Traceback", ".py"))


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("Query", ("GET", "/v2/tasks")),
        ("GetItem", ("GET", "/v2/tasks/1")),
        ("UpdateItem", ("POST", "/v2/tasks", {"name": "x"})),
        ("TransactWriteItems", ("POST", "/v2/tasks", {"name": "x"})),
        ("BatchGetItem", ("GET", "/v2/tasks")),
    ],
)
@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ResourceNotFoundException", 500),
        ("AccessDeniedException", 500),
        ("ValidationException", 500),
        ("ThrottlingException", 503),
    ],
)
def test_an_error_in_the_store_never_names_the_table(
    api: Api, operation: str, request_: tuple[Any, ...], code: str, status: int
) -> None:
    table = settings.table_name()
    said = error(code)
    said["Error"]["Message"] = f"arn:aws:dynamodb:eu-central-1:123456789012:table/{table}"
    if operation == "GetItem":
        api.get("/v2/tasks")  # the caller is remembered, so that the next GetItem is the task's
    with answering(operation, [said] * 9):
        answer = api.send(*request_)
    assert answer.status == status
    assert set(answer.body) == {"message"}
    assert not any(word in str(answer) for word in (table, "arn:", "dynamodb", code))


# ------------------------------------------------------------ what is written down


def test_a_request_writes_one_line_with_these_fields(api: Api, output: Callable[[], str]) -> None:
    _ask(api, path="/v2/tasks?page=1", x_request_id="mine-7")
    (line,) = _logged(_lines(output()))
    assert isinstance(line.pop("duration_ms"), float)
    assert isinstance(line.pop("cold_start"), bool)
    assert line.pop("timestamp").endswith("+0000")
    assert line.pop("location").startswith("_record:")
    assert line == {
        "level": "INFO",
        "message": "request",
        "service": "sheaf",
        "operation": "_operate",
        "request_id": "mine-7",
        "method": "GET",
        "path": "/v2/tasks",
        "status": 200,
        "account_id": 1,
        "user_id": 1,
    }


def test_a_line_names_the_invocation_and_only_the_first_one_is_a_cold_start(
    api: Api, output: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "_COLD_STARTS", iter([True, False]))
    endpoint = v2_endpoint(_operate, everybody)
    for number in range(2):
        endpoint(api.event("GET", "/v2/tasks"), SimpleNamespace(aws_request_id=f"invocation-{number}"))
    lines = _logged(_lines(output()))
    told = [(line["operation"], line["function_request_id"], line["cold_start"]) for line in lines]
    assert told == [("_operate", "invocation-0", True), ("_operate", "invocation-1", False)]


@pytest.mark.parametrize(
    ("endpoint", "headers", "status"), _refusals(), ids=[str(refusal[2]) for refusal in _refusals()]
)
def test_every_request_is_written_down_once_and_measured_once(
    api: Api, output: Callable[[], str], endpoint: Endpoint, headers: dict[str, str], status: int
) -> None:
    _ask(api, endpoint, **headers)
    lines = _lines(output())
    assert [line["status"] for line in _logged(lines) if line["message"] == "request"] == [status]
    assert [line["operation"] for line in _measured(lines) if "Duration" in line] == [endpoint.operation]


def test_who_was_not_let_in_has_no_name_in_the_line(api: Api, output: Callable[[], str]) -> None:
    _ask(api, harvest_account_id="2")
    (line,) = _logged(_lines(output()))
    assert "account_id" not in line
    assert "user_id" not in line


def test_a_duration_is_a_metric_in_the_embedded_format(api: Api, output: Callable[[], str]) -> None:
    _ask(api)
    _ask(api)
    for measured in _measured(_lines(output())):
        (directive,) = measured["_aws"]["CloudWatchMetrics"]
        assert isinstance(measured["_aws"]["Timestamp"], int)
        assert directive["Namespace"] == "Sheaf"
        assert directive["Metrics"] == [{"Name": "Duration", "Unit": "Milliseconds"}]
        assert [set(dimensions) for dimensions in directive["Dimensions"]] == [{"stage", "operation", "service"}]
        assert {name: measured[name] for name in ("stage", "operation", "service")} == {
            "stage": "local",
            "operation": "_operate",
            "service": "sheaf",
        }
        (duration,) = measured["Duration"]
        assert duration > 0


@pytest.mark.parametrize(("operate", "faults"), [(_operate, 0), (_refuse, 0), (_fail, 1), (_is_busy, 1)])
def test_answers_of_5xx_are_counted_for_the_whole_deployment(
    api: Api, output: Callable[[], str], operate: Callable[[Request], Response], faults: int
) -> None:
    _ask(api, v2_endpoint(operate, everybody))
    counted = [line for line in _measured(_lines(output())) if "ServerErrors" in line]
    assert len(counted) == faults
    for line in counted:
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        assert [set(dimensions) for dimensions in directive["Dimensions"]] == [{"service", "stage"}]
        assert (directive["Namespace"], line["service"], line["stage"], line["ServerErrors"]) == (
            "Sheaf",
            "sheaf",
            "local",
            [1.0],
        )


def test_an_unexpected_error_is_written_down_with_its_trace_and_the_request_id(
    api: Api, output: Callable[[], str]
) -> None:
    _ask(api, v2_endpoint(_fail, everybody), x_request_id="mine-7")
    found, request = _logged(_lines(output()))
    assert (found["level"], found["message"], found["request_id"], found["operation"]) == (
        "ERROR",
        "unexpected error",
        "mine-7",
        "_fail",
    )
    assert "RuntimeError: the table sheaf-prod is on fire" in found["exception"]
    assert (request["status"], request["request_id"]) == (500, "mine-7")


def test_a_refusal_on_purpose_is_no_error_in_the_log(api: Api, output: Callable[[], str]) -> None:
    _ask(api, v2_endpoint(_refuse, everybody))
    assert [line["level"] for line in _logged(_lines(output()))] == ["INFO"]


@pytest.mark.parametrize("operate", [_operate, _refuse, _fail, _is_busy])
@pytest.mark.parametrize("valid", [True, False], ids=["a valid token", "an unknown token"])
def test_a_token_is_never_written_down(
    api: Api,
    output: Callable[[], str],
    capsys: pytest.CaptureFixture[str],
    operate: Callable[[Request], Response],
    valid: bool,
) -> None:
    token = api.token if valid else "unknown-token-0123456789"
    event = api.event(
        "POST",
        f"/v2/tasks?access_token={token}&account_id=1",
        {"name": token, "access_token": token},
        {"authorization": f"Bearer {token}", "referer": f"https://x/?access_token={token}", "cookie": f"t={token}"},
    )

    def look_at_everything(request: Request) -> Response:
        request.fields()
        assert request.query["access_token"] == token
        return operate(request)

    answer = v2_endpoint(look_at_everything, everybody)(event)
    written = output()
    assert len(_lines(written)) >= 2
    assert token not in written
    assert token_digest(token) not in written
    assert token not in capsys.readouterr().err
    assert token not in json.dumps(answer)


def test_a_token_in_the_query_is_not_written_down_when_the_query_cannot_be_read(
    api: Api, output: Callable[[], str]
) -> None:
    event = {**api.event("GET", "/v2/tasks"), "rawQueryString": f"access_token={api.token}&x=%ff"}
    del event["headers"]["authorization"]
    answer = Answer.of(ENDPOINT(event))
    assert (answer.status, answer.body) == (
        400,
        {"message": "The query string is not UTF-8 once its percent signs are decoded"},
    )
    assert api.token not in output() + answer.raw


# ------------------------------------------------------------ the handler itself


def test_an_endpoint_is_named_after_its_operation() -> None:
    assert v2_endpoint(_refuse, everybody).operation == "_refuse"


def test_a_refusal_of_a_kind_that_nobody_knows_is_a_fault_of_ours(api: Api) -> None:
    class ForgottenError(SheafError):
        pass

    def forget(_: Request) -> Response:
        raise ForgottenError("x")

    assert _ask(api, v2_endpoint(forget, everybody)).status == 500
