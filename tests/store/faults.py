"""A DynamoDB that fails on purpose: between the store's client and the engine, by botocore's own events.

The engine never is too busy, never loses an answer and answers one transaction after another. DynamoDB does all that.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ReadTimeoutError
from botocore.httpsession import URLLib3Session

from sheaf.aws import dynamodb

BEFORE_BUILD, BEFORE_CALL, BEFORE_SEND, AFTER_CALL = (
    "provide-client-params",
    "before-call",
    "before-send",
    "after-call",
)


class CrashError(Exception):
    """The process died here. The store knows nothing of this class, so it cannot mend it."""


@dataclass(frozen=True)
class Sent:
    """One call that was made: the operation's name and the request as DynamoDB gets it."""

    operation: str
    request: Mapping[str, Any]


@dataclass(frozen=True)
class _Status:
    status_code: int


@contextmanager
def hooked(event: str, hook: Callable[..., object], operation: str = "*") -> Iterator[None]:
    """Have `hook` called at an event of botocore, for calls of one operation or of all (these come first)."""
    events = dynamodb.dynamodb().meta.events
    name = f"{event}.dynamodb.{operation}"
    events.register(name, hook)
    try:
        yield
    finally:
        events.unregister(name, hook)


@contextmanager
def recorded() -> Iterator[list[Sent]]:
    """Every call that is made, in order."""
    calls: list[Sent] = []

    def note(model: Any, params: Mapping[str, Any], **_: object) -> None:
        calls.append(Sent(model.name, json.loads(params["body"])))

    with hooked(BEFORE_CALL, note):
        yield calls


@contextmanager
def answering(operation: str, answers: Sequence[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """Give these answers to the next calls of the operation instead of sending them; yields those still to come."""
    left = list(answers)

    def answer(**_: object) -> tuple[_Status, Mapping[str, Any]] | None:
        if not left:
            return None
        body = left.pop(0)
        return _Status(400 if "Error" in body else 200), body

    with hooked(BEFORE_CALL, answer, operation):
        yield left


@contextmanager
def misreporting(operation: str, *answers: Mapping[str, Any]) -> Iterator[list[Mapping[str, Any]]]:
    """Carry the next calls of the operation out and report these answers instead; yields those still to come."""
    left = list(answers)

    def report(http_response: Any, parsed: dict[str, Any], **_: object) -> None:
        if left:
            body = left.pop(0)
            http_response.status_code = 400 if "Error" in body else 200
            parsed.clear()
            parsed.update(body)

    with hooked(AFTER_CALL, report, operation):
        yield left


def error(code: str) -> dict[str, Any]:
    """A refusal of a whole call, as botocore reads it."""
    return {"Error": {"Code": code, "Message": "made up by a test"}, "ResponseMetadata": {"HTTPStatusCode": 400}}


def cancelled(*codes: str) -> dict[str, Any]:
    """A transaction that was cancelled, with the reason for each of its writes."""
    reasons = [{"Code": code} for code in codes]
    return {**error("TransactionCanceledException"), "CancellationReasons": reasons}


@contextmanager
def crashing(at: int, *, carried_out: bool) -> Iterator[list[int]]:
    """Die at the call number `at` (from 0): just before it is sent, or just after it was carried out.

    Whoever is dead calls nobody any more. Yields a list with one element for each call that was begun.
    """
    begun: list[int] = []

    def before(**_: object) -> None:
        begun.append(len(begun))
        if begun[-1] > at or (begun[-1] == at and not carried_out):
            raise CrashError

    def after(**_: object) -> None:
        if begun[-1] == at and carried_out:
            raise CrashError

    with hooked(BEFORE_CALL, before), hooked(AFTER_CALL, after):
        yield begun


@contextmanager
def losing_answer(operation: str) -> Iterator[list[str]]:
    """Carry out the next call of the operation and lose its answer on the way back; yields what was lost."""
    lost: list[str] = []

    def send(request: Any, **_: object) -> None:
        if not lost:
            lost.append(operation)
            URLLib3Session().send(request)
            raise ReadTimeoutError(endpoint_url=request.url)

    with hooked(BEFORE_SEND, send, operation):
        yield lost


@contextmanager
def small_pages(size: int) -> Iterator[None]:
    """End every page of a Query after at most `size` items, as DynamoDB does after a megabyte."""

    def shrink(params: dict[str, Any], **_: object) -> None:
        params["Limit"] = min(size, params.get("Limit", size))

    with hooked(BEFORE_BUILD, shrink, "Query"):
        yield


@contextmanager
def leaving_unprocessed(keep: int) -> Iterator[None]:
    """Let every BatchGetItem give at most `keep` items and leave the other keys unprocessed, as under load."""

    asked: list[dict[str, Any]] = []

    def note(params: dict[str, Any], **_: object) -> None:
        asked.append(params["RequestItems"])

    def leave(parsed: dict[str, Any], **_: object) -> None:
        for table, items in parsed["Responses"].items():
            left = [{name: item[name] for name in ("pk", "sk")} for item in items[keep:]]
            del items[keep:]
            if left:
                parsed["UnprocessedKeys"] = {table: {**asked[-1][table], "Keys": left}}

    with hooked(BEFORE_BUILD, note, "BatchGetItem"), hooked(AFTER_CALL, leave, "BatchGetItem"):
        yield
