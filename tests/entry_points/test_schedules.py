"""What no request wakes: it writes down what it did, and a fault of it is counted and given to Lambda."""

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest

from sheaf.entry_points.events import ScheduleHandler, schedule_handler
from sheaf.log import logger


class _StandardOutput:
    """Whatever standard output is at the moment of writing."""

    def write(self, text: str) -> None:
        sys.stdout.write(text)

    def flush(self) -> None:
        sys.stdout.flush()


@pytest.fixture
def lines(
    table: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[[], list[dict[str, Any]]]:
    """The lines that were written to standard output."""
    monkeypatch.setattr(logger().registered_handler, "stream", _StandardOutput())
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def tidy_up() -> int:
    return 3


def burn() -> int:
    raise RuntimeError("on fire")


def test_it_answers_how_much_it_has_done_and_writes_it_down(lines: Callable[[], list[dict[str, Any]]]) -> None:
    assert schedule_handler(tidy_up)({"time": "now"}, None) == {"done": 3}
    (line,) = lines()
    assert (line["level"], line["message"], line["operation"], line["done"]) == ("INFO", "done", "tidy_up", 3)


def test_a_fault_is_written_down_counted_and_raised_again(lines: Callable[[], list[dict[str, Any]]]) -> None:
    with pytest.raises(RuntimeError, match=r"^on fire$"):
        schedule_handler(burn)()
    written, counted = lines()
    assert (written["level"], written["message"], written["operation"]) == ("ERROR", "unexpected error", "burn")
    assert "RuntimeError: on fire" in written["exception"]
    assert (counted["ServerErrors"], counted["stage"]) == ([1.0], "local")


def test_it_is_named_after_its_operation() -> None:
    assert ScheduleHandler(tidy_up).operation == "tidy_up"
