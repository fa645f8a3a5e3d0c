"""functions: batches of rows, delivered by the queue."""

from sheaf.entry_points.queue import Delivery, queue_handler
from sheaf.imports import applying


def on_import_rows(delivery: Delivery) -> None:
    """Apply one batch for as long as there is time; on its last delivery, what cannot be applied fails alone."""
    is_last = delivery.times >= applying.DELIVERIES
    applying.apply(delivery.body, delivery.request_id if is_last else None, delivery.seconds)


handler = queue_handler(on_import_rows)
