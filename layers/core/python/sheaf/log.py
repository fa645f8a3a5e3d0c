"""log: the only Logger and Metrics. Made at the first use, so that importing a handler does nothing."""

from functools import cache
from itertools import chain, repeat

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit, single_metric

from sheaf import settings


@cache
def logger() -> Logger:
    """The structured logger of this execution environment; its level is POWERTOOLS_LOG_LEVEL."""
    return Logger(service="sheaf")


_COLD_STARTS = chain([True], repeat(False))


def begin_invocation(operation: str, context: object) -> None:
    """Let every line from now on name the operation, Lambda's request id and whether the environment is a new one."""
    logger().append_keys(
        operation=operation,
        function_request_id=getattr(context, "aws_request_id", None),
        cold_start=next(_COLD_STARTS),
    )


@cache
def metrics() -> Metrics:
    """Metrics in the embedded format: CloudWatch reads them from the log, no call is made."""
    collected = Metrics(namespace="Sheaf", service="sheaf")
    collected.set_default_dimensions(stage=settings.stage())
    return collected


def count_error() -> None:
    """Count one fault of ours for the whole deployment: an alarm cannot add up the metrics of many operations."""
    _count("ServerErrors")


def count_failed_import() -> None:
    """Count one import that got stuck and was ended, through no fault of its file."""
    _count("FailedImports")


def _count(name: str) -> None:
    with single_metric(name=name, unit=MetricUnit.Count, value=1, namespace="Sheaf") as metric:
        metric.add_dimension(name="service", value="sheaf")
        metric.add_dimension(name="stage", value=settings.stage())
