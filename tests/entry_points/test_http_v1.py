"""v1's refusals: their statuses, their headers, and their words in both formats."""

from collections.abc import Iterator

import pytest

from sheaf.domain import errors
from sheaf.domain.bulk import AtomicError
from sheaf.domain.errors import SheafError
from sheaf.domain.idempotency import OtherRequestError
from sheaf.domain.identity import Account, Role, everybody, may_manage_tasks
from sheaf.domain.imports.rows import RowError
from sheaf.domain.logging_time import TimeNotLoggableError
from sheaf.domain.task_assignment import LastTaskError, NoSuchTaskError
from sheaf.entry_points.http import Endpoint
from sheaf.entry_points.http_v1 import V1, any_endpoint, v1_endpoint
from sheaf.http import error_responses
from sheaf.http.request import Request
from sheaf.http.response import Response
from tests.support.api import Answer, Api, make_token
from tests.support.v1 import JSON, XML, basic, texts, v1

FORMATS = pytest.mark.parametrize("kind", [XML, JSON])
FAULT = "Something went wrong on our side; nothing is known to be wrong with your request"
SECRET = "the table sheaf-prod is on fire"


def kinds(error: type[SheafError] = SheafError) -> Iterator[type[SheafError]]:
    """Every class of refusal that there is."""
    for subclasse in error.__subclasses__():
        yield subclasse
        yield from kinds(subclasse)


def made(kind: type[SheafError]) -> SheafError:
    """A refusal of this class."""
    if kind is error_responses.MethodNotAllowedError:
        return error_responses.MethodNotAllowedError("PATCH", "GET, PUT")
    if kind is AtomicError:
        return AtomicError(2, errors.InvalidError("no"))
    if kind in (RowError, TimeNotLoggableError):
        return kind("hours", "this and that")
    try:
        return kind() if "__init__" in vars(kind) else kind("this and that")
    except TypeError:
        return kind("7")


def ask(api: Api, endpoint: Endpoint, path: str = "/tasks", **headers: str) -> Answer:
    return Answer.of(endpoint(api.event("GET", path, headers=headers)))


def message(answer: Answer) -> str:
    """What a refusal says, in whichever format."""
    if answer.headers["Content-Type"].startswith(JSON):
        assert list(answer.body) == ["message"]
        return str(answer.body["message"])
    fields = texts(answer.raw)
    assert list(fields) == ["message"]
    return fields["message"] or ""


def refusing(error: Exception) -> Endpoint:
    def operate(_: Request) -> Response:
        raise error

    return v1_endpoint(operate, everybody)


def test_no_refusal_is_a_403_and_none_but_that_of_a_key_is_a_422() -> None:
    statuses = {
        kind: V1.error_response(Request(), made(kind)).status for kind in kinds() if kind.__module__.startswith("sheaf")
    }

    assert set(statuses.values()) == {202, 400, 401, 404, 405, 406, 412, 415, 422, 503}
    assert [kind for kind, status in statuses.items() if status == 422] == [OtherRequestError]
    assert len(statuses) >= 15


@FORMATS
@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (errors.NotFoundError(), (404, "Not Found", {})),
        (errors.NotFoundError("task_id must be a number"), (404, "task_id must be a number", {})),
        (errors.NotPermittedError(), (404, "Not Found", {})),
        (errors.WrongAccountError(), (404, "Not Found", {})),
        (NoSuchTaskError(), (404, "Not Found", {})),
        (errors.MalformedError("unreadable"), (400, "unreadable", {})),
        (errors.InvalidError("wrong, and wrong"), (400, "wrong, and wrong", {})),
        (errors.NameTakenError(), (400, "Name has already been taken", {})),
        (LastTaskError(), (400, str(LastTaskError()), {"Hint": str(LastTaskError())})),
        (error_responses.PayloadTooLargeError("too long"), (400, "too long", {})),
        (error_responses.UnsupportedMediaTypeError("what is it?"), (415, "what is it?", {})),
        (error_responses.NotAcceptableError("neither"), (406, "neither", {})),
        (
            error_responses.MethodNotAllowedError("PATCH", "GET, PUT"),
            (405, "PATCH is not allowed here; use GET or PUT", {"Allow": "GET, PUT"}),
        ),
        (errors.BusyError("try again"), (503, "try again", {"Retry-After": "7"})),
        (RuntimeError(SECRET), (500, FAULT, {})),
        (KeyError(SECRET), (500, FAULT, {})),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_a_refusal_is_told_in_the_format_that_was_asked_for(
    error: Exception,
    expected: tuple[int, str, dict[str, str]],
    kind: str,
    api: Api,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sheaf.backoff.SECONDS_APART", (7, 7))
    answer = ask(v1(api, kind), refusing(error))

    status, words, headers = expected
    always = {
        "Content-Type": f"{kind}; charset=utf-8",
        "Cache-Control": "no-cache, no-store",
        "Strict-Transport-Security": "max-age=31536000",
        "X-Content-Type-Options": "nosniff",
        "X-Request-Id": "gateway-id",
    }
    assert (answer.status, message(answer), dict(answer.headers)) == (status, words, {**always, **headers})


@FORMATS
def test_a_fault_of_ours_is_answered_without_a_detail(kind: str, api: Api) -> None:
    answer = ask(v1(api, kind), refusing(RuntimeError(SECRET)))

    assert (answer.status, SECRET in answer.raw, "Traceback" in answer.raw) == (500, False, False)


@FORMATS
@pytest.mark.parametrize("authorization", ["", "Bearer wrong", basic("ada@example.com", "wrong"), "Basic !"])
def test_without_good_credentials_there_is_a_401_that_says_how_to_get_in(
    authorization: str, kind: str, api: Api
) -> None:
    answer = ask(v1(api, kind), v1_endpoint(lambda _: Response(200, " "), everybody), authorization=authorization)

    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, 'Basic realm="Sheaf"')
    assert message(answer) == "Authentication failed: send your email address and an access token by HTTP Basic"


@FORMATS
@pytest.mark.parametrize("role", [Role.MANAGER, Role.MEMBER])
def test_what_somebody_may_not_do_is_not_there(role: Role, kind: str, account: Account) -> None:
    api = Api(make_token(account, role))

    answer = ask(v1(api, kind), v1_endpoint(lambda _: Response(200, " "), may_manage_tasks))

    assert (answer.status, message(answer), "Hint" in answer.headers) == (404, "Not Found", False)


def test_an_accept_header_that_allows_neither_format_is_refused_before_anything_is_done(api: Api) -> None:
    done: list[Request] = []

    def operate(request: Request) -> Response:
        done.append(request)
        return Response(200, " ")

    answer = ask(v1(api, "text/html"), v1_endpoint(operate, everybody))

    assert (answer.status, answer.headers["Content-Type"], done) == (406, "application/xml; charset=utf-8", [])
    assert message(answer) == "Accept allows neither application/xml nor application/json, and nothing else is here"


def test_v1_asks_for_no_user_agent_and_no_account_id(api: Api) -> None:
    bare = Api(api.token, "", headers={"user-agent": ""})

    assert ask(bare, v1_endpoint(lambda _: Response(200, " "), everybody)).status == 200


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/tasks", XML),
        ("/tasks/7/nothing", JSON),
        ("/projects/1/task_assignments", XML),
        ("/v2/tasks", JSON),
        ("/v2/nothing", JSON),
        ("/api/v2/tasks", JSON),
        ("/", JSON),
    ],
)
def test_a_request_for_no_route_is_refused_in_the_words_of_the_version_that_it_means(
    path: str, content_type: str, api: Api
) -> None:
    def operate(_: Request) -> Response:
        raise errors.NotFoundError

    answer = ask(Api(api.token), any_endpoint(operate, everybody), path)

    assert (answer.status, answer.headers["Content-Type"]) == (404, f"{content_type}; charset=utf-8")


@FORMATS
@pytest.mark.parametrize("text", ["%00", "%01", "%EF%BF%BF", "%3C%26%22", "%0D", "%C2%85"])
def test_a_refusal_that_repeats_what_was_sent_is_well_formed(text: str, kind: str, api: Api) -> None:
    answer = v1(api, kind).get(f"/tasks?updated_since=x{text}")

    assert (answer.status, message(answer)[:30]) == (400, "Invalid updated_since datetime")


HOSTILE = {
    "DTD": b'<!DOCTYPE task [<!ENTITY x "y">]><task><name>&x;</name></task>',
    "external entity": b'<!DOCTYPE task [<!ENTITY x SYSTEM "file:///etc/passwd">]><task><name>&x;</name></task>',
    "processing instruction": b"<task><?php x ?></task>",
    "depth 1,000": b"<a>" * 1000 + b"</a>" * 1000,
    "a million attributes": b"<task " + b" ".join(b'a%d=""' % number for number in range(1_000_000)) + b"/>",
    "as many attributes as are read": b"<task " + b" ".join(b'a%d=""' % number for number in range(90_000)) + b"/>",
    "10 MB of text": b"<task><name>" + b"x" * 10_000_000 + b"</name></task>",
    "a long name": b"<task><name>" + b"x" * 1_000_000 + b"</name></task>",
    "a million elements": b"<task>" + b"<a/>" * 250_000 + b"</task>",
    "another encoding declared": b'<?xml version="1.0" encoding="ISO-8859-1"?><task><name>a</name></task>',
    "UTF-16": "<task><name>a</name></task>".encode("utf-16"),
    "UTF-16 without a mark": "<task><name>a</name></task>".encode("utf-16-le"),
    "NUL": b"<task><name>a\0b</name></task>",
    "not UTF-8": b"<task><name>\xff</name></task>",
    "cut off": b"<task><name>a",
}


@FORMATS
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_xml_is_a_bad_request_and_changes_nothing(name: str, kind: str, api: Api) -> None:
    answer = v1(api, kind, content_type=XML).post("/tasks", HOSTILE[name])

    assert (answer.status, message(answer) != "") == (400, True)
    assert answer.headers["Content-Type"] == f"{kind}; charset=utf-8"
    assert v1(api, JSON).get("/tasks").body == []
