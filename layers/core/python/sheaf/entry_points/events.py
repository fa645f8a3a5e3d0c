"""entry_points: handlers of EventBridge events and of schedules. Each run is logged in one line, faults are counted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sheaf import origin
from sheaf.domain.errors import BusyError, SheafError
from sheaf.log import begin_invocation, count_error, logger


@dataclass(frozen=True)
class ScheduleHandler:
    """A Lambda handler around `operate`, which returns how many things it has brought to their end."""

    operate: Callable[[], int]

    @property
    def operation(self) -> str:
        """The operation's one name: that of its function and its folder."""
        return self.operate.__name__

    def __call__(self, _event: object = None, context: object = None) -> dict[str, int]:
        """Do what is due. A fault is logged and counted, and raised again for Lambda's own metrics."""
        begin_invocation(self.operation, context)
        with origin.of_function(context):
            return _done(self.operate)


@dataclass(frozen=True)
class EventHandler:
    """A Lambda handler around `operate`, which takes an event of EventBridge and returns how much it has done."""

    operate: Callable[[Mapping[str, Any]], int]

    @property
    def operation(self) -> str:
        """The operation's one name: that of its function and its folder."""
        return self.operate.__name__

    def __call__(self, event: Mapping[str, Any], context: object = None) -> dict[str, int]:
        """Do what the event asks for.

        What `operate` refuses is logged and done with: it would be refused again. A fault is logged and counted, and
        raised again, so that Lambda delivers the event once more.
        """
        begin_invocation(self.operation, context)
        with origin.of_function(context):
            return _done(lambda: self.operate(event))


def schedule_handler(operate: Callable[[], int]) -> ScheduleHandler:
    """The handler of something that is done at fixed times."""
    return ScheduleHandler(operate)


def event_handler(operate: Callable[[Mapping[str, Any]], int]) -> EventHandler:
    """The handler of something that is done when an event tells of it."""
    return EventHandler(operate)


def _done(operate: Callable[[], int]) -> dict[str, int]:
    try:
        done = operate()
    except BusyError as busy:
        logger().warning("put off", reason=str(busy))
        raise
    except SheafError as refusal:
        logger().warning("refused", reason=str(refusal) or type(refusal).__name__)
        return {"done": 0}
    except Exception:
        logger().exception("unexpected error")
        count_error()
        raise
    logger().info("done", done=done)
    return {"done": done}
