"""imports: how an import comes to its end: report, final status, announcement; and the watchdog for what got stuck.

Every part can be repeated: the report is the same whoever writes it, the status is set once, and only when the end has
been sent does the watchdog stop looking at the import. A listener may therefore get the event of one end twice.
"""

import tempfile
from datetime import datetime

from sheaf.aws import event_bus, files
from sheaf.domain.errors import NotFoundError
from sheaf.domain.identity import AccountId
from sheaf.domain.imports.job import Import, ImportSnapshot, ImportStatus
from sheaf.domain.values import Id, Timestamp
from sheaf.imports.report import write_report
from sheaf.log import count_error, count_failed_import, logger
from sheaf.store.imports import endings, jobs, progress
from sheaf.store.transactions import retried

WORKERS_REPORT = 20_000  # failed rows of which a worker writes the report itself; longer ones wait for the watchdog
UPLOAD_HOURS = 24
STILL_MINUTES = 30
_SETTLING_SECONDS = 60  # in which whoever brought an import to its end announces it, before the watchdog does

_EVENTS = {
    ImportStatus.COMPLETED: "import.completed",
    ImportStatus.COMPLETED_WITH_ERRORS: "import.completed",
    ImportStatus.FAILED: "import.failed",
}


def finish(account_id: AccountId, import_id: Id, now: Timestamp) -> bool:
    """End an import whose batches are all done; whether it was ended here. For whoever has done a batch."""
    standing = jobs.snapshot(account_id, import_id)
    if not _is_complete(standing) or standing.job.counts.failed > WORKERS_REPORT:
        return False
    return _complete(account_id, standing.job, now)


def fail(account_id: AccountId, import_id: Id, error: str, now: Timestamp) -> bool:
    """End an import with a reason; whether it was ended here. What its rows have changed so far stays."""
    logger().warning("import failed", account_id=account_id, import_id=import_id, reason=error)
    job = endings.stop(account_id, import_id, (ImportStatus.FAILED, error), now)
    if job is None:
        return False
    _publish(account_id, job)
    return True


def watch(now: Timestamp) -> int:
    """Look after every import that is under way; how many were brought to their end.

    Ends those whose file never came or that make no progress, and does for the others what a crash left undone.
    """
    ended = 0
    for account_id, import_id in endings.open_imports():
        try:
            ended += _check_progress(account_id, import_id, now)
        except Exception:  # noqa: BLE001 - whatever it is, the other imports come next
            logger().exception("import cannot be ended", account_id=account_id, import_id=import_id)
            count_error()
    return ended


def _check_progress(account_id: AccountId, import_id: Id, now: Timestamp) -> bool:
    try:
        standing = jobs.snapshot(account_id, import_id)
    except NotFoundError:
        endings.mark_published(account_id, import_id)
        return False
    job, quiet = standing.job, _seconds(standing.job.updated_at, now)
    if job.status.is_final:
        if job.status is ImportStatus.CANCELLED or quiet >= _SETTLING_SECONDS:
            _publish(account_id, job)
            return True
        return False
    if standing.stop:
        _publish(account_id, retried(lambda: endings.resume_stop(account_id, import_id, now)))
        return True
    if _is_complete(standing):
        return quiet >= _SETTLING_SECONDS and _complete(account_id, job, now)
    if job.status is ImportStatus.AWAITING_UPLOAD:
        is_late = _seconds(job.created_at, now) >= UPLOAD_HOURS * 3600
        reason = f"No file was uploaded within {UPLOAD_HOURS} hours"
        return is_late and fail(account_id, import_id, reason, now)
    reason = f"The import made no progress for {STILL_MINUTES} minutes; import the file again to finish it"
    is_stuck = quiet >= STILL_MINUTES * 60 and fail(account_id, import_id, reason, now)
    if is_stuck:
        count_failed_import()
    return is_stuck


def _is_complete(standing: ImportSnapshot) -> bool:
    return standing.job.status is ImportStatus.RUNNING and standing.stop is None and standing.is_done


def _complete(account_id: AccountId, job: Import, now: Timestamp) -> bool:
    has_report = bool(job.counts.failed) or (bool(job.rows_skipped) and progress.has_skipped(account_id, job.id))
    if has_report:
        _write_report(account_id, job.id)
    ended = endings.complete(account_id, job.id, now, has_report=has_report)
    if ended is None:
        return False
    _publish(account_id, ended)
    return True


def _publish(account_id: AccountId, job: Import) -> None:
    """Do what an ended import still lacks: the report, if it was stopped, and the announcement."""
    if job.counts.failed and not job.has_report:
        _write_report(account_id, job.id)
        endings.mark_reported(account_id, job.id)
    if job.status in _EVENTS:
        event_bus.send(_EVENTS[job.status], _event_of(account_id, job))
    endings.mark_published(account_id, job.id)
    logger().info("import ended", account_id=account_id, import_id=job.id, status=job.status)


def _write_report(account_id: AccountId, import_id: Id) -> None:
    with tempfile.TemporaryFile() as file:
        write_report(file, jobs.columns(account_id, import_id), progress.failures(account_id, import_id))
        file.seek(0)
        files.put_report(files.report_key(account_id, import_id), file)


def _event_of(account_id: AccountId, job: Import) -> dict[str, object]:
    """What the event says. No content of the file: whoever may see that fetches the report."""
    return {
        "account_id": account_id,
        "import_id": job.id,
        "status": job.status,
        "kind": job.kind,
        "dry_run": job.dry_run,
        "rows_total": job.rows_total,
        "rows_created": job.counts.created,
        "rows_updated": job.counts.updated,
        "rows_unchanged": job.counts.unchanged,
        "rows_failed": job.counts.failed,
        "error": job.error,
        "finished_at": job.finished_at,
    }


def _seconds(since: Timestamp, until: Timestamp) -> float:
    return (datetime.fromisoformat(until) - datetime.fromisoformat(since)).total_seconds()
