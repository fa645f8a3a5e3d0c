"""functions: every minute, woken by EventBridge Scheduler."""

from sheaf.entry_points.events import schedule_handler
from sheaf.imports import clock, finishing, undoing


def on_import_watch_due() -> int:
    """Look after the imports that are under way; how many were brought to their end, or had their undo sent anew."""
    now = clock.now()
    return finishing.watch(now) + undoing.watch(now)


handler = schedule_handler(on_import_watch_due)
