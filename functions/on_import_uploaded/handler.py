"""functions: a file lies in the bucket, told by EventBridge."""

from collections.abc import Mapping
from typing import Any

from sheaf.entry_points.events import told
from sheaf.imports import splitting


def on_import_uploaded(event: Mapping[str, Any]) -> int:
    """Cut the file into batches for the queue; how many there were."""
    return splitting.cut(event)


handler = told(on_import_uploaded)
