"""functions: a file lies in the bucket, told by EventBridge."""

from collections.abc import Mapping
from typing import Any

from sheaf.events import told
from sheaf.imports import cutting


def on_import_uploaded(event: Mapping[str, Any]) -> int:
    """Cut the file into batches for the queue; how many there were."""
    return cutting.cut(event)


handler = told(on_import_uploaded)
