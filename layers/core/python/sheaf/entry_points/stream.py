"""entry_points: handlers of the table's stream. Records that are to come again are named, so the others do not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sheaf import origin
from sheaf.log import begin_invocation, count_error, logger


@dataclass(frozen=True)
class StreamHandler:
    """A Lambda handler around `operate`, which takes records of the stream and returns those to be delivered again."""

    operate: Callable[[Sequence[Mapping[str, Any]]], Sequence[Mapping[str, Any]]]

    @property
    def operation(self) -> str:
        """The operation's one name: that of its function and its folder."""
        return self.operate.__name__

    def __call__(self, event: Mapping[str, Any], context: object = None) -> dict[str, Any]:
        """Take a batch. Lambda begins anew at the first of the records that the answer names."""
        begin_invocation(self.operation, context)
        records = event["Records"]
        try:
            with origin.of_function(context):
                again = self.operate(records)
        except Exception:
            logger().exception("unexpected error")
            count_error()
            raise
        logger().info("done", done=len(records) - len(again), failed=len(again))
        return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]} for record in again]}


def stream_handler(operate: Callable[[Sequence[Mapping[str, Any]]], Sequence[Mapping[str, Any]]]) -> StreamHandler:
    """The handler of the table's stream."""
    return StreamHandler(operate)
