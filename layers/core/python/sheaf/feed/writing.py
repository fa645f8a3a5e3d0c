"""feed: a batch of the table's stream, written into the feeds of its accounts and told on the event bus.

However often a record of the stream comes, in whatever order and beside whatever else, its change is in the feed once.
"""

import json
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sheaf.aws import event_bus, queue
from sheaf.domain.errors import BusyError
from sheaf.domain.identity import AccountId
from sheaf.domain.values import to_timestamp
from sheaf.feed import deliveries
from sheaf.feed.events import event_of
from sheaf.log import count_error, logger
from sheaf.store import table_stream
from sheaf.store.feed import appending
from sheaf.store.table_stream import RecordChange

PATIENCE = 15.0  # seconds that a change may wait for the one before it; then that is in the dead letters too

type StreamRecord = Mapping[str, Any]
"""A record of the stream as Lambda delivers it."""


@dataclass(frozen=True, slots=True)
class _Told:
    """A change, and the record of the stream that tells of it."""

    record: StreamRecord
    change: RecordChange


def write(records: Sequence[StreamRecord]) -> list[StreamRecord]:
    """Write what these records tell of; the records that are to be delivered again.

    One that cannot be read goes to the dead letters, and so does a change whose predecessor does not come. The account
    with the fewest changes comes first: a flood of another one does not keep it waiting.
    """
    of_accounts: dict[AccountId, list[_Told]] = defaultdict(list)
    for record in records:
        images = record["dynamodb"]
        try:
            change = table_stream.read(images.get("OldImage"), images.get("NewImage"))
        except Exception:  # noqa: BLE001 - whatever is wrong with it, the others are written
            logger().exception("a record of the stream cannot be read", event_id=record.get("eventID"))
            _send_to_dead_letters(record, "cannot be read")
            continue
        if change is not None:
            of_accounts[change.account_id].append(_Told(record, change))
    again: list[StreamRecord] = []
    for account_id, told in sorted(of_accounts.items(), key=lambda item: len(item[1])):
        again += _write_of_account(account_id, told)
    return again


def _write_of_account(account_id: AccountId, told: Sequence[_Told]) -> list[StreamRecord]:
    """The same of one account's changes, in the order in which they were made."""
    waiting = [each.change for each in sorted(told, key=lambda each: each.change.origin.at)]
    try:
        while waiting:
            appended = appending.append(account_id, waiting, to_timestamp(datetime.now(UTC)))
            event_bus.send_all([event_of(account_id, change) for change in appended.changes])
            deliveries.enqueue(account_id, appended.changes)
            if len(appended.waiting) == len(waiting):
                break
            waiting = list(appended.waiting)  # what comes before some of them is in the feed now
    except BusyError as busy:
        logger().warning("changes put off", reason=str(busy), account_id=account_id, changes=len(told))
        return [each.record for each in told]
    left = {(change.kind, change.id, change.position) for change in waiting}
    again = []
    for each in told:
        change = each.change
        if (change.kind, change.id, change.position) not in left:
            continue
        if time.time() - float(each.record["dynamodb"]["ApproximateCreationDateTime"]) < PATIENCE:
            again.append(each.record)
        else:
            logger().error("the change before this one did not come", account_id=account_id, kind=change.kind)
            _send_to_dead_letters(each.record, "the change before it did not come")
    return again


def _send_to_dead_letters(record: StreamRecord, reason: str) -> None:
    """Keep a record for an operator (`sheaf changes redrive`); nothing of it is in the log."""
    count_error()
    queue.send_dead_change(json.dumps({"reason": reason, "record": record}, ensure_ascii=False))
