"""Races: several actors let loose on one thing at the same moment, again and again, and a judge of how it ended.

A race is a function from a number to actors. Each run of it is a history: how every actor errors. A judge names the
ending of a history, or None where none is allowed; `check` wants every history to end in an allowed way, and every
ending that can be to have been seen, because a race that always ends alike proves nothing.
"""

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tests.store.faults import BEFORE_CALL, cancelled, error, hooked

RACES = int(os.environ.get("RACES", "50"))
"""How many histories each race runs through; below fifty, an ending that a quarter of them have may go unseen."""

RARE = max(150, RACES)
"""The same for races of which one ending is rare."""

FEW = max(50, RACES // 4)
"""The same for races about what other races are about too."""

FEWEST = max(30, RACES // 4)
"""The same for races of which each takes long, and whose endings are each seen in a quarter of the histories."""

ONE_ENDING = max(12, RACES // 4)
"""The same for those of them that always end alike."""

SHARE_OF_CONFLICTS = 0.0 if os.environ.get("ENGINE") == "strict" else 0.1
"""How many writes are cancelled by chance; none where the engine cancels what meets another transaction."""

_MOST_ACTORS = 8
_LANES = 3  # histories that run beside each other, so that neither we nor the engine wait

type Actor = Callable[[], object]
type Race = Callable[[int], Mapping[str, Actor]]
type Judge = Callable[["History"], str | None]


@dataclass(frozen=True)
class Outcome:
    """How one actor errors: what its call returned, or what it raised."""

    value: object = None
    error: Exception | None = None

    @property
    def refusal(self) -> type[Exception] | None:
        """The class of what it raised; None where all went well."""
        return None if self.error is None else type(self.error)


@dataclass(frozen=True)
class History:
    """One run of a race: its number, and how each actor errors."""

    number: int
    outcomes: Mapping[str, Outcome]

    @property
    def errors(self) -> Mapping[str, type[Exception] | None]:
        """What each actor was refused with; None where all went well."""
        return {name: outcome.refusal for name, outcome in self.outcomes.items()}


@dataclass(frozen=True)
class Ending:
    """One way in which a race may end: what each actor is refused with (None: nothing), and what is left."""

    name: str
    errors: Mapping[str, type[Exception] | None]
    left: object


@dataclass(frozen=True)
class EndsAs:
    """Judges by a list of allowed endings; `left` finds out what a history has left."""

    endings: Sequence[Ending]
    left: Callable[[History], object]

    def __call__(self, history: History) -> str | None:
        state = self.left(history)
        fitting = (ending.name for ending in self.endings if (ending.errors, ending.left) == (history.errors, state))
        return next(fitting, None)


class _Pace:
    """How long each actor takes, as seen so far; from that, how late each may start and still meet its rivals.

    Without it an actor that reads much before it writes would lose every race, and one ending would never be seen.
    """

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    def seen(self, name: str, seconds: float) -> None:
        """An actor took so long; the newest counts for a fifth, because machines are busy at times."""
        self._seconds[name] = 0.8 * self._seconds.get(name, seconds) + 0.2 * seconds

    def latest_start(self, name: str) -> float:
        """After so many seconds the slowest rival is likely to be done."""
        return max((seconds for other, seconds in self._seconds.items() if other != name), default=0.0)


def run(race: Race, count: int = RACES) -> list[History]:
    """Run through a race `count` times; each actor starts a little late by chance, so that each is ahead at times."""
    pace = _Pace()
    with ThreadPoolExecutor(_LANES * _MOST_ACTORS) as threads, ThreadPoolExecutor(_LANES) as lanes:
        return list(lanes.map(lambda number: _run_once(number, race(number), threads, pace), range(count)))


def check(histories: Sequence[History], judge: Judge, must_occur: Collection[str]) -> Counter[str]:
    """How often each ending was seen.

    Raises:
        AssertionError: a history ended in no allowed way, or an ending that must occur never did.
    """
    endings = [(judge(history), history) for history in histories]
    wrong = [history for ending, history in endings if ending is None]
    if wrong:
        shown = "\n".join(map(str, wrong[:5]))
        raise AssertionError(
            f"{len(wrong)} of {len(histories)} histories ended in no allowed way, among them:\n{shown}"
        )
    seen = Counter(ending for ending, _ in endings if ending is not None)
    if missing := set(must_occur) - set(seen):
        raise AssertionError(f"never seen in {len(histories)} histories: {sorted(missing)}; seen: {dict(seen)}")
    return seen


@contextmanager
def conflicts(share: float, seed: int = 0) -> Iterator[list[str]]:
    """Cancel this share of all writes that can meet a transaction, as DynamoDB does; yields one operation for each.

    A cancelled write never reaches the engine. The engine itself carries out one transaction after another.
    """
    chance, lock = random.Random(seed), threading.Lock()  # noqa: S311 - no secret
    cancelled_calls: list[str] = []
    answers = {
        "TransactWriteItems": cancelled("None", "TransactionConflict"),
        "PutItem": error("TransactionConflictException"),
        "DeleteItem": error("TransactionConflictException"),
        "UpdateItem": error("TransactionConflictException"),
    }

    def cancel(model: "_Model", params: Mapping[str, bytes], **_: object) -> object:
        with lock:
            met = chance.random() < share and b"ConditionExpression" in params["body"]
            if met:
                cancelled_calls.append(model.name)
        return (_Status(400), answers[model.name]) if met else None

    with ExitStack() as stack:
        for operation in answers:
            stack.enter_context(hooked(BEFORE_CALL, cancel, operation))
        yield cancelled_calls


@dataclass(frozen=True)
class _Status:
    status_code: int


@dataclass(frozen=True)
class _Model:
    name: str


def _run_once(number: int, actors: Mapping[str, Actor], threads: ThreadPoolExecutor, pace: _Pace) -> History:
    assert len(actors) <= _MOST_ACTORS
    start = threading.Barrier(len(actors))
    chance = random.Random(number)  # noqa: S311 - no secret

    def act(name: str, late: float) -> Outcome:
        start.wait()
        time.sleep(late)
        started = time.perf_counter()
        try:
            return Outcome(value=actors[name]())
        except Exception as problem:  # noqa: BLE001 - the judge decides which of them are allowed
            return Outcome(error=problem)
        finally:
            pace.seen(name, time.perf_counter() - started)

    running = {name: threads.submit(act, name, chance.uniform(0, pace.latest_start(name))) for name in sorted(actors)}
    return History(number, {name: running[name].result() for name in sorted(running)})
