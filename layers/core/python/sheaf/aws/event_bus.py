"""aws: the EventBridge bus to which the ends of imports are sent."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sheaf import settings
from sheaf.aws import clients
from sheaf.domain.errors import BusyError

if TYPE_CHECKING:
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

SOURCE = "sheaf"  # of every event that is sent


def send(kind: str, detail: Mapping[str, Any]) -> None:
    """Send an event to the bus; it is delivered at least once. Raises BusyError."""
    entry: PutEventsRequestEntryTypeDef = {
        "Source": SOURCE,
        "DetailType": kind,
        "Detail": json.dumps(detail, ensure_ascii=False),
        "EventBusName": settings.event_bus(),
    }
    answer = clients.events().put_events(Entries=[entry])
    if answer["FailedEntryCount"]:
        raise BusyError("The event bus is busy")
