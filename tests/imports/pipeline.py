"""What lies between the functions of an import, in one process: the bucket, the queue, and the bus.

Objects and messages go through the engine's S3 and SQS, so that these take them as they are; who gets which message,
when and how often is up to the test. The engine's bus is only listened to.
"""

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from functions.on_import_rows.handler import handler as rows_handler
from functions.on_import_uploaded.handler import handler as uploaded_handler
from functions.on_import_watch_due.handler import handler as watch_handler
from sheaf import settings
from sheaf.aws import clients, files, queue
from tests.support.api import BUCKET

AT_ONCE = 5  # messages that one invocation gets


@dataclass
class Message:
    """One message in the queue, and how often it was delivered."""

    id: str
    body: str
    times: int = 0

    def record(self) -> dict[str, Any]:
        """As Lambda manual_clock it to the function."""
        return {
            "messageId": self.id,
            "receiptHandle": self.id,
            "body": self.body,
            "attributes": {"ApproximateReceiveCount": str(self.times)},
            "messageAttributes": {},
            "md5OfBody": "",
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-central-1:000000000000:imports",
            "awsRegion": "eu-central-1",
        }


@dataclass(frozen=True)
class Context:
    """What of Lambda's context is looked at."""

    aws_request_id: str = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        """All that the template gives the function."""
        return 40_000


@dataclass
class ImportPipeline:
    """Brings uploads and messages to the functions, and keeps what was announced."""

    queue_url: str
    messages: list[Message] = field(default_factory=list)
    dead: list[Message] = field(default_factory=list)
    announced: list[dict[str, Any]] = field(default_factory=list)

    def upload(self, key: str, content: bytes) -> dict[str, Any]:
        """Put an object, and return the event that tells of it."""
        answer = clients.s3().put_object(Bucket=BUCKET, Key=key, Body=content)
        return told(key, answer["ETag"].strip('"'), len(content), answer["VersionId"])

    def tell(self, event: Mapping[str, Any]) -> int:
        """Have the file of an upload cut; how many batches went into the queue."""
        done = uploaded_handler(event)["done"]
        self.collect()
        return done

    def collect(self) -> None:
        """Take what the queue holds."""
        while found := clients.sqs().receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10).get("Messages"):
            for item in found:
                clients.sqs().delete_message(QueueUrl=self.queue_url, ReceiptHandle=item["ReceiptHandle"])
                self.messages.append(Message(item["MessageId"], item["Body"]))

    def deliver(self, messages: Sequence[Message] | None = None) -> list[Message]:
        """Deliver messages, by default all in the queue; those that are to come again, which stay in the queue."""
        back = []
        chosen = list(self.messages if messages is None else messages)
        for start in range(0, len(chosen), AT_ONCE):
            part = chosen[start : start + AT_ONCE]
            for message in part:
                message.times += 1
            answer = rows_handler({"Records": [message.record() for message in part]}, Context())
            failed = {item["itemIdentifier"] for item in answer["batchItemFailures"]}
            back += [message for message in part if message.id in failed]
            self.messages = [message for message in self.messages if message not in part or message.id in failed]
        self.dead += [item for item in back if item.times >= queue.RECEIVES]
        self.messages = [message for message in self.messages if message.times < queue.RECEIVES]
        return back

    def run(self) -> None:
        """Deliver until the queue is empty."""
        while self.messages:
            self.deliver()

    def send(self, key: str, content: bytes) -> None:
        """The whole way of a file."""
        self.tell(self.upload(key, content))
        self.run()

    def watch(self) -> int:
        """Let a minute pass for the watchdog."""
        return watch_handler()["done"]

    def report(self, import_id: int, account_id: int = 1) -> str:
        """The report on an import."""
        body = clients.s3().get_object(Bucket=BUCKET, Key=files.report_key(account_id, import_id))["Body"]  # type: ignore[arg-type]
        text: str = body.read().decode("utf-8-sig")
        return text


def told(key: str, etag: str, size: int, version: str | None = None, bucket: str = BUCKET) -> dict[str, Any]:
    """EventBridge's "Object Created", as S3 sends it."""
    stored: dict[str, Any] = {"key": key, "size": size, "etag": etag, "sequencer": "0062E99A88DC407460"}
    if version:
        stored["version-id"] = version
    return {
        "version": "0",
        "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": "000000000000",
        "time": "2026-03-01T12:00:00Z",
        "region": "eu-central-1",
        "resources": [f"arn:aws:s3:::{bucket}"],
        "detail": {
            "version": "0",
            "bucket": {"name": bucket},
            "object": stored,
            "request-id": "N4N7GDK58NMKJ12R",
            "requester": "000000000000",
            "source-ip-address": "127.0.0.1",
            "reason": "PutObject",
        },
    }


@contextmanager
def running_pipeline(monkeypatch: pytest.MonkeyPatch) -> Iterator[ImportPipeline]:
    """The bucket and a queue of its own, known to the functions by their settings."""
    with ExitStack() as stack:
        monkeypatch.setenv("IMPORTS_BUCKET", BUCKET)
        monkeypatch.setenv("EVENT_BUS", "default")
        _make_bucket()
        url = clients.sqs().create_queue(QueueName=f"imports-{secrets.token_hex(4)}")["QueueUrl"]
        stack.callback(lambda: clients.sqs().delete_queue(QueueUrl=url))
        monkeypatch.setenv("IMPORTS_QUEUE_URL", url)
        for setting in (settings.imports_bucket, settings.imports_queue_url, settings.event_bus):
            setting.cache_clear()
            stack.callback(setting.cache_clear)
        pipeline = ImportPipeline(url)

        def hear(params: Mapping[str, Any], **_: object) -> None:
            for entry in params["Entries"]:
                detail = json.loads(entry["Detail"])
                pipeline.announced.append({"source": entry["Source"], "detail-type": entry["DetailType"], **detail})

        name = "provide-client-params.events.PutEvents"
        clients.events().meta.events.register(name, hear)
        stack.callback(lambda: clients.events().meta.events.unregister(name, hear))
        yield pipeline


def _make_bucket() -> None:
    known = [bucket["Name"] for bucket in clients.s3().list_buckets()["Buckets"]]
    if BUCKET not in known:
        clients.s3().create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        clients.s3().put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
