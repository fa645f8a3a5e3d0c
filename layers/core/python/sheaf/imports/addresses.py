"""imports: where a caller sends the file of an import, and where they fetch its report."""

from sheaf.aws import files
from sheaf.domain.identity import AccountId
from sheaf.domain.imports.job import Import
from sheaf.domain.imports.transfer import OPEN_FOR, Address, open_until
from sheaf.domain.values import Timestamp

_UNNAMED = "file"


def upload_address(account_id: AccountId, job: Import, now: Timestamp) -> Address:
    """Where the file of an import goes, by one PUT."""
    key = files.upload_key(account_id, job.id, job.file_name or _UNNAMED)
    return Address(files.upload_url(key, OPEN_FOR), open_until(now))


def report_address(account_id: AccountId, job: Import, now: Timestamp) -> Address | None:
    """Where the report of an import is, for one GET; None where it has none."""
    if not job.has_report:
        return None
    return Address(files.download_url(files.report_key(account_id, job.id), OPEN_FOR), open_until(now))


def undo_report_address(account_id: AccountId, job: Import, now: Timestamp) -> Address | None:
    """Where the report of what an undo has left is, for one GET; None where it has none."""
    if job.undo is None or not job.undo.has_report:
        return None
    return Address(files.download_url(files.undo_report_key(account_id, job.id), OPEN_FOR), open_until(now))
