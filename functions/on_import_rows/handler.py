"""functions: what the queue of imports carries: batches of rows, and undos."""

from sheaf.entry_points.queue import Delivery, queue_handler
from sheaf.imports import applying, undoing


def on_import_rows(delivery: Delivery) -> None:
    """Apply one batch, or resume an undo, for as long as there is time.

    On the last delivery of a batch, what cannot be applied fails alone.
    """
    undone = undoing.read_message(delivery.body)
    if undone is not None:
        undoing.run(*undone, seconds=delivery.seconds)
        return
    is_last = delivery.times >= applying.DELIVERIES
    applying.apply(delivery.body, delivery.request_id if is_last else None, delivery.seconds)


handler = queue_handler(on_import_rows)
