"""http: the one way into a handler. Authenticates, authorises, maps errors, logs one line and counts, for all alike."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from sheaf.domain.errors import MalformedError, NotPermittedError, SheafError
from sheaf.domain.identity import Permission
from sheaf.http import identity, problems
from sheaf.http.call import Call, read_call
from sheaf.http.reply import Reply
from sheaf.http.unmatched import redirect_or_refuse
from sheaf.log import count_error, logger, metrics


@dataclass(frozen=True)
class Endpoint:
    """A Lambda handler around `operate`, the function of one operation. Only instances of this class answer HTTP."""

    operate: Callable[[Call], Reply]
    permission: Permission

    @property
    def operation(self) -> str:
        """The operation's one name: that of its function, its folder and its OpenAPI operationId."""
        return self.operate.__name__

    def __call__(self, event: Mapping[str, Any], _context: object = None) -> dict[str, Any]:
        """Answer one event of API Gateway (payload format 2.0)."""
        started = time.perf_counter()
        call = read_call(event)
        try:
            call = replace(call, caller=identity.v2_caller(call))
            reply = self._answer(call)
        except SheafError as error:
            reply = problems.v2_problem(error)
        except Exception:  # noqa: BLE001 - the last line of defence: logged here, and answered without a detail
            logger().exception("unexpected error", request_id=call.request_id, operation=self.operation)
            reply = problems.unexpected()
        self._record(call, reply, (time.perf_counter() - started) * 1000)
        return reply.to_lambda(call.request_id)

    def _answer(self, call: Call) -> Reply:
        if not call.headers.get("user-agent", "").strip():
            raise MalformedError("User-Agent header is missing: name your application and a link or an email address")
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
    return Endpoint(operate, permission)
