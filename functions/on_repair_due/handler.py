"""functions: every minute, woken by EventBridge Scheduler."""

from sheaf.entry_points.events import schedule_handler
from sheaf.store.resumable import resume


def on_repair_due() -> int:
    """Resume all pending operations of this deployment; how many have ended."""
    return resume.resume_all(seconds=20)


handler = schedule_handler(on_repair_due)
