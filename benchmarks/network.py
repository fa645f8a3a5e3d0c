"""DynamoDB's answers, taken down once and given again without a network: what is left is our own work."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from sheaf.aws.dynamodb import dynamodb


@dataclass(frozen=True)
class Answer:
    """One answer as it came over the wire."""

    status: int
    body: bytes

    def stream(self) -> Iterator[bytes]:
        """As botocore reads a connection."""
        yield self.body


@contextmanager
def recording() -> Iterator[list[Answer]]:
    """Take down every answer that the store gets within a `with` block."""
    answers: list[Answer] = []

    def take(response_dict: dict[str, Any], **_: object) -> None:
        answers.append(Answer(response_dict["status_code"], response_dict["body"]))

    with _hooked("before-parse.dynamodb", take):
        yield answers


@contextmanager
def replaying(answers: list[Answer]) -> Iterator[None]:
    """Give these answers to the store's requests, in turn and over again, for the length of a `with` block."""
    turns = cycle(answers)

    def answer(request: Any, **_: object) -> AWSResponse:
        answer = next(turns)
        return AWSResponse(request.url, answer.status, HTTPHeaders(), answer)

    with _hooked("before-send.dynamodb", answer):
        yield


@contextmanager
def _hooked(event: str, hook: Any) -> Iterator[None]:
    events = dynamodb().meta.events
    events.register(event, hook)
    try:
        yield
    finally:
        events.unregister(event, hook)
