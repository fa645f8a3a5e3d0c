"""entry_points: handlers of SQS messages. Each message succeeds, or is delivered again by itself.

Apart from `events`, because Powertools' batch processor costs a cold start more than all else here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from sheaf import origin
from sheaf.backoff import SECONDS
from sheaf.log import begin_invocation, count_error, logger

_NO_REQUEST = "none"
_LAST_ATTEMPT = SECONDS + 4  # seconds: a transaction tried for as long as that goes, and the reads before it


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message: its text, how often it was delivered (from 1), and the id of the request that delivers it now.

    `seconds` is for how long it may go on trying.
    """

    body: str
    times: int
    request_id: str
    seconds: float


@dataclass(frozen=True)
class QueueHandler:
    """A Lambda handler around `operate`, which takes one message. What it raises brings that message back later."""

    operate: Callable[[Delivery], None]

    @property
    def operation(self) -> str:
        """The operation's one name: that of its function and its folder."""
        return self.operate.__name__

    def __call__(self, event: Mapping[str, Any], context: Any = None) -> dict[str, Any]:
        """Take every message of the event; the answer names those that are to be delivered again."""
        begin_invocation(self.operation, context)
        request_id = getattr(context, "aws_request_id", _NO_REQUEST)

        def take(record: SQSRecord) -> None:
            times = int(record.attributes.approximate_receive_count)
            with origin.of_function(context):
                self._take(Delivery(record.body, times, request_id, _seconds(context)), record.message_id)

        processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
        answer: dict[str, Any] = dict(
            process_partial_response(event=dict(event), record_handler=take, processor=processor, context=context)
        )
        failed = len(answer["batchItemFailures"])
        logger().info("done", done=len(event["Records"]) - failed, failed=failed)
        return answer

    def _take(self, delivery: Delivery, message_id: str) -> None:
        log_context: dict[str, Any] = {"message_id": message_id, "times": delivery.times}
        try:
            self.operate(delivery)
        except Exception:
            logger().exception("unexpected error", **log_context)
            count_error()
            raise


def _seconds(context: Any) -> float:
    """For how long a message may go on, so that what it begins last is over when the function's time is."""
    if context is None:
        return SECONDS
    return float(context.get_remaining_time_in_millis()) / 1000 - _LAST_ATTEMPT


def queue_handler(operate: Callable[[Delivery], None]) -> QueueHandler:
    """The handler of messages of a queue."""
    return QueueHandler(operate)
