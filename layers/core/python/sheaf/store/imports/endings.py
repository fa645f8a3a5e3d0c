"""store: the endings of imports. Access patterns B11 to B12 of docs/data-model.md.

An import ends once: completed when all its batches are done, or stopped. Stopping closes its shards, after which no
worker can count any more, so that the counts an import ends with are what the table holds.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

from sheaf.domain.errors import InvalidError
from sheaf.domain.identity import AccountId
from sheaf.domain.imports.job import Import, ImportStatus
from sheaf.domain.imports.rows import Outcome
from sheaf.domain.values import Id, Timestamp
from sheaf.store import keys, reads
from sheaf.store.imports import jobs
from sheaf.store.imports.jobs import ImportClosedError, assign, while_running
from sheaf.store.items import Item, flag, number, text
from sheaf.store.mappers.import_job import own_key, shard_keys, to_item
from sheaf.store.reads import KeyRange
from sheaf.store.transactions import StaleError, Write, accept, commit, retried
from sheaf.store.writes import update


def complete(account_id: AccountId, import_id: Id, now: Timestamp, *, has_report: bool) -> Import | None:
    """The import with its final status, once all its batches are done; None where it ended or was stopped before (B11).

    Raises:
        NotFoundError, BusyError.
    """
    job = jobs.get(account_id, import_id)
    status = ImportStatus.COMPLETED_WITH_ERRORS if job.counts.failed else ImportStatus.COMPLETED
    after = replace(job, status=status, updated_at=now, finished_at=now, has_report=has_report)
    try:
        commit([while_running(account_id, import_id, _ending(after))])
    except ImportClosedError:
        return None
    return after


def cancel(account_id: AccountId, import_id: Id, now: Timestamp, check: Callable[[Import], object] = accept) -> Import:
    """Stop an import; what is applied stays applied, and is what the counts say (B11).

    Raises:
        NotFoundError. InvalidError: it has ended already. BusyError, and whatever `check` raises.
    """
    job = stop(account_id, import_id, (ImportStatus.CANCELLED, None), now, check)
    if job is None:
        raise InvalidError("Import has already ended")
    return job


def stop(
    account_id: AccountId,
    import_id: Id,
    ending: tuple[ImportStatus, str | None],
    now: Timestamp,
    check: Callable[[Import], object] = accept,
) -> Import | None:
    """The import ended with this status (CANCELLED or FAILED) and error, or None where it has ended otherwise (B11).

    Three steps, of which each leaves the next to whoever comes: the decision, which only one can take; the closing of
    the shards, one by one, since there is hardly a moment in which no worker holds any; and the status, with the
    counts, which nothing can change any more.

    Raises:
        NotFoundError, BusyError, and whatever `check` raises.
    """
    status, error = ending

    def decide() -> Import | None:
        before = jobs.snapshot(account_id, import_id)
        if before.job.status.is_final:
            return None
        if before.stop is None:
            check(before.job)
            commit([_decision(account_id, import_id, status, error, now)])
            raise StaleError  # look again: the shards may have been opened meanwhile
        return resume_stop(account_id, import_id, now)

    job = retried(decide)
    return job if job and job.status is status else None


def resume_stop(account_id: AccountId, import_id: Id, now: Timestamp) -> Import:
    """The import that somebody has decided to stop, brought to its end (B11).

    Raises:
        NotFoundError, BusyError. StaleError: look again.
    """
    if jobs.snapshot(account_id, import_id).job.started_at is not None:
        for shard in shard_keys(account_id, import_id):
            closed = update(shard, "SET is_open = :no", {":no": flag(False)}, "attribute_exists(pk)")
            with suppress(StaleError):
                commit([closed])
    now_still = jobs.snapshot(account_id, import_id)
    if now_still.stop is None:
        raise StaleError
    status, error = now_still.stop
    after = replace(now_still.job, status=status, error=error, updated_at=now, finished_at=now)
    condition = "attribute_exists(stop) AND attribute_not_exists(finished_at)"
    commit([assign(own_key(account_id, import_id), _ending(after), condition, remove="stop")])
    return after


def mark_reported(account_id: AccountId, import_id: Id) -> None:
    """Write down that a stopped import has a report after all (B11)."""
    commit([assign(own_key(account_id, import_id), {"has_report": flag(True)}, "attribute_exists(pk)")])


def open_imports() -> Iterator[tuple[AccountId, Id]]:
    """Every import of this deployment that was not brought to its end and announced, for the watchdog (B12)."""
    for item in reads.items_in(KeyRange(keys.OPEN_IMPORTS, low="0", high="~")):
        account, _, import_id = item["sk"]["S"].partition("#")
        yield AccountId(int(account)), Id(int(import_id))


def mark_published(account_id: AccountId, import_id: Id) -> None:
    """Delete the marker of an import that was announced as ended; the watchdog finds it no longer (B12)."""
    gone = Write("Delete", {"Key": keys.open_import(account_id, import_id)}, StaleError())
    commit([gone])


def _decision(account_id: AccountId, import_id: Id, status: ImportStatus, error: str | None, now: Timestamp) -> Write:
    decided: Item = {
        "stop": {"M": {"status": text(status), "error": text(error)}},
        "updated_at": text(now),
    }
    alive = {":awaiting": text(ImportStatus.AWAITING_UPLOAD), ":running": text(ImportStatus.RUNNING)}
    condition = "#status IN (:awaiting, :running) AND attribute_not_exists(stop)"
    return assign(own_key(account_id, import_id), decided, condition, alive)


def _ending(after: Import) -> Item:
    """The attributes that an import's end sets."""
    counts: Item = {outcome: number(getattr(after.counts, outcome)) for outcome in Outcome}
    names = ("status", "error", "updated_at", "finished_at", "has_report")
    return {"counts": {"M": counts}, **{name: to_item(after)[name] for name in names}}
