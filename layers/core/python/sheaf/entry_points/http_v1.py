"""entry_points: handlers of HTTP requests of v1: its authentication and its error responses."""

from collections.abc import Callable, Mapping

from sheaf.domain import errors
from sheaf.domain.errors import SheafError
from sheaf.domain.identity import Permission
from sheaf.domain.task_assignment import NoSuchTaskError
from sheaf.entry_points.http import V2, Dialect, Endpoint
from sheaf.http import error_responses, identity
from sheaf.http.request import Call
from sheaf.http.response import Reply
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
    errors.InvalidError: 400,
    errors.BusyError: 503,
}


def v1_endpoint(operate: Callable[[Call], Reply], permission: Permission) -> Endpoint:
    """The handler of a v1 operation that asks `permission` of its caller."""
    return Endpoint(operate, permission, lambda _call: V1)


def any_endpoint(operate: Callable[[Call], Reply], permission: Permission) -> Endpoint:
    """The handler of requests that may be meant for either version: v1 where its routes know the path."""
    return Endpoint(operate, permission, lambda call: V1 if is_v1_path(call.path) else V2)


def _refuse(call: Call, error: SheafError) -> Reply:
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
            headers = {"Retry-After": "1"}
    return formats.refuse(call, status, message or "Not Found", headers)


def _apologise(call: Call) -> Reply:
    body = error_responses.unexpected().body
    return formats.refuse(call, 500, str(body["message"] if isinstance(body, Mapping) else body), {})


V1 = Dialect(
    authenticate=identity.v1_caller,
    check=lambda call: formats.answer_format(call) and None,
    refuse=_refuse,
    apologise=_apologise,
)
