"""AWS as moto plays it, each test with what it needs of a deployment: the table, the bucket, the queue, the bus."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from sheaf.aws import clients
from tests.support import moto_engine
from tests.support.api import BUCKET, make_table

BUS = "sheaf-events"


@dataclass(frozen=True)
class Queue:
    """A queue of moto's."""

    url: str

    @classmethod
    def made(cls, name: str) -> "Queue":
        return cls(clients.sqs().create_queue(QueueName=name)["QueueUrl"])

    @property
    def arn(self) -> str:
        answer = clients.sqs().get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        return answer["Attributes"]["QueueArn"]

    def take(self) -> list[dict[str, Any]]:
        """All messages that it holds, with their attributes; it is empty then."""
        found: list[dict[str, Any]] = []
        while answer := self._receive():
            for message in answer:
                clients.sqs().delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
            found += answer
        return found

    def bodies(self) -> list[dict[str, Any]]:
        """The same, each read as JSON."""
        return [json.loads(message["Body"]) for message in self.take()]

    def _receive(self) -> list[Any]:
        answer = clients.sqs().receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, AttributeNames=["All"])
        return [*answer.get("Messages", [])]


@pytest.fixture
def moto() -> Iterator[None]:
    """An empty AWS of its own for each test."""
    with moto_engine.running():
        yield


@pytest.fixture
def empty_table(moto: None) -> str:
    """The table of the template."""
    return make_table("")


@pytest.fixture
def bucket(moto: None, monkeypatch: pytest.MonkeyPatch) -> str:
    """The bucket of imports, which keeps versions."""
    clients.s3().create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    clients.s3().put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    monkeypatch.setenv("IMPORTS_BUCKET", BUCKET)
    return BUCKET


@pytest.fixture
def rows(moto: None, monkeypatch: pytest.MonkeyPatch) -> Queue:
    """The queue of batches."""
    queue = Queue.made("rows")
    monkeypatch.setenv("IMPORTS_QUEUE_URL", queue.url)
    return queue


@pytest.fixture
def heard(moto: None, monkeypatch: pytest.MonkeyPatch) -> Queue:
    """A queue to which the bus brings every event that Sheaf sends."""
    queue = Queue.made("heard")
    monkeypatch.setenv("EVENT_BUS", BUS)
    clients.events().create_event_bus(Name=BUS)
    clients.events().put_rule(Name="all", EventBusName=BUS, EventPattern=json.dumps({"source": ["sheaf"]}))
    clients.events().put_targets(Rule="all", EventBusName=BUS, Targets=[{"Id": "heard", "Arn": queue.arn}])
    return queue
