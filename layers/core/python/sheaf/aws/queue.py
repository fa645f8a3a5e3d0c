"""aws: the SQS queues: those of imports and of webhooks, and that of the changes that could not be written."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sheaf import settings
from sheaf.aws.clients import sqs
from sheaf.aws.parts import parts
from sheaf.backoff import pause
from sheaf.domain.errors import BusyError
from sheaf.domain.identity import AccountId

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

RECEIVES = 5  # how often a message is delivered before it goes to the dead letters; the template says the same

_BATCH_MESSAGES = 10  # messages that one call sends
_BATCH_BYTES = 262_144  # of all messages of one call
_ATTEMPTS = 8
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 3.0  # seconds


LONGEST_DELAY = 900  # seconds


def send_batches(account_id: AccountId, bodies: Sequence[str], delay_seconds: int = 0) -> None:
    """Put batches of rows into the queue of imports, as `_send` says."""
    _send(settings.imports_queue_url(), account_id, bodies, delay_seconds)


def send_deliveries(account_id: AccountId, bodies: Sequence[str], delay_seconds: int) -> None:
    """Put what is to be sent to webhooks into their queue, as `_send` says."""
    _send(settings.webhooks_queue_url(), account_id, bodies, delay_seconds)


def send_dead_change(body: str) -> None:
    """Put a change that could not be written into the queue for operators."""
    sqs().send_message(QueueUrl=settings.changes_dead_letters_url(), MessageBody=body)


def _send(queue_url: str, account_id: AccountId, bodies: Sequence[str], delay_seconds: int) -> None:
    """Put messages into a queue. Each comes out once at least, in any order, after `delay_seconds` (900 at most).

    They are marked with their account, so that one account's many messages do not make another's few wait.

    Raises:
        BusyError: the queue kept refusing some; others may be in it.
    """
    for part in parts(bodies, _size, at_most=_BATCH_MESSAGES, most_bytes=_BATCH_BYTES):
        left: list[SendMessageBatchRequestEntryTypeDef] = [
            {
                "Id": str(number),
                "MessageBody": body,
                "MessageGroupId": str(account_id),
                "DelaySeconds": delay_seconds,
            }
            for number, body in enumerate(part)
        ]
        for attempt in range(_ATTEMPTS):
            answer = sqs().send_message_batch(QueueUrl=queue_url, Entries=left)
            refused = {failure["Id"]: failure for failure in answer.get("Failed", [])}
            faults = [failure for failure in refused.values() if failure.get("SenderFault")]
            if faults:
                raise ValueError(f"the queue takes no such message: {faults[0].get('Message')}")
            left = [entry for entry in left if entry["Id"] in refused]
            if not left:
                break
            pause(attempt, first=_FIRST_PAUSE, longest=_LONGEST_PAUSE)
        else:
            raise BusyError("The queue is busy")


def _size(body: str) -> int:
    return len(body.encode())
