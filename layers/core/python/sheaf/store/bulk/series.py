"""store: the first of many changes, made in one transaction, each as if it were made alone and in its turn."""

from collections.abc import Collection, Hashable, Sequence
from itertools import accumulate, takewhile
from typing import Protocol

from sheaf.domain.bulk import AtomicError
from sheaf.domain.errors import BusyError, InvalidError, SheafError
from sheaf.domain.idempotency import Keep, KeptAnswer
from sheaf.domain.identity import AccountId
from sheaf.store import answers, keys
from sheaf.store.merging import merged
from sheaf.store.resumable import resume
from sheaf.store.resumable.operations import TRANSACTION_WRITES
from sheaf.store.transactions import Write, commit

_WRITES = TRANSACTION_WRITES - 1  # one is left for the answer that is kept
_CHANGES = 25  # more write so much into one partition that it is throttled, which costs what was cancelled
_TOO_MUCH = (
    f"It does not fit into the same transaction, which takes {TRANSACTION_WRITES} writes:"
    f" a deletion or an archiving is more than {keys.SHARDS}"
)
_DEPENDENT = "It depends on one before it, and all or none are decided at once"


class Plan[Change, Result](Protocol):
    """How changes are decided, by what the table says of them."""

    def touched(self, change: Change) -> Collection[Hashable]:
        """What a change depends on or changes: two that have any of it in common are not decided together."""

    def decided(self, change: Change) -> tuple[Result, Sequence[Write]]:
        """What comes of a change, and its writes.

        Raises:
            a SheafError: it is refused. AloneError.
        """


class AloneError(Exception):
    """A change cannot be made together with others; `refusal` is what that means where it must be."""

    def __init__(self, refusal: SheafError) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


class Planner[Change, Result](Protocol):
    """What reads the table for changes that may fit into one transaction."""

    def least_writes(self, change: Change) -> int:
        """How many writes a change has at least of its own."""

    def read(self, changes: Sequence[Change]) -> Plan[Change, Result]:
        """What there is to know to decide these."""


def carried_out[Change, Result](
    account_id: AccountId,
    changes: Sequence[Change],
    planner: Planner[Change, Result],
    keep: Keep[Sequence[Result | SheafError]],
) -> Sequence[Result | SheafError]:
    """What comes of the first of these changes: of as many as one transaction makes, and at least of one.

    Raises:
        AloneError: the first one cannot be made like this. AnsweredError, BusyError.
    """

    def decide() -> Sequence[Result | SheafError]:
        results, writes, obstacle = _series(changes, planner)
        if obstacle and not results:
            raise AloneError(obstacle)
        _commit(account_id, writes, keep(results))
        return results

    return resume.retried(account_id, decide)


def all_or_none[Change, Result](
    account_id: AccountId,
    changes: Sequence[Change],
    planner: Planner[Change, Result],
    keep: Keep[Sequence[Result]],
) -> Sequence[Result]:
    """What comes of a few changes that are made in one transaction.

    Raises:
        AtomicError: one is refused, or cannot be made together with those before it. AnsweredError, BusyError.
    """

    def decide() -> Sequence[Result]:
        found, writes, obstacle = _series(changes, planner)
        results: list[Result] = []
        for number, result in enumerate(found):
            if isinstance(result, SheafError):
                raise AtomicError(number, result)
            results.append(result)
        if len(results) < len(changes):
            raise AtomicError(len(results), obstacle or InvalidError(_TOO_MUCH))
        _commit(account_id, writes, keep(results))
        return results

    return resume.retried(account_id, decide)


def _commit(account_id: AccountId, writes: Sequence[Write], answer: KeptAnswer | None) -> None:
    if whole := [*answers.kept(account_id, answer), *merged(writes)]:
        commit(whole)


def _series[Change, Result](
    changes: Sequence[Change], planner: Planner[Change, Result]
) -> tuple[list[Result | SheafError], list[Write], SheafError | None]:
    """What comes of the first changes, the writes of those that are not refused, and why the next is not among them.

    That is None where it is one too many.
    """
    least = accumulate(map(planner.least_writes, changes))
    first = changes[: min(_CHANGES, max(1, sum(1 for _ in takewhile(_WRITES.__ge__, least))))]
    plan = planner.read(first)
    results: list[Result | SheafError] = []
    writes: list[Write] = []
    touched: set[Hashable] = set()
    for change in first:
        own = plan.touched(change)
        if not touched.isdisjoint(own):
            return results, writes, InvalidError(_DEPENDENT)
        try:
            result, more = plan.decided(change)
        except BusyError:
            raise
        except SheafError as refusal:
            results.append(refusal)
            continue
        except AloneError as error:
            return results, writes, error.refusal
        if len({write.key_pair for write in [*writes, *more]}) > _WRITES:
            break
        touched.update(own)
        writes += more
        results.append(result)
    return results, writes, None
