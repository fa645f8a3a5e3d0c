"""`sheaf import`: a file on this machine brought into an account, and how far an import is.

The import is made in the table and its file put into the stack's bucket, both with the operator's own credentials;
what follows is the same as for any other upload.
"""

import csv
import io
import json
import shlex
import shutil
from argparse import Namespace
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from time import sleep
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from tqdm import tqdm

from sheaf.aws import files
from sheaf.domain.errors import InvalidError, NotFoundError, SheafError
from sheaf.domain.imports.job import FileKind, Import, ImportFields, ImportStatus
from sheaf.domain.imports.numbers import COMMA, DATE_FORMATS, POINT
from sheaf.domain.imports.transfer import ENCODINGS, OPTION_FIELDS, clean_default_task
from sheaf.domain.values import Id, Timestamp
from sheaf.http.v2.import_responses import show_listed_import
from sheaf.imports import undoing
from sheaf.store import accounts, users
from sheaf.store.imports import endings, jobs, undo
from tools.cli import arguments, deployment, output
from tools.cli.arguments import Parser
from tools.cli.deployment import Deployment

INTERRUPTED = 130  # as a shell says of a program that Ctrl-C ended
SHOWN_FAILURES = 20

_STATUS = {
    ImportStatus.COMPLETED_WITH_ERRORS: 3,
    ImportStatus.FAILED: 1,
    ImportStatus.CANCELLED: 1,
}
_SAYING = {
    ImportStatus.AWAITING_UPLOAD: "awaits its file",
    ImportStatus.RUNNING: "is running",
    ImportStatus.COMPLETED: "is completed",
    ImportStatus.COMPLETED_WITH_ERRORS: "is completed, with errors",
    ImportStatus.FAILED: "has failed",
    ImportStatus.CANCELLED: "is cancelled",
}
_PAUSE = 1.0  # seconds between two looks at an import

_DESCRIPTION = """\
Bring a file of tasks, projects, task assignments or time entries into an account, and print the
import's id. Its header tells which of these it holds, unless --kind does. `sheaf import undo ID` removes what
an import has created, within 30 days, but for what was changed or is referred to since.

Exit status: 0 completed, or begun; 3 completed, but some rows failed; 1 failed or cancelled; 130 left
by Ctrl-C, while the import goes on."""
_EXAMPLES = """\
  sheaf import time.csv --account 1 --dry-run --wait
  sheaf import time.csv --account 1 --report failed.csv
  sheaf import --follow 7 --account 1 --wait
  sheaf import undo 7 --account 1 --dry-run --wait"""
_UNDO = "undo"


_OPTIONS = ("kind", "date_format", "decimal_symbol", "encoding", "default_task", "user_id")


def add_parser(nouns: Any) -> None:
    """Describe the command to the parser of `sheaf`."""
    parser: Parser = nouns.add_parser(
        "import", help="import a file, or follow an import", description=_DESCRIPTION, examples=_EXAMPLES
    )
    parser.set_defaults(run=_run)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("file", metavar="FILE", type=Path, nargs="?", help="CSV or NDJSON, also gzipped")
    what.add_argument("--follow", metavar="ID", type=arguments.import_id, help="an import that was begun before")
    parser.add_argument("undone", metavar="ID", type=arguments.import_id, nargs="?", help="after undo: which import")
    arguments.add_account(parser)
    parser.add_argument("--kind", choices=[str(kind) for kind in FileKind], help="what the rows are")
    parser.add_argument("--date-format", choices=DATE_FORMATS, help="how the file has its days; else its rows tell")
    parser.add_argument("--decimal-symbol", choices=[POINT, COMMA], help="of its numbers; else its rows tell")
    parser.add_argument("--encoding", choices=ENCODINGS, help="of a file without a byte-order mark; else UTF-8")
    parser.add_argument("--default-task", metavar="NAME", help="the task of rows of time that name none")
    parser.add_argument(
        "--user-id", metavar="ID", type=arguments.user_id, help="whose time it is, in a file without people"
    )
    parser.add_argument("--dry-run", action="store_true", help="judge and count all rows, and write nothing")
    parser.add_argument("--wait", action="store_true", help="stay until the import has ended")
    parser.add_argument(
        "--report",
        metavar="FILE",
        type=Path,
        help="where to write the rows that failed, with the reasons; implies --wait",
    )
    output.add_option(parser)
    deployment.add_options(parser)


def _run(given: Namespace, now: Timestamp) -> int:
    if given.undone:
        return _undo(given, now)
    said = [name for name in (*_OPTIONS, "dry_run") if getattr(given, name)]
    if given.follow and said:
        given.parser.error(f"argument --follow: not allowed with argument --{said[0].replace('_', '-')}")
    try:
        if given.default_task is not None:
            given.default_task = clean_default_task(given.default_task)
        if given.file:
            arguments.check_readable(given.file)
        if given.report:
            arguments.check_writable(given.report)
    except InvalidError as error:
        given.parser.error(str(error))
    place = deployment.connect(given)
    accounts.get(given.account)
    job = _find(given, given.follow) if given.follow else _begin(given, place, now)
    if given.wait or given.report:
        try:
            job = _watch(given, job)
        except KeyboardInterrupt:
            output.tell(f"import {job.id} goes on; to see how it does: {_follow_up(given, job)}")
            return INTERRUPTED
    _conclude(given, place, job)
    _print(given, job)
    return _STATUS.get(job.status, 0)


def _print(given: Namespace, job: Import) -> None:
    people = users.get_many(given.account, job.user_ids)
    output.show_one(show_listed_import(job, people), "id", as_json=given.json)


def _undo(given: Namespace, now: Timestamp) -> int:
    """Begin the undo of an import, which the deployment carries out, and say how it stands."""
    if given.file != Path(_UNDO):
        given.parser.error("an ID follows `undo` alone")
    said = [name for name in _OPTIONS if getattr(given, name)]
    if said:
        given.parser.error(f"argument --{said[0].replace('_', '-')}: not allowed with undo")
    try:
        if given.report:
            arguments.check_writable(given.report)
    except InvalidError as error:
        given.parser.error(str(error))
    place = deployment.connect(given)
    accounts.get(given.account)
    _find(given, given.undone)
    job = undo.begin(given.account, given.undone, None, now, dry_run=given.dry_run)
    if job.is_being_undone:
        message = undoing.message(given.account, job.id)
        group = str(given.account)
        place.client("sqs").send_message(QueueUrl=place.queue_url, MessageBody=message, MessageGroupId=group)
    if given.wait or given.report:
        try:
            job = _watch_undo(given, job)
        except KeyboardInterrupt:
            output.tell(f"the undo of import {job.id} goes on")
            return INTERRUPTED
    _conclude_undo(given, place, job)
    _print(given, job)
    return 3 if job.undo and job.undo.has_report else 0


def _watch_undo(given: Namespace, job: Import) -> Import:
    """Look at an undo until it has ended; on a terminal with a count."""
    with tqdm(unit=" records", dynamic_ncols=True, disable=None) as bar:
        while job.is_being_undone:
            _show_undone(bar, job)
            sleep(_PAUSE)
            job = _find(given, job.id)
        _show_undone(bar, job)
    return job


def _show_undone(bar: "tqdm[Any]", job: Import) -> None:
    if job.undo:
        bar.update(job.undo.time_entries_removed + job.undo.records_removed - bar.n)
        bar.refresh()


def _conclude_undo(given: Namespace, place: Deployment, job: Import) -> None:
    """Say how an undo stands, and show what it has left."""
    state = job.undo
    if state is None:
        return
    dry = " (a dry run: nothing was removed)" if state.dry_run else ""
    output.tell(
        f"the undo of import {job.id} is {state.status}: {state.time_entries_removed} time entries and"
        f" {state.records_removed} other records removed, {state.time_entries_left} and {state.records_left} left{dry}"
    )
    if not state.has_report:
        return
    body = _report_body(place, files.undo_report_key(given.account, job.id))
    if given.report:
        _save_report(given.report, body)
        output.tell(f"what was left is in {given.report}")
        return
    for kind, number, name, reason in islice(csv.reader(_report_text(body)), 1, 1 + SHOWN_FAILURES):
        output.tell(f"{kind.replace('_', ' ')} {number}{name and f' ({name})'}: {reason}")
    output.tell("--report FILE fetches the whole list")


def _find(given: Namespace, import_id: Id) -> Import:
    try:
        return jobs.get(given.account, import_id)
    except NotFoundError:
        raise NotFoundError(f"account {given.account} has no import {import_id}") from None


def _begin(given: Namespace, place: Deployment, now: Timestamp) -> Import:
    """A new import with its file. Without its file it would wait for a day, so it is cancelled where that fails."""
    path: Path = given.file
    options = {OPTION_FIELDS.get(name, name): getattr(given, name) for name in _OPTIONS}
    options["kind"] = given.kind and FileKind(given.kind)
    job = jobs.create(given.account, ImportFields(dry_run=given.dry_run, file_name=path.name, **options), None, now)
    output.tell(f"import {job.id} of account {given.account}: uploading {path.name}, {path.stat().st_size:,} bytes")
    try:
        with path.open("rb") as body:
            key = files.upload_key(given.account, job.id, path.name)
            place.client("s3").put_object(Bucket=place.bucket, Key=key, Body=body)
    except BaseException:
        with suppress(SheafError, BotoCoreError, ClientError):
            endings.cancel(given.account, job.id, now)
            output.tell(f"import {job.id} is cancelled: its file was not uploaded")
        raise
    return job


def _watch(given: Namespace, job: Import) -> Import:
    """Look at an import until it has ended; on a terminal with a bar."""
    with tqdm(total=job.rows_total, initial=job.counts.done, unit=" rows", dynamic_ncols=True, disable=None) as bar:
        is_told = False
        while not job.status.is_final:
            if job.rows_total is not None and not is_told:
                bar.clear()
                _tell_reading(job)
                is_told = True
            _show_progress(bar, job)
            sleep(_PAUSE)
            job = _find(given, job.id)
        if not is_told:
            bar.clear()
            _tell_reading(job)
        _show_progress(bar, job)
    return job


def _show_progress(bar: "tqdm[Any]", job: Import) -> None:
    bar.total = job.rows_total
    bar.set_description_str(job.status.replace("_", " "), refresh=False)
    bar.set_postfix(failed=job.counts.failed, refresh=False)
    bar.update(job.counts.done - bar.n)
    bar.refresh()


def _conclude(given: Namespace, place: Deployment, job: Import) -> None:
    """Say how an import stands, and show its report where there is one."""
    output.tell(_summary(job))
    if job.error:
        output.tell(job.error)
    if not (given.wait or given.report):
        _tell_reading(job)
    if not job.status.is_final:
        output.tell(f"to see how it does: {_follow_up(given, job)}")
    if job.has_report:
        _show_report(given, place, job)
    elif given.report:
        output.tell(f"no row failed, so {given.report} was not written")


def _tell_reading(job: Import) -> None:
    """Say how the file was read, once that is known, and of a dry run how its first rows would be stored."""
    if job.source:
        output.tell(_reading(job))
    if job.used_columns:
        output.tell(f"columns: {', '.join(job.used_columns)}")
    if job.ignored_columns:
        output.tell(f"ignored columns: {', '.join(job.ignored_columns)}")
    for row in map(json.loads, job.preview):
        output.tell("would store " + ", ".join(f"{name} {value!r}" for name, value in row.items()))


def _reading(job: Import) -> str:
    """How the file was read, as a line for people."""
    assumed = " (assumed: no row shows whether the day comes first)" if job.is_date_format_assumed else ""
    skipped = f"; {job.rows_skipped} rows say nothing and were skipped" if job.rows_skipped else ""
    delimiter = f", cells separated by {job.delimiter!r}" if job.delimiter else ""
    return (
        f"read as {job.kind} ({job.source}), days as {job.date_format}{assumed}, decimals after {job.decimal_symbol!r},"
        f" {job.encoding}{delimiter}{skipped}"
    )


def _show_report(given: Namespace, place: Deployment, job: Import) -> None:
    key = files.report_key(given.account, job.id)
    body = _report_body(place, key)
    if given.report:
        _save_report(given.report, body)
        output.tell(f"the rows that failed or were skipped are in {given.report}")
        return
    for line in islice(_failures(_report_text(body)), SHOWN_FAILURES):
        output.tell(line)
    where = f"s3://{place.bucket}/{key} (--report FILE fetches it)"
    output.tell(f"the report, with all rows that failed or were skipped, is {where}")


def _report_body(place: Deployment, key: str) -> Any:
    return place.client("s3").get_object(Bucket=place.bucket, Key=key)["Body"]


def _report_text(body: Any) -> io.TextIOWrapper:
    return io.TextIOWrapper(body, encoding="utf-8-sig", newline="")


def _save_report(path: Path, body: Any) -> None:
    with path.open("wb") as file:
        shutil.copyfileobj(body, file)


def _failures(report: io.TextIOBase) -> Iterator[str]:
    """The rows of a report as lines for people."""
    for number, field, message, *_ in islice(csv.reader(report), 1, None):
        yield f"row {number}: {field}: {message}" if field else f"row {number}: {message}"


def _summary(job: Import) -> str:
    counts, total = job.counts, job.rows_total
    of_all = "" if total is None else f" of {total}"
    done = "" if job.status.is_final else f"{counts.done}{of_all} rows done: "
    told = ", ".join(
        f"{getattr(counts, literal)} {literal}" for literal in ("created", "updated", "unchanged", "failed")
    )
    dry = " (a dry run: nothing was written)" if job.dry_run else ""
    return f"import {job.id} {_SAYING[job.status]}: {done}{told}{dry}"


def _follow_up(given: Namespace, job: Import) -> str:
    """The command that looks at an import again, in the same place."""
    words = ["sheaf", "import", "--follow", str(job.id), "--account", str(given.account), "--wait"]
    return shlex.join([*words, *deployment.options_of(given)])
