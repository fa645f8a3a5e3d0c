"""store: pending operations are resumed by the request that began them, by a later one, or by the scheduled repair."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence

from sheaf import origin
from sheaf.domain.errors import BusyError
from sheaf.domain.identity import AccountId
from sheaf.domain.values import Id
from sheaf.store import transactions
from sheaf.store.resumable import assigning, creation, operations, removal, restoring, task_merge
from sheaf.store.resumable.operations import OperationKind, ResumableOperation
from sheaf.store.transactions import StaleError, pause

_PATIENCE = 10.0  # seconds of a request; API Gateway waits 29 for an answer, a function of ours 25
type _Step = Callable[[AccountId, ResumableOperation], bool]

_STEPS: Mapping[OperationKind, Sequence[_Step]] = {
    "assign_task": [assigning.resume],
    "create_project": [creation.resume],
    "merge_task": [task_merge.move_assignments, task_merge.move_entries],
    "remove_project": [removal.delete_remaining_assignments, removal.delete_remaining_entries],
    "remove_task": [removal.delete_remaining_of_task],
    "remove_user": [removal.delete_remaining_of_user],
    "restore_task": [restoring.resume],
}
"""What each operation repeats, one after the other; after the first of them others can decide on what it changes."""

_LONGEST_PAUSE_AT = 5  # attempts after which the pause between two tries grows no more


def resume(account_id: AccountId, operation: ResumableOperation, seconds: float = _PATIENCE) -> bool:
    """Resume an operation for at most so long; whether it has ended.

    What remains does no harm: readers leave it out, and the scheduled repair runs every minute.
    """
    until = time.monotonic() + seconds
    return all(_repeat(account_id, operation, step, until) for step in _STEPS[operation.kind])


def finish_pending(account_id: AccountId, returning: Collection[Id] = (), *, wholly: bool = False) -> bool:
    """Resume the pending operations of the account, so that a decision can be made on what they change.

    Returns whether there was anything. The time of a removed project may be left: it counts for no task any more. Not
    so where a record is to be made again under the id of the removed one, one of `returning`. The time of a merged task
    may be left, too: it counts for the surviving one. `wholly`: nothing is left.

    Raises:
        BusyError: it is too much to wait for.
    """
    found = [each for each in operations.of_account(account_id) if each.kind != "assign_task"]  # waited for by nobody
    until = time.monotonic() + _PATIENCE
    for operation in found:
        steps = _STEPS[operation.kind]
        needed = steps if wholly or operation.subject_id in returning else steps[:1]
        is_finished = all(_repeat(account_id, operation, step, until) for step in needed)
        if not is_finished:
            raise BusyError("A large change is still under way; nothing was changed, please try again")
    return bool(found)


def retried[Result](account_id: AccountId, decide: Callable[[], Result]) -> Result:
    """As `transactions.retried`, for decisions on assignments: a merge that they would wait for is finished.

    Raises:
        BusyError: see there; or that merge is too much to wait for.
    """

    def decide_or_finish() -> Result:
        try:
            return decide()
        except StaleError:
            if operations.pending(account_id).merges:
                finish_pending(account_id)
            raise

    return transactions.retried(decide_or_finish)


def resume_all(seconds: float) -> int:
    """Resume all pending operations of this deployment for at most so long; how many have ended.

    Each gets an equal share of the time that is left: one that cannot go on does not keep the others from ending.

    Raises:
        ExceptionGroup: what went wrong with some, after all were tried.
    """
    until = time.monotonic() + seconds
    found = list(operations.of_all_accounts())
    ended, faults = 0, []
    for number, (account_id, operation_id) in enumerate(found):
        share = (until - time.monotonic()) / (len(found) - number)
        try:
            operation = operations.find(account_id, operation_id)
            ended += operation is not None and resume(account_id, operation, share)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the others come first
            faults.append(fault)
    if faults:
        raise ExceptionGroup("operations that cannot go on", faults)
    return ended


def _repeat(
    account_id: AccountId,
    operation: ResumableOperation,
    step: _Step,
    until: float,
) -> bool:
    """Repeat a step until it says that there is nothing left to do; False when the time was up before that."""
    failures = 0
    while time.monotonic() < until:
        try:
            with origin.of(operation.origin):
                goes_on = step(account_id, operation)
            if not goes_on:
                return True
            failures = 0
        except (StaleError, BusyError):  # somebody else is at it too, and may have finished
            if operations.find(account_id, operation.id) is None:
                return True
            pause(min(failures, _LONGEST_PAUSE_AT))
            failures += 1
    return False
