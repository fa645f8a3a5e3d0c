"""functions: the queue of what is to be sent to webhooks."""

from sheaf.entry_points.queue import Delivery, queue_handler
from sheaf.feed import deliveries


def on_webhook_deliveries(delivery: Delivery) -> None:
    """Send changes to a webhook; what it does not take, and what there was no time for, goes back into the queue."""
    deliveries.deliver(delivery.body, delivery.seconds)


handler = queue_handler(on_webhook_deliveries)
