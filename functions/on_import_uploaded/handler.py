"""functions: a file lies in the bucket, told by EventBridge."""

from collections.abc import Mapping
from typing import Any

from sheaf.entry_points.events import event_handler
from sheaf.imports import splitting


def on_import_uploaded(event: Mapping[str, Any]) -> int:
    """Cut the file into batches for the queue; how many there were."""
    return splitting.split_upload(event)


handler = event_handler(on_import_uploaded)
