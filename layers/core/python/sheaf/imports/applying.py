"""imports: a batch from the queue, applied step by step. However often it comes, its rows count once."""

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from sheaf import origin
from sheaf.aws import queue
from sheaf.backoff import SECONDS, retry_after
from sheaf.domain.errors import BusyError, SheafError
from sheaf.domain.imports.job import FileKind
from sheaf.domain.imports.rows import BadRow, Outcome, Verdict
from sheaf.imports import clock, finishing
from sheaf.imports.batch import CUT_TWICE, Group, Message, Step, Steps, Work, from_json, groups_of
from sheaf.imports.projects import project_steps
from sheaf.imports.task_assignments import task_assignment_steps
from sheaf.imports.tasks import task_steps
from sheaf.imports.time import time_steps
from sheaf.log import count_error, logger
from sheaf.store.imports import progress
from sheaf.store.imports.jobs import ImportClosedError
from sheaf.store.imports.progress import Batch, BatchDiffersError, Failure, Settled
from sheaf.store.transactions import StaleError, attempts, commit

STEPS: Mapping[FileKind, Steps] = {
    FileKind.TASKS: task_steps,
    FileKind.PROJECTS: project_steps,
    FileKind.TASK_ASSIGNMENTS: task_assignment_steps,
    FileKind.TIME_ENTRIES: time_steps,
}

DELIVERIES = queue.RECEIVES


def apply(body: str, last_resort: str | None = None, seconds: float = SECONDS) -> None:
    """Settle all rows of a batch, and end the import if that was its last.

    A batch of an import that was stopped is dropped. One to which nothing happened but that others were faster goes
    back into the queue as a new message, so that it comes no nearer to the dead letters. A raised error means: deliver
    it again.

    Args:
        body: the message, see `batch.to_json`.
        last_resort: None, or the id of the request when the message is delivered for the last time: then what cannot
            be applied fails alone, and the rows of other groups are not lost with it.
        seconds: for how long to go on while others are faster.
    """
    message = from_json(body)
    values = {number: row for group in message.groups for number, row in group}
    delivery = _Delivery(message, values, hashlib.sha256(body.encode()).hexdigest(), time.monotonic() + seconds)
    log_context: dict[str, Any] = {
        "account_id": message.account_id,
        "import_id": message.import_id,
        "batch": message.number,
    }
    try:
        with origin.of_import(message.import_id):
            _apply_or_split(delivery, last_resort, log_context)
        finishing.finish(message.account_id, message.import_id, clock.now())
    except ImportClosedError:
        logger().info("batch dropped: its import was stopped or has ended", **log_context)
    except BatchDiffersError:
        finishing.fail(message.account_id, message.import_id, CUT_TWICE, clock.now())
    except BusyError as busy:
        logger().warning("batch put off", reason=str(busy), **log_context)
        queue.send_batches(message.account_id, [body], delay_seconds=retry_after())


@dataclass(frozen=True, slots=True)
class _Delivery:
    """One message on its way; `values` are its rows as they stand in the file, by their numbers.

    `ends_at` is when to give up, by the monotonic clock (seconds).
    """

    message: Message
    values: Mapping[int, Mapping[str, Any]]
    digest: str
    ends_at: float

    def failed(self, verdicts: Sequence[Verdict]) -> list[Failure]:
        """The rows that failed, as the report shows them."""
        failed = [verdict for verdict in verdicts if verdict.outcome is Outcome.FAILED]
        return [
            (verdict, {name: value for name, value in self.values[verdict.number].items() if name})
            for verdict in failed
        ]


@dataclass(frozen=True, slots=True)
class _Part:
    """Groups of a batch that lie beside each other; `first` rows lie before them."""

    groups: Sequence[Group]
    first: int

    @property
    def end(self) -> int:
        return self.first + sum(len(group.rows) for group in self.groups)


def _apply_or_split(delivery: _Delivery, last_resort: str | None, log_context: Mapping[str, Any]) -> None:
    try:
        for part in _parts(groups_of(delivery.message)):
            _apply(delivery, part)
    except (ImportClosedError, BatchDiffersError, BusyError):
        raise
    except Exception:
        if last_resort is None:
            raise
        logger().exception("a batch cannot be applied as a whole", **log_context)
        count_error()
        _split(delivery, last_resort)


def _split(delivery: _Delivery, request_id: str) -> None:
    """Settle group after group, each alone; the rows of one that cannot be applied fail."""
    first = 0
    for raw in delivery.message.groups:
        alone = replace(delivery.message, groups=[raw])
        try:
            for part in _parts(groups_of(alone)):
                _apply(delivery, replace(part, first=first + part.first))
        except (ImportClosedError, BatchDiffersError, BusyError):
            raise
        except Exception:  # noqa: BLE001 - whatever it is, the other groups come next
            logger().exception("a group of rows cannot be applied", rows=[number for number, _ in raw])
            _fail_group(delivery, raw, first, request_id)
        first += len(raw)


def _fail_group(delivery: _Delivery, raw: Sequence[tuple[int, Mapping[str, Any]]], first: int, request_id: str) -> None:
    try:
        rows: Sequence[Any] = groups_of(replace(delivery.message, groups=[raw]))[0].rows
        numbers = [row.number for row in rows]
    except Exception:  # noqa: BLE001 - what cannot be read stands as it came: nothing of it was ever settled
        numbers = [number for number, _ in raw]
    message = f"Internal error; the operator finds it in the log by the request id {request_id}"

    def refuse(work: Work) -> Iterator[Step]:
        yield Step([Verdict(number, Outcome.FAILED, "", message) for number in numbers[work.rows_done :]])

    bad = Group([BadRow(number, "", message) for number in numbers])
    _apply(delivery, _Part([bad], first), refuse)


def _parts(groups: Sequence[Group]) -> Iterator[_Part]:
    """The groups in their order, cut where groups of unreadable rows and of others meet."""
    first = 0
    for _, together in groupby(groups, _is_unreadable):
        part = _Part(list(together), first)
        yield part
        first = part.end


def _apply(delivery: _Delivery, part: _Part, steps: Steps | None = None) -> None:
    """Settle what is still to be settled of a part. Begins anew when others were faster.

    Raises:
        ImportClosedError, BatchDiffersError. BusyError: others were faster until the delivery's time was over.
    """
    if steps is None:
        steps = _failed_steps if _is_unreadable(part.groups[0]) else STEPS[delivery.message.kind]
    for _ in attempts(delivery.ends_at - time.monotonic()):
        with suppress(StaleError, BusyError):
            return _apply_once(delivery, part, steps)
    raise BusyError("Others kept changing the records of this batch")


def _apply_once(delivery: _Delivery, part: _Part, steps: Steps) -> None:
    """Settle it step by step, from where it stands. Raises StaleError, BusyError: others were faster."""
    message = delivery.message
    job, batch = progress.batch(message.account_id, message.import_id, message.number, delivery.digest)
    if batch.rows_done >= part.end:
        return
    work = Work(
        account_id=message.account_id,
        groups=part.groups,
        rows_done=batch.rows_done - part.first,
        used=batch.used,
        dry_run=job.dry_run,
        now=clock.now(),
        import_id=message.import_id,
    )
    for step in steps(work):
        batch = _commit(delivery, part, batch, step)
    if batch.rows_done < part.end:
        raise ValueError(f"no verdict on the row after {batch.rows_done} of batch {batch.number}")


def _commit(delivery: _Delivery, part: _Part, batch: Batch, step: Step) -> Batch:
    """Make a step's verdicts true and count them, in one transaction; the batch after it.

    What refuses the transaction, such as a name that has been taken since, was true after the steps had looked: they
    have to look again.
    """
    _check_order(part, batch, step)
    message = delivery.message
    rows_done = batch.rows_done + len(step.verdicts)
    settled = Settled(
        step.verdicts,
        delivery.failed(step.verdicts),
        step.used,
        is_last=rows_done == len(delivery.values),
        created=step.created,
    )
    writes = progress.progress(message.account_id, message.import_id, batch, settled, clock.now())
    try:
        commit([*writes, *step.writes], shard=message.number)
    except BusyError:
        raise
    except SheafError as refusal:
        raise StaleError from refusal
    return replace(batch, rows_done=rows_done, used=step.used)


def _check_order(part: _Part, batch: Batch, step: Step) -> None:
    """A verdict on the wrong row would be counted and never be found: better a batch that is not applied."""
    expected = [row.number for group in part.groups for row in group.rows]
    start = batch.rows_done - part.first
    given = [verdict.number for verdict in step.verdicts]
    if not given or given != expected[start : start + len(given)]:
        raise ValueError(f"verdicts on rows {given} of batch {batch.number} where {expected[start:]} are to be settled")


def _is_unreadable(group: Group) -> bool:
    return all(isinstance(row, BadRow) for row in group.rows)


def _failed_steps(work: Work) -> Iterator[Step]:
    """The one step of rows that could not be read."""
    rows = [row for group in work.groups for row in group.rows][work.rows_done :]
    yield Step([Verdict(row.number, Outcome.FAILED, row.field, row.message) for row in rows if isinstance(row, BadRow)])
