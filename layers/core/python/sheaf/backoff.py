"""backoff: pauses between attempts, and for how long attempts go on."""

import random
import time
from collections.abc import Iterator
from itertools import count

# Seconds. API Gateway waits 29 s for an answer, a function has 25 s; two of these may follow one another in a request.
SECONDS = 8.0

SECONDS_APART = 5, 20  # least and most that a caller is told to wait after that


def retry_after() -> int:
    """After how many seconds a caller had best try again what was refused for `SECONDS`.

    Not at once, since what was in the way for so long is likely to be there yet; and not all callers at the same time.
    """
    return random.randint(SECONDS_APART[0], SECONDS_APART[1])  # noqa: S311 - no secret


def pause(attempt: int, *, first: float, longest: float) -> None:
    """Wait a random time (full jitter): up to `first` seconds at attempt 0, doubled each time, at most `longest`."""
    time.sleep(_span(attempt, first, longest))


def attempts(*, first: float, longest: float, seconds: float | None = None) -> Iterator[int]:
    """The numbers of attempts, from 0, with a pause like that of `pause` between two, until `seconds` have passed.

    Without `seconds`, as long as a caller waits. What was to be waited counts even where nobody waits, as in tests:
    attempts come to an end everywhere.
    """
    begun, waited, limit = time.monotonic(), 0.0, SECONDS if seconds is None else seconds
    for attempt in count():
        yield attempt
        span = _span(attempt, first, longest)
        waited += span
        if max(time.monotonic() - begun, waited) > limit:
            return
        time.sleep(span)


def _span(attempt: int, first: float, longest: float) -> float:
    return random.uniform(0, min(longest, first * 2 ** min(attempt, 30)))  # noqa: S311 - no secret
