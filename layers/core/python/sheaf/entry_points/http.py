"""entry_points: handlers of HTTP requests. Authenticates, authorises, maps errors, logs one line and counts."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from sheaf import origin
from sheaf.domain.errors import MalformedError, NotPermittedError, SheafError
from sheaf.domain.identity import Caller, Permission, everybody
from sheaf.http import error_responses, idempotency, identity
from sheaf.http.request import Request, read_request
from sheaf.http.response import Response
from sheaf.http.unmatched import redirect_or_refuse
from sheaf.log import begin_invocation, count_error, logger, metrics


@dataclass(frozen=True)
class ApiVersion:
    """How one version of the API recognises its callers and words its refusals.

    `check` raises a SheafError for what an authenticated request lacks beside its operation's own rules.
    """

    authenticate: Callable[[Request], Caller]
    check: Callable[[Request], None]
    error_response: Callable[[Request, SheafError], Response]
    internal_error_response: Callable[[Request], Response]


@dataclass(frozen=True)
class Endpoint:
    """A Lambda handler around `operate`, the function of one operation. Only instances of this class answer HTTP.

    Without a `permission` it asks nobody who they are.
    """

    operate: Callable[[Request], Response]
    permission: Permission | None
    api_version_of: Callable[[Request], ApiVersion]

    @property
    def operation(self) -> str:
        """The operation's one name: that of its function, its folder and its OpenAPI operationId."""
        return self.operate.__name__

    def __call__(self, event: Mapping[str, Any], context: object = None) -> dict[str, Any]:
        """Answer one event of API Gateway (payload format 2.0)."""
        started = time.perf_counter()
        begin_invocation(self.operation, context)
        request = read_request(event)
        version = self.api_version_of(request)
        try:
            request, response = self._answered(request, version)
        except Exception:  # noqa: BLE001 - the last line of defence: logged here, and answered without a detail
            logger().exception("unexpected error", request_id=request.request_id)
            response = version.internal_error_response(request)
        self._record(request, response, (time.perf_counter() - started) * 1000)
        known = request.headers.get("if-none-match", "") if request.method == "GET" else ""
        return response.to_lambda(request.request_id, takes_gzip=request.takes_gzip, known=known)

    def _answered(self, request: Request, version: ApiVersion) -> tuple[Request, Response]:
        """The request with its caller, as far as they are known, and what is answered to it."""
        refusal: SheafError | None = None
        try:
            if self.permission is None:
                return request, self.operate(request)
            request = replace(request, caller=version.authenticate(request))
            version.check(request)
            idempotency.keyed(request)  # a key that is none is refused before anything is done
            with origin.of(request.origin):
                response = self._answer(request, self.permission)
        except SheafError as error:
            response, refusal = version.error_response(request, error), error
        if request.caller is None:
            return request, response
        try:
            return request, idempotency.settled(request, response, refusal)
        except SheafError as error:
            return request, version.error_response(request, error)

    def _answer(self, request: Request, permission: Permission) -> Response:
        if request.caller is None or not permission(request.caller.user):
            raise NotPermittedError
        if request.path.endswith((".json", "/")):  # `/v2/tasks/7.json` fits `/v2/tasks/{task_id}`: not for $default
            return redirect_or_refuse(request)
        return self.operate(request)

    def _record(self, request: Request, response: Response, duration: float) -> None:
        """One log line and one metric a request. The path is left out where it could carry a token: in its query."""
        caller = request.caller
        logger().info(
            "request",
            request_id=request.request_id,
            method=request.method,
            path=request.path,
            status=response.status,
            duration_ms=round(duration, 1),
            account_id=caller and caller.account.id,
            user_id=caller and caller.user.id,
        )
        if response.status >= 500:
            count_error()
        metrics().add_dimension(name="operation", value=self.operation)
        metrics().add_metric("Duration", MetricUnit.Milliseconds, duration)
        metrics().flush_metrics()


def v2_endpoint(operate: Callable[[Request], Response], permission: Permission) -> Endpoint:
    """The handler of a v2 operation that asks `permission` of its caller."""
    return Endpoint(operate, permission, lambda _call: V2)


def token_endpoint(operate: Callable[[Request], Response]) -> Endpoint:
    """The handler of a v2 operation for whoever has a token and does not know of which account."""
    return Endpoint(operate, everybody, lambda _call: V2_BY_TOKEN)


def public_endpoint(operate: Callable[[Request], Response]) -> Endpoint:
    """The handler of what is the same for everybody and reads nothing of any account: it asks for no credentials."""
    return Endpoint(operate, None, lambda _call: V2)


def _require_user_agent(request: Request) -> None:
    if not request.headers.get("user-agent", "").strip():
        raise MalformedError("User-Agent header is missing: name your application and a link or an email address")


V2 = ApiVersion(
    authenticate=identity.v2_caller,
    check=_require_user_agent,
    error_response=lambda _call, error: error_responses.error_response(error),
    internal_error_response=lambda _call: error_responses.internal_error_response(),
)
V2_BY_TOKEN = replace(V2, authenticate=identity.token_caller)
