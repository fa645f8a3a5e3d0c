"""What each refusal costs the caller: a table without holes."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import sheaf
from sheaf.domain import errors
from sheaf.domain.bulk import AtomicError
from sheaf.domain.errors import NameTakenError, SheafError
from sheaf.domain.operation import UnderWayError
from sheaf.domain.task import TaskHasTimeError
from sheaf.domain.values import Id
from sheaf.http import error_responses
from sheaf.http.error_responses import (
    MethodNotAllowedError,
    PayloadTooLargeError,
    UnsupportedMediaTypeError,
    error_response,
)
from sheaf.http.response import Response

INVALID_TOKEN = (
    "The access token provided is expired, revoked, malformed or invalid for other reasons."  # Harvest's words
)


def _kinds(root: type[SheafError] = SheafError) -> Iterator[type[SheafError]]:
    for kind in root.__subclasses__():
        if kind.__module__.partition(".")[0] == "sheaf":
            yield kind
        yield from _kinds(kind)


def _everything_that_sheaf_refuses() -> list[type[SheafError]]:
    for module in pkgutil.walk_packages(sheaf.__path__, "sheaf."):
        importlib.import_module(module.name)
    return sorted(set(_kinds()), key=lambda kind: kind.__name__)


def _example(kind: type[SheafError]) -> SheafError:
    """One of its kind, however it wants to be made."""
    if kind is AtomicError:
        return AtomicError(2, errors.InvalidError("no"))
    for arguments in ((), ("GET", "POST"), ("7",)):
        try:
            return kind(*arguments)
        except TypeError:
            continue
    raise AssertionError(f"give {kind.__name__} an example here")


def test_the_layer_refuses_in_as_many_ways_as_this_file_knows() -> None:
    assert len(_everything_that_sheaf_refuses()) >= 12


@pytest.mark.parametrize("kind", _everything_that_sheaf_refuses(), ids=lambda kind: kind.__name__)
def test_every_refusal_has_a_status_that_is_no_fault_of_ours(kind: type[SheafError]) -> None:
    status = error_response(_example(kind)).status
    assert 400 <= status < 500 or status == (202 if kind is UnderWayError else 503)


@pytest.mark.parametrize(
    ("error", "response"),
    [
        (
            errors.NotAuthenticatedError(),
            Response(
                401,
                {"error": "invalid_token", "error_description": INVALID_TOKEN},
                {
                    "WWW-Authenticate": 'Bearer realm="Sheaf", error="invalid_token", '
                    f'error_description="{INVALID_TOKEN}"'
                },
            ),
        ),
        (errors.WrongAccountError(), Response(404, {"status": 404, "error": "Not Found"})),
        (errors.NotFoundError(), Response(404, {"status": 404, "error": "Not Found"})),
        (
            errors.NotFoundError("task_id must be a positive integer below 2^53"),
            Response(
                404,
                {
                    "status": 404,
                    "error": "Not Found",
                    "message": "task_id must be a positive integer below 2^53",
                },
            ),
        ),
        (
            errors.NotPermittedError(),
            Response(403, {"message": "Not authorized!"}, {"Hint": "Not authorized!"}),
        ),
        (
            MethodNotAllowedError("PUT", "GET, POST"),
            Response(405, {"message": "PUT is not allowed here; use GET or POST"}, {"Allow": "GET, POST"}),
        ),
        (PayloadTooLargeError("too large"), Response(413, {"message": "too large"})),
        (UnsupportedMediaTypeError("no"), Response(415, {"message": "no"})),
        (errors.MalformedError("what?"), Response(400, {"message": "what?"})),
        (errors.InvalidError("A, B"), Response(422, {"message": "A, B"})),
        (NameTakenError(), Response(422, {"message": "Name has already been taken"})),
        (
            TaskHasTimeError(),
            Response(
                422,
                {"message": "This task is not removable. It still has time entries."},
                {"Hint": "This task is not removable. It still has time entries."},
            ),
        ),
        (
            UnderWayError(Id(7)),
            Response(
                202,
                {
                    "message": "It is decided and still being done; the operation says when it is completed",
                    "operation_id": 7,
                },
                {"Location": "/v2/operations/7"},
                is_kept=True,
            ),
        ),
        (errors.BusyError("later"), Response(503, {"message": "later"}, {"Retry-After": "7"})),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_refusal_is_answered_as_harvest_answers_it(
    error: SheafError, response: Response, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sheaf.backoff.SECONDS_APART", (7, 7))
    assert error_response(error) == response


def test_a_refusal_that_nobody_gave_a_status_is_a_fault_of_ours() -> None:
    class ForgottenError(SheafError):
        pass

    assert error_response(ForgottenError("x")).status == 500


def test_an_unexpected_error_says_nothing_of_itself() -> None:
    assert error_responses.internal_error_response() == Response(
        500, {"message": "Something went wrong on our side; nothing is known to be wrong with your request"}
    )
