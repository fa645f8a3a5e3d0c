"""feed: changes as events of the bus. docs/events.md and its schemas describe them."""

import json

from sheaf.aws.event_bus import Event
from sheaf.domain.change import Change
from sheaf.domain.identity import AccountId, Role, User
from sheaf.domain.values import Id, Timestamp
from sheaf.http.v2.change_responses import show_change

MOST_BYTES = 200_000  # of a detail; an event of EventBridge holds 256 KB

_NEVER = Timestamp("1970-01-01T00:00:00Z")
DEPLOYMENT = User(Id(0), "", "", None, Role.ADMINISTRATOR, frozenset(), frozenset(), True, _NEVER, _NEVER)


def event_of(account_id: AccountId, change: Change) -> Event:
    """The event of one change; where it is too large for one, without the record, which is in the feed."""
    shown = show_change(change, DEPLOYMENT)
    detail = {"account_id": account_id, **shown, "is_complete": True}
    if len(json.dumps(detail, ensure_ascii=False).encode()) > MOST_BYTES:
        detail |= {"before": None, "after": None, "is_complete": False}
    return Event(kind_of(change), detail)


def kind_of(change: Change) -> str:
    """What has happened, as events say it: `task.created`."""
    return f"{change.kind.lower()}.{change.action}"
