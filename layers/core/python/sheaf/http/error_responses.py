"""http: what each refusal costs the caller. One table for v2; the statuses and bodies are Harvest's own where known."""

from collections.abc import Mapping

from sheaf import backoff
from sheaf.domain import errors
from sheaf.domain.errors import SheafError
from sheaf.domain.operation import UnderWayError
from sheaf.http.response import Response


class UnsupportedMediaTypeError(SheafError):
    """The body is in a format that this API does not read."""


class PayloadTooLargeError(SheafError):
    """The body is longer than anything this API has a use for."""


class MethodNotAllowedError(SheafError):
    """The path is known, the method is not; `allowed` names those that are."""

    def __init__(self, method: str, allowed: str) -> None:
        super().__init__(f"{method} is not allowed here; use {allowed.replace(', ', ' or ')}")
        self.allowed = allowed


class NotAcceptableError(SheafError):
    """The request takes only formats that this API does not write."""


_INVALID_TOKEN = "The access token provided is expired, revoked, malformed or invalid for other reasons."  # noqa: S105

# The first class that fits decides, so a special case stands before what it is a case of.
_STATUS: Mapping[type[SheafError], int] = {
    errors.NotAuthenticatedError: 401,
    errors.WrongAccountError: 404,
    errors.NotFoundError: 404,
    errors.NotPermittedError: 403,
    MethodNotAllowedError: 405,
    NotAcceptableError: 406,
    PayloadTooLargeError: 413,
    UnsupportedMediaTypeError: 415,
    errors.MalformedError: 400,
    errors.InvalidError: 422,
    errors.ChangedSinceError: 412,
    errors.BusyError: 503,
    UnderWayError: 202,
}


def error_response(error: SheafError) -> Response:
    """The v2 answer to a refusal."""
    status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 500)
    match error:
        case errors.NotAuthenticatedError():
            challenge = 'Bearer realm="Sheaf", error="invalid_token", error_description="' + _INVALID_TOKEN + '"'
            body = {"error": "invalid_token", "error_description": _INVALID_TOKEN}
            return Response(status, body, {"WWW-Authenticate": challenge})
        case errors.NotFoundError() | errors.WrongAccountError():
            explanation = {"message": str(error)} if str(error) else {}
            return Response(status, {"status": 404, "error": "Not Found", **explanation})
        case errors.NotPermittedError():
            return Response(status, {"message": "Not authorized!"}, {"Hint": "Not authorized!"})
        case UnderWayError(operation_id=operation_id):
            going_on = {"message": str(error), "operation_id": operation_id}
            return Response(status, going_on, {"Location": f"/v2/operations/{operation_id}"}, is_kept=True)
        case errors.NotRemovableError():
            return Response(status, {"message": str(error)}, {"Hint": str(error)})
        case MethodNotAllowedError():
            return Response(status, {"message": str(error)}, {"Allow": error.allowed})
        case errors.BusyError():
            return Response(status, {"message": str(error)}, {"Retry-After": str(backoff.retry_after())})
        case _:
            return Response(status, {"message": str(error)})


def internal_error_response() -> Response:
    """The answer to a fault of ours. What happened is in the log under the request id, never in the answer."""
    return Response(
        500, {"message": "Something went wrong on our side; nothing is known to be wrong with your request"}
    )
