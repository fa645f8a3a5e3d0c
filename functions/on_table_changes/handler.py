"""functions: the table's stream."""

from collections.abc import Mapping, Sequence
from typing import Any

from sheaf.entry_points.stream import stream_handler
from sheaf.feed import writing


def on_table_changes(records: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Write the changes of records into the feeds of their accounts; what is to be delivered again."""
    return writing.write(records)


handler = stream_handler(on_table_changes)
