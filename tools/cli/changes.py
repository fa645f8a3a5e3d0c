"""`sheaf changes`: what has happened to the records of an account, and changes that could not be written down."""

import csv
import json
import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sheaf.domain.change import Author, Change
from sheaf.domain.identity import AccountId
from sheaf.domain.values import Timestamp, to_timestamp
from sheaf.feed import writing
from sheaf.feed.events import DEPLOYMENT
from sheaf.feed.writing import StreamRecord
from sheaf.http.v2.change_responses import show_change
from sheaf.imports.report import guarded
from sheaf.store import accounts
from sheaf.store.feed import pages
from sheaf.store.feed.pages import ChangePage, FeedRequest
from tools.cli import arguments, deployment, output
from tools.cli.arguments import Parser
from tools.cli.deployment import Deployment, DeploymentError

PAUSE = 1.0  # seconds between two looks at the feed

_PAGE = 500
_COLUMNS = ("Sequence", "At", "By", "Request", "Kind", "Id", "Action", "Before", "After")
_LETTERS = 10  # that one call takes


def add_commands(changes: Parser) -> None:
    """Describe the commands to the parser of `sheaf changes`."""
    commands = changes.add_subparsers(required=True, metavar="COMMAND")
    tail = commands.add_parser(
        "tail",
        help="follow the feed",
        description="Print each change as it comes, a line each, until Ctrl-C.",
        examples="  sheaf changes tail --account 1 --kind task,task_assignment",
    )
    tail.set_defaults(run=_tail)
    tail.add_argument("--from-start", action="store_true", help="begin with the oldest change that is kept")
    output.add_option(tail)

    export = commands.add_parser(
        "export",
        help="write the feed as CSV",
        description="Print the changes that are kept as CSV, the oldest first.",
        examples="  sheaf changes export --account 1 --record project:7 --since 2026-11-01 > changes.csv",
    )
    export.set_defaults(run=_export)
    export.add_argument("--since", type=arguments.moment, metavar="TIME", help="only changes from this time on")
    export.add_argument("--until", type=arguments.moment, metavar="TIME", help="only changes before this time")
    for parser in (tail, export):
        arguments.add_account(parser)
        parser.add_argument("--kind", type=arguments.kinds, default=frozenset(), help="only these kinds: task,project")
        parser.add_argument("--record", type=arguments.record, help="only one record: task:5")
        deployment.add_options(parser)

    redrive = commands.add_parser(
        "redrive",
        help="write the changes in the dead letters into their feeds",
        description="Write the changes of all accounts that lie in the dead letters into their feeds.",
        examples="  sheaf changes redrive",
    )
    redrive.set_defaults(run=_redrive)
    deployment.add_options(redrive)


def _tail(given: Namespace, _now: Timestamp) -> None:
    _connect(given)
    after = 0 if given.from_start else pages.last_sequence(given.account)
    while True:
        page = _page(given, after)
        for change in page.changes:
            shown = show_change(change, DEPLOYMENT)
            print(json.dumps(shown, ensure_ascii=False) if given.json else _line(change))
        sys.stdout.flush()
        after = page.next
        if not page.has_more:
            time.sleep(PAUSE)


def _export(given: Namespace, _now: Timestamp) -> None:
    _connect(given)
    writer = csv.writer(sys.stdout)
    writer.writerow(_COLUMNS)
    for change in _all(given):
        if (given.since or "") <= change.origin.at and (given.until is None or change.origin.at < given.until):
            writer.writerow(map(guarded, _cells(change)))


def _all(given: Namespace) -> Iterator[Change]:
    page = _page(given, 0)
    yield from page.changes
    while page.has_more:
        page = _page(given, page.next)
        yield from page.changes


def _connect(given: Namespace) -> None:
    deployment.connect(given)
    accounts.get(given.account)


def _page(given: Namespace, after: int) -> ChangePage:
    account_id: AccountId = given.account

    def wanted(change: Change) -> Change | None:
        return change if not given.kind or change.kind in given.kind else None

    request = FeedRequest(after, _PAGE, to_timestamp(datetime.now(UTC)), wanted)
    if given.record is None:
        return pages.page(account_id, request)
    kind, record_id = given.record
    return pages.of_record(account_id, kind, record_id, request)


def _line(change: Change) -> str:
    what = f"{change.kind.lower()} {change.id} {change.action}"
    return f"{change.sequence}  {change.origin.at}  {what}  by {_author(change.origin.author)}"


def _author(author: Author) -> str:
    if author.user_id is not None:
        return f"user {author.user_id} ({author.name})"
    return "the operator" if author.import_id is None else f"import {author.import_id}"


def _cells(change: Change) -> Iterator[str]:
    shown = show_change(change, DEPLOYMENT)
    yield from (str(change.sequence), change.origin.at, _author(change.origin.author), change.origin.request_id)
    yield from (shown["kind"], str(change.id), change.action)
    for state in (shown["before"], shown["after"]):
        yield "" if state is None else json.dumps(state, ensure_ascii=False)


# ------------------------------------------------------------ dead letters


def _redrive(given: Namespace, _now: Timestamp) -> int:
    """Whether all of them are in the feeds now: 0, or 1 where some came back."""
    deployed = deployment.connect(given)
    deployed.use_for_changes()
    queue = deployed.client("sqs")
    letters = list(_letters(queue, deployed.dead_changes_url))
    records = [record for letter in letters for record in _records(deployed, json.loads(letter["Body"]))]
    again = writing.write(records)
    if again:
        raise DeploymentError(f"{len(again)} changes cannot be written now; nothing was taken from the dead letters")
    for letter in letters:
        queue.delete_message(QueueUrl=deployed.dead_changes_url, ReceiptHandle=letter["ReceiptHandle"])
    left = _count(queue, deployed.dead_changes_url)
    output.tell(f"{len(records)} changes were taken from the dead letters, {left} came back")
    return 1 if left else 0


def _letters(queue: Any, url: str) -> Iterator[dict[str, Any]]:
    """All that is in the queue; hidden from others for five minutes."""
    while True:
        answer = queue.receive_message(
            QueueUrl=url, MaxNumberOfMessages=_LETTERS, VisibilityTimeout=300, WaitTimeSeconds=1
        )
        if not answer.get("Messages"):
            return
        yield from answer["Messages"]


def _records(deployed: Deployment, body: dict[str, Any]) -> Iterator[StreamRecord]:
    """The records that a letter holds, or names: Lambda says only where in the stream they are, for 24 hours."""
    if "record" in body:
        yield body["record"]
        return
    batch = body["DDBStreamBatchInfo"]
    streams = deployed.client("dynamodbstreams")
    iterator = streams.get_shard_iterator(
        StreamArn=batch["streamArn"],
        ShardId=batch["shardId"],
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        SequenceNumber=batch["startSequenceNumber"],
    )["ShardIterator"]
    while iterator:
        answer = streams.get_records(ShardIterator=iterator)
        for record in answer["Records"]:
            told = record["dynamodb"]
            yield {**record, "dynamodb": {**told, "ApproximateCreationDateTime": 0.0}}
            if told["SequenceNumber"] == batch["endSequenceNumber"]:
                return
        if not answer["Records"]:
            return
        iterator = answer.get("NextShardIterator")


def _count(queue: Any, url: str) -> int:
    answer = queue.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])
