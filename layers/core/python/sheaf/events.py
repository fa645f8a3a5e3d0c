"""events: the one way into a handler that no request wakes. Logs one line and counts faults, as http/entry does."""

from collections.abc import Callable
from dataclasses import dataclass

from sheaf.log import count_error, logger


@dataclass(frozen=True)
class Scheduled:
    """A Lambda handler around `operate`, which returns how many things it has brought to their end."""

    operate: Callable[[], int]

    @property
    def operation(self) -> str:
        """The operation's one name: that of its function and its folder."""
        return self.operate.__name__

    def __call__(self, _event: object = None, _context: object = None) -> dict[str, int]:
        """Do what is due. A fault is logged and counted, and raised again for Lambda's own metrics."""
        try:
            done = self.operate()
        except Exception:
            logger().exception("unexpected error", operation=self.operation)
            count_error()
            raise
        logger().info("done", operation=self.operation, done=done)
        return {"done": done}


def scheduled(operate: Callable[[], int]) -> Scheduled:
    """The handler of something that is done at fixed times."""
    return Scheduled(operate)
