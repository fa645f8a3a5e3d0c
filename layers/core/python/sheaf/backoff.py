"""backoff: the pause between two attempts."""

import random
import time


def pause(attempt: int, *, first: float, longest: float) -> None:
    """Wait a random time (full jitter): up to `first` seconds at attempt 0, doubled each time, at most `longest`."""
    time.sleep(random.uniform(0, min(longest, first * 2**attempt)))  # noqa: S311 - no secret
