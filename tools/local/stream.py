"""The stream of a table on a local engine, read as Lambda reads it, and its changes put into the feed."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sheaf import settings
from sheaf.aws.clients import configuration
from sheaf.aws.dynamodb import dynamodb, new_session
from sheaf.domain.identity import AccountId
from sheaf.domain.values import to_timestamp
from sheaf.store import reads, table_stream
from sheaf.store.feed import appending
from sheaf.store.feed.blocks import note
from sheaf.store.table_stream import RecordChange
from tools.template import template

_PART = 100  # changes that are looked for at once

type Record = dict[str, Any]


class Stream:
    """The stream of the table that the store works on, from its beginning on."""

    def __init__(self) -> None:
        """Find the stream."""
        self._streams: Any = new_session().client("dynamodbstreams", config=configuration(read_timeout=10))
        self.arn: str = dynamodb().describe_table(TableName=settings.table_name())["Table"]["LatestStreamArn"]
        (shard,) = self._streams.describe_stream(StreamArn=self.arn)["StreamDescription"]["Shards"]
        self.shard: str = shard["ShardId"]
        place = {"StreamArn": self.arn, "ShardId": self.shard, "ShardIteratorType": "TRIM_HORIZON"}
        self._iterator = self._streams.get_shard_iterator(**place)["ShardIterator"]

    def read(self) -> list[Record]:
        """What has come since this was asked last and passes the filter of the function's mapping."""
        found: list[Record] = []
        while True:
            answer = self._streams.get_records(ShardIterator=self._iterator)
            self._iterator = answer["NextShardIterator"]
            if not answer["Records"]:
                return found
            found += filter(_is_delivered, answer["Records"])


def write_feed(account_id: AccountId) -> None:
    """Put all that was changed in a new table into the feed of its only account."""
    _append(account_id, _changes())


def write_rest() -> None:
    """Put into the feeds what the function has not come to yet: the end of the stream, which it reads in order."""
    changes = _changes()
    start = len(changes)
    while start and not _are_written(changes[max(0, start - _PART) : start]):
        start = max(0, start - _PART)
    for account_id in {change.account_id for change in changes[start:]}:
        _append(account_id, [change for change in changes[start:] if change.account_id == account_id])


def _changes() -> list[RecordChange]:
    images = [(record["dynamodb"].get("OldImage"), record["dynamodb"].get("NewImage")) for record in Stream().read()]
    return [change for old, new in images if (change := table_stream.read(old, new)) is not None]


def _are_written(changes: Sequence[RecordChange]) -> bool:
    return len(reads.items([note(change, change.position) for change in changes])) == len(changes)


def _append(account_id: AccountId, changes: Sequence[RecordChange]) -> None:
    appending.append(account_id, changes, to_timestamp(datetime.now(UTC)))


def _is_delivered(record: Mapping[str, Any]) -> bool:
    (pattern,) = template()["Resources"]["OnTableChangesMapping"]["Properties"]["FilterCriteria"]["Filters"]
    return _matches(json.loads(pattern["Pattern"]), record)


def _matches(pattern: Any, value: Any) -> bool:
    """Whether a value fits a pattern of Lambda's event filtering; of these only `exists` is known here."""
    if pattern == [{"exists": True}]:
        return value is not None
    return isinstance(value, Mapping) and all(_matches(inner, value.get(name)) for name, inner in pattern.items())
