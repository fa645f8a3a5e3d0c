"""aws: the EventBridge bus to which changes and the ends of imports are sent."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sheaf import settings
from sheaf.aws import clients
from sheaf.aws.parts import parts
from sheaf.backoff import pause
from sheaf.domain.errors import BusyError

if TYPE_CHECKING:
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

SOURCE = "sheaf"  # of every event that is sent
_ENTRIES = 10  # that one call takes
_CALL_BYTES = 250_000  # of their details, of 256 KB that a call takes
_ATTEMPTS = 8
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0  # seconds


@dataclass(frozen=True, slots=True)
class Event:
    """An event: what has happened, in one word, and the detail of it, which becomes JSON."""

    kind: str
    detail: Mapping[str, Any]


def send(kind: str, detail: Mapping[str, Any]) -> None:
    """Send an event to the bus; it is delivered at least once. Raises BusyError."""
    send_all([Event(kind, detail)])


def send_all(events: Sequence[Event]) -> None:
    """Send many events, as few calls as they take. Raises BusyError: some may have been sent."""
    entries = list(map(_entry, events))
    for part in parts(entries, _size, at_most=_ENTRIES, most_bytes=_CALL_BYTES):
        left = part
        for attempt in range(_ATTEMPTS):
            answer = clients.events().put_events(Entries=left)
            if not answer["FailedEntryCount"]:
                break
            left = [entry for entry, told in zip(left, answer["Entries"], strict=True) if told.get("ErrorCode")]
            pause(attempt, first=_FIRST_PAUSE, longest=_LONGEST_PAUSE)
        else:
            raise BusyError("The event bus is busy")


def _entry(event: Event) -> "PutEventsRequestEntryTypeDef":
    detail = json.dumps(event.detail, ensure_ascii=False)
    return {"Source": SOURCE, "DetailType": event.kind, "Detail": detail, "EventBusName": settings.event_bus()}


def _size(entry: "PutEventsRequestEntryTypeDef") -> int:
    return len(entry["Detail"].encode())
