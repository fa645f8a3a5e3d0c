"""imports: what time it is. Asked anew where work takes long, because the watchdog judges by the last progress."""

from datetime import UTC, datetime

from sheaf.domain.values import Timestamp, to_timestamp


def now() -> Timestamp:
    """The present second."""
    return to_timestamp(datetime.now(UTC))
