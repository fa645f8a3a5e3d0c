"""entry_points: handlers of HTTP requests. Authenticates, authorises, maps errors, logs one line and counts."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from sheaf.domain.errors import MalformedError, NotPermittedError, SheafError
from sheaf.domain.identity import Caller, Permission
from sheaf.http import error_responses, identity
from sheaf.http.request import Call, read_call
from sheaf.http.response import Reply
from sheaf.http.unmatched import redirect_or_refuse
from sheaf.log import count_error, logger, metrics


@dataclass(frozen=True)
class Dialect:
    """How one version of the API recognises its callers and words its refusals.

    `check` raises a SheafError for what an authenticated request lacks beside its operation's own rules.
    """

    authenticate: Callable[[Call], Caller]
    check: Callable[[Call], None]
    refuse: Callable[[Call, SheafError], Reply]
    apologise: Callable[[Call], Reply]


@dataclass(frozen=True)
class Endpoint:
    """A Lambda handler around `operate`, the function of one operation. Only instances of this class answer HTTP."""

    operate: Callable[[Call], Reply]
    permission: Permission
    dialect_of: Callable[[Call], Dialect]

    @property
    def operation(self) -> str:
        """The operation's one name: that of its function, its folder and its OpenAPI operationId."""
        return self.operate.__name__

    def __call__(self, event: Mapping[str, Any], _context: object = None) -> dict[str, Any]:
        """Answer one event of API Gateway (payload format 2.0)."""
        started = time.perf_counter()
        call = read_call(event)
        dialect = self.dialect_of(call)
        try:
            call = replace(call, caller=dialect.authenticate(call))
            dialect.check(call)
            reply = self._answer(call)
        except SheafError as error:
            reply = dialect.refuse(call, error)
        except Exception:  # noqa: BLE001 - the last line of defence: logged here, and answered without a detail
            logger().exception("unexpected error", request_id=call.request_id, operation=self.operation)
            reply = dialect.apologise(call)
        self._record(call, reply, (time.perf_counter() - started) * 1000)
        return reply.to_lambda(call.request_id)

    def _answer(self, call: Call) -> Reply:
        if call.caller is None or not self.permission(call.caller.user):
            raise NotPermittedError
        if call.path.endswith((".json", "/")):  # `/v2/tasks/7.json` fits `/v2/tasks/{task_id}`: not for $default
            return redirect_or_refuse(call)
        return self.operate(call)

    def _record(self, call: Call, reply: Reply, duration: float) -> None:
        """One log line and one metric a request. The path is left out where it could carry a token: in its query."""
        caller = call.caller
        logger().info(
            "request",
            operation=self.operation,
            request_id=call.request_id,
            method=call.method,
            path=call.path,
            status=reply.status,
            duration_ms=round(duration, 1),
            account_id=caller and caller.account.id,
            user_id=caller and caller.user.id,
        )
        if reply.status >= 500:
            count_error()
        metrics().add_dimension(name="operation", value=self.operation)
        metrics().add_metric("Duration", MetricUnit.Milliseconds, duration)
        metrics().flush_metrics()


def v2_endpoint(operate: Callable[[Call], Reply], permission: Permission) -> Endpoint:
    """The handler of a v2 operation that asks `permission` of its caller."""
    return Endpoint(operate, permission, lambda _call: V2)


def _require_user_agent(call: Call) -> None:
    if not call.headers.get("user-agent", "").strip():
        raise MalformedError("User-Agent header is missing: name your application and a link or an email address")


V2 = Dialect(
    authenticate=identity.v2_caller,
    check=_require_user_agent,
    refuse=lambda _call, error: error_responses.v2_problem(error),
    apologise=lambda _call: error_responses.unexpected(),
)
