"""functions: every minute, woken by EventBridge Scheduler."""

from sheaf.entry_points.events import schedule_handler
from sheaf.store.resumable import resume


def on_repair_due() -> int:
    """Carry on whatever operations are under way in this deployment; how many were brought to their end."""
    return resume.resume_all(seconds=20)


handler = schedule_handler(on_repair_due)
