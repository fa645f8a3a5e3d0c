"""feed: changes on their way to webhooks, by a queue.

A message names a stretch of the feed, not what is in it: the feed is read when it is sent. So a message is short, and
a flood of changes is a few messages. What a receiver does not take is sent again after pauses that grow, for three
days; the queue cannot hold a message back for so long, so a message that comes too early goes back into it.
"""

import json
import random
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sheaf.aws import queue
from sheaf.domain.change import Change
from sheaf.domain.errors import NotFoundError
from sheaf.domain.identity import AccountId
from sheaf.domain.values import Id, Timestamp, to_timestamp
from sheaf.domain.webhook import DeliveryStatus, Outcome, Webhook, WebhookDelivery, switched_off
from sheaf.feed.events import event_of, kind_of
from sheaf.log import logger
from sheaf.store import webhooks
from sheaf.store.feed import pages
from sheaf.store.feed.pages import FeedRequest
from sheaf.store.webhooks import Receiver
from sheaf.webhooks import sending
from sheaf.webhooks.sending import Message

SECONDS_KEPT = 3 * 24 * 3600  # for which a change is sent again
FIRST_PAUSE, LONGEST_PAUSE, GROWTH = 5, 6 * 3600, 4  # seconds, seconds, times
GONE = 410  # by which a receiver says that it wants nothing any more
PAGE = 100  # changes that are read at once
_ONE_MORE = sending.SECONDS + 10  # seconds that the last request takes, with looking up its host and noting it down
_NOTED_EVERY = 60  # seconds between two notes that something was delivered


@dataclass(frozen=True, slots=True)
class Stretch:
    """The changes of an account from `first` to `last` that a webhook is to be sent, not before `not_before`.

    They were sent `attempts` times since `since`. Times are in seconds since 1970.
    """

    account_id: AccountId
    webhook_id: Id
    first: int
    last: int
    attempts: int = 0
    since: int = 0
    not_before: int = 0


def enqueue(account_id: AccountId, changes: Sequence[Change]) -> None:
    """Have changes of an account sent to those of its webhooks that want them. Raises BusyError."""
    if not changes:
        return
    stretches = [
        Stretch(account_id, webhook.id, first, last)
        for webhook in webhooks.everything(account_id)
        if webhook.is_active
        for first, last in _stretches([change.sequence for change in changes if _wants(webhook, change)])
    ]
    _put_into_queue(account_id, stretches)


def replay(account_id: AccountId, webhook: Webhook, after: int, now: Timestamp) -> tuple[int, int]:
    """Have a webhook sent, one after another, all that follows a change; the first and the last number of that.

    Raises:
        ChangesGoneError: some of it is not kept any more. BusyError.
    """
    pages.page(account_id, FeedRequest(after, 1, now))
    last = pages.last_sequence(account_id)
    if after < last:
        _put_into_queue(account_id, [Stretch(account_id, webhook.id, after + 1, last)])
    return after + 1, last


def deliver(text: str, seconds: float) -> None:
    """Send what a message of the queue names; but for the first change, only as long as `seconds` last.

    What there is no time for goes back into the queue, and so does what is not taken.
    """
    stretch = Stretch(**json.loads(text))
    if stretch.not_before > time.time():
        _put_into_queue(stretch.account_id, [stretch])
        return
    receiver = webhooks.receiver(stretch.account_id, stretch.webhook_id)
    if receiver is not None:
        _Sending(stretch, receiver, time.monotonic() + seconds - _ONE_MORE).run()


def ping(account_id: AccountId, webhook: Webhook, now: Timestamp) -> Outcome:
    """Send a message to a webhook that tells of no change, and see what is answered."""
    body = {"type": "webhook.ping", "timestamp": now, "data": {"account_id": account_id, "webhook_id": webhook.id}}
    message = Message(f"ping_{secrets.token_hex(8)}", int(time.time()), _bytes(body))
    return sending.send(webhook.url, webhooks.secret(account_id, webhook.id), message)


def message_of(account_id: AccountId, change: Change, sent_at: int) -> Message:
    """A change as a webhook is sent it. Its id is the same at each time and for each webhook."""
    event = event_of(account_id, change)
    body = {"type": event.kind, "timestamp": change.origin.at, "data": event.detail}
    return Message(f"change_{account_id}_{change.sequence}", sent_at, _bytes(body))


class _Sending:
    """Sending a stretch to its receiver until `deadline` (of the monotonic clock)."""

    def __init__(self, stretch: Stretch, receiver: Receiver, deadline: float) -> None:
        self._stretch, self._receiver, self._deadline = stretch, receiver, deadline
        self._delivered_at = receiver.delivered_at

    def run(self) -> None:
        """Go through the feed; where the time is over, what is left goes back into the queue, but never all of it."""
        stretch, position, has_more, sent = self._stretch, self._stretch.first - 1, True, 0
        while has_more and position < stretch.last:
            now = _timestamp(time.time())
            page = pages.page(stretch.account_id, FeedRequest(position, PAGE, now, self._wanted))
            for change in page.changes:
                if change.sequence > stretch.last:
                    return
                if sent and self._is_late():
                    self._again(replace(stretch, first=change.sequence))
                    return
                sent += 1
                if not self._send(change):
                    return
            position, has_more = page.next, page.has_more
            if has_more and position < stretch.last and self._is_late():
                self._again(replace(stretch, first=position + 1))
                return

    def _is_late(self) -> bool:
        return time.monotonic() > self._deadline

    def _wanted(self, change: Change) -> Change | None:
        return change if _wants(self._receiver.webhook, change) else None

    def _send(self, change: Change) -> bool:
        """Send one change; whether the next one is to be sent now too."""
        stretch, webhook = self._stretch, self._receiver.webhook
        started = int(time.time())
        outcome = sending.send(webhook.url, self._receiver.secret, message_of(stretch.account_id, change, started))
        if outcome.is_delivered:
            self._note(change, outcome, DeliveryStatus.DELIVERED)
            self._note_delivered()
            return True
        logger().info(
            "not delivered",
            webhook_id=webhook.id,
            sequence=change.sequence,
            attempts=stretch.attempts + 1,
            outcome=asdict(outcome),
        )
        if outcome.response_status == GONE:
            return self._switch_off(change, outcome, f"the receiver answered {GONE}")
        due = int(time.time()) + pause_after(stretch.attempts + 1)
        # Whoever has switched the webhook on again, or changed it, gives it three days more.
        since = max(stretch.since or started, _seconds(webhook.updated_at))
        if due - since > SECONDS_KEPT:
            return self._give_up(change, outcome, _timestamp(since))
        # A receiver that does not answer is spared the rest; an answer is about this change alone.
        last = stretch.last if outcome.response_status is None else change.sequence
        self._again(
            replace(
                stretch, first=change.sequence, last=last, attempts=stretch.attempts + 1, since=since, not_before=due
            )
        )
        self._note(change, outcome, DeliveryStatus.RETRYING, due)
        return outcome.response_status is not None

    def _give_up(self, change: Change, outcome: Outcome, since: Timestamp) -> bool:
        """The time of a change is over: where nothing else was taken in that time either, that of the webhook too."""
        if self._delivered_at is None or self._delivered_at < since:
            return self._switch_off(change, outcome, f"nothing could be delivered since {since}: {outcome.error}")
        self._note(change, outcome, DeliveryStatus.FAILED)
        return True

    def _switch_off(self, change: Change, outcome: Outcome, reason: str) -> bool:
        """Switch the webhook off, unless it has another address by now."""
        known, now = self._receiver.webhook, _timestamp(time.time())
        self._note(change, outcome, DeliveryStatus.FAILED)
        account_id = self._stretch.account_id
        logger().warning("webhook switched off", account_id=account_id, webhook_id=known.id, reason=reason)
        with suppress(NotFoundError):
            webhooks.update(
                self._stretch.account_id,
                known.id,
                lambda webhook: switched_off(webhook, reason, now) if webhook.url == known.url else webhook,
            )
        return False

    def _again(self, stretch: Stretch) -> None:
        _put_into_queue(stretch.account_id, [stretch])

    def _note(self, change: Change, outcome: Outcome, status: DeliveryStatus, due: int | None = None) -> None:
        now = time.time()
        webhooks.note_delivery(
            self._stretch.account_id,
            self._stretch.webhook_id,
            WebhookDelivery(
                sequence=change.sequence,
                event=kind_of(change),
                status=status,
                attempts=self._stretch.attempts + 1,
                attempted_at=_timestamp(now),
                response_status=outcome.response_status,
                error=outcome.error,
                next_attempt_at=None if due is None else _timestamp(due),
            ),
        )

    def _note_delivered(self) -> None:
        now = time.time()
        if self._delivered_at is None or self._delivered_at < _timestamp(now - _NOTED_EVERY):
            self._delivered_at = _timestamp(now)
            webhooks.note_delivered(self._stretch.account_id, self._stretch.webhook_id, self._delivered_at)


def pause_after(attempts: int) -> int:
    """Seconds before a change is sent again that was sent so often; not all receivers' at the same moment."""
    pause: int = min(LONGEST_PAUSE, FIRST_PAUSE * GROWTH ** (attempts - 1))
    return round(pause * random.uniform(1, 1.2))  # noqa: S311 - no secret


def _wants(webhook: Webhook, change: Change) -> bool:
    return not webhook.kinds or change.kind in webhook.kinds


def _stretches(sequences: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The first and the last of the numbers that follow one another."""
    for _, run in groupby(enumerate(sorted(sequences)), key=lambda place: place[1] - place[0]):
        numbers = [sequence for _, sequence in run]
        yield numbers[0], numbers[-1]


def _put_into_queue(account_id: AccountId, stretches: Sequence[Stretch]) -> None:
    """Each after its own pause, as far as the queue can hold it back."""
    now = int(time.time())
    for delay, group in groupby(stretches, key=lambda each: min(queue.LONGEST_DELAY, max(0, each.not_before - now))):
        bodies = [json.dumps(asdict(stretch)) for stretch in group]
        queue.send_deliveries(account_id, bodies, delay)


def _bytes(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _seconds(timestamp: Timestamp) -> int:
    return int(datetime.fromisoformat(timestamp).timestamp())


def _timestamp(seconds: float) -> Timestamp:
    return to_timestamp(datetime.fromtimestamp(seconds, UTC))
