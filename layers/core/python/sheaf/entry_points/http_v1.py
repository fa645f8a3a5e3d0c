"""entry_points: handlers of HTTP requests of v1: its authentication and its error responses."""

from collections.abc import Callable, Mapping

from sheaf import backoff
from sheaf.domain import errors
from sheaf.domain.errors import SheafError
from sheaf.domain.idempotency import OtherRequestError
from sheaf.domain.identity import Permission
from sheaf.domain.operation import UnderWayError
from sheaf.domain.task_assignment import NoSuchTaskError
from sheaf.entry_points.http import V2, ApiVersion, Endpoint
from sheaf.http import error_responses, identity
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.unmatched import is_v1_path
from sheaf.http.v1 import formats

# v1 knows no 403 and no 422: what somebody may not see is not there, and whatever breaks a rule is a bad request.
_STATUS: Mapping[type[SheafError], int] = {
    errors.NotAuthenticatedError: 401,
    errors.WrongAccountError: 404,
    errors.NotFoundError: 404,
    errors.NotPermittedError: 404,
    NoSuchTaskError: 404,
    error_responses.MethodNotAllowedError: 405,
    error_responses.NotAcceptableError: 406,
    error_responses.PayloadTooLargeError: 400,
    error_responses.UnsupportedMediaTypeError: 415,
    errors.MalformedError: 400,
    OtherRequestError: 422,
    errors.InvalidError: 400,
    errors.ChangedSinceError: 412,
    errors.BusyError: 503,
    UnderWayError: 202,
}


def v1_endpoint(operate: Callable[[Request], Response], permission: Permission) -> Endpoint:
    """The handler of a v1 operation that asks `permission` of its caller."""
    return Endpoint(operate, permission, lambda _call: V1)


def any_endpoint(operate: Callable[[Request], Response], permission: Permission) -> Endpoint:
    """The handler of requests that may be meant for either version: v1 where its routes know the path."""
    return Endpoint(operate, permission, lambda request: V1 if is_v1_path(request.path) else V2)


def _error_response(request: Request, error: SheafError) -> Response:
    status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 500)
    message = str(error)
    headers: dict[str, str] = {}
    match error:
        case errors.NotAuthenticatedError():
            message = "Authentication failed: send your email address and an access token by HTTP Basic"
            headers = {"WWW-Authenticate": 'Basic realm="Sheaf"'}
        case errors.NotPermittedError() | NoSuchTaskError():  # nothing but "Not Found": see _STATUS
            message = ""
        case errors.NotRemovableError():
            headers = {"Hint": message}
        case error_responses.MethodNotAllowedError():
            headers = {"Allow": error.allowed}
        case errors.BusyError():
            headers = {"Retry-After": str(backoff.retry_after())}
    return formats.error_response(request, status, message or "Not Found", headers)


def _internal_error_response(request: Request) -> Response:
    body = error_responses.internal_error_response().body
    return formats.error_response(request, 500, str(body["message"] if isinstance(body, Mapping) else body), {})


V1 = ApiVersion(
    authenticate=identity.v1_caller,
    check=lambda request: formats.answer_format(request) and None,
    error_response=_error_response,
    internal_error_response=_internal_error_response,
)
