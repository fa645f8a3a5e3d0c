"""imports: an upload, read as a stream, staged, and cut into batches that go into the queue."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import batched
from typing import Any

from sheaf import strict_json
from sheaf.aws import files, queue
from sheaf.aws.files import Upload
from sheaf.domain.errors import InvalidError
from sheaf.domain.identity import AccountId
from sheaf.domain.imports import columns
from sheaf.domain.imports.job import FileKind, Import, ImportFields, ImportStatus
from sheaf.domain.imports.reader import Reader
from sheaf.domain.imports.reading import Reading
from sheaf.domain.imports.rows import FileError
from sheaf.domain.imports.transfer import OPTIONS_SUFFIX, is_options, read_options
from sheaf.domain.project import ClientProject
from sheaf.domain.record import Kind
from sheaf.domain.task_assignment import AssignedTask
from sheaf.domain.values import Id, fold_name
from sheaf.imports import clock, examining, finishing, formats, staging
from sheaf.imports.batch import CUT_TWICE, to_json
from sheaf.imports.staging import Staged
from sheaf.log import logger
from sheaf.store import accounts, clients, projects, sequence, task_assignments, tasks, users
from sheaf.store.imports import jobs, progress
from sheaf.store.imports.jobs import Cut, Header, ImportClosedError, SplitProgress
from sheaf.strict_json import DuplicateNameError, InvalidJSONError, TooDeepError, TooManyDigitsError

SIZE_LIMIT = 1024**3  # bytes of a file as it was uploaded
SENT_AT_ONCE = 20  # batches after which the progress is written down

_RECORDS: Mapping[FileKind, Kind] = {
    FileKind.TASKS: "TASK",
    FileKind.PROJECTS: "PROJECT",
    FileKind.TASK_ASSIGNMENTS: "TASK_ASSIGNMENT",
    FileKind.TIME_ENTRIES: "TIME_ENTRY",
}

type Names = Callable[[Sequence[Id]], Mapping[Id, str]]


def split_upload(event: Mapping[str, Any]) -> int:
    """Begin the import of an uploaded file, or go on with it after a crash; how many batches went into the queue.

    What is wrong with the file ends the import with the reason. A raised error means: tell of the upload again.

    Args:
        event: EventBridge's "Object Created", see `files.uploaded`.

    Raises:
        MalformedError, InvalidError, NotFoundError: the upload is nobody's import.
    """
    upload = files.read_upload_event(event)
    account_id = upload.account_id
    accounts.get(account_id)
    if upload.import_id is None:
        if is_options(upload.fields.file_name or ""):
            return 0
        fields, mistake = _with_options(upload)
        job = jobs.start_from_inbox(account_id, fields, upload.file, clock.now())
        if mistake:
            finishing.fail(account_id, job.id, mistake, clock.now())
            return 0
    else:
        job = jobs.start(account_id, upload.import_id, upload.file, clock.now())
    log_context: dict[str, Any] = {"account_id": account_id, "import_id": job.id}
    if job.status is not ImportStatus.RUNNING or job.file != upload.file:
        logger().info("upload passed over: its import has another file, or has ended", **log_context)
        return 0
    try:
        return _split(upload, job)
    except FileError as error:
        finishing.fail(account_id, job.id, str(error), clock.now())
    except ImportClosedError:
        logger().info("import stopped while its file was read", **log_context)
    return 0


def _with_options(upload: Upload) -> tuple[ImportFields, str]:
    """What is said of a file of the inbox, by its place and by the options beside it; and what is wrong with these."""
    try:
        text = files.options_of(upload.file)
        options = {} if text is None else read_options(_parsed(text))
    except InvalidError as error:
        return upload.fields, f"{upload.fields.file_name}{OPTIONS_SUFFIX}: {error}"
    return replace(upload.fields, **options), ""


def _parsed(text: str) -> object:
    """A JSON document. Raises InvalidError."""
    try:
        return strict_json.parse(text)
    except (InvalidJSONError, TooDeepError, TooManyDigitsError, DuplicateNameError) as error:
        raise InvalidError("the options must be a JSON object") from error


def _split(upload: Upload, job: Import) -> int:
    account_id = upload.account_id
    sent = 0
    if job.batches_total is None:
        if upload.file.size > SIZE_LIMIT:
            raise FileError(f"The file is larger than {SIZE_LIMIT // 1024**3} GB; cut it into several")
        if job.time_of_user_id is not None and not users.get_many(account_id, [job.time_of_user_id]):
            raise FileError(f"user_id {job.time_of_user_id} is no user of this account")
        kind, reading = _examined(upload, job)
        with files.open_file(upload.file) as stream:
            table = formats.read(stream, job.encoding)
            reader = Reader(kind, table.columns, reading)
            header = Header(
                kind,
                table.columns,
                reader.ignored,
                columns.source_of(kind, table.columns),
                reading,
                table.encoding,
                table.delimiter,
            )
            jobs.describe(account_id, job.id, header, clock.now())
            with staging.stage(table, reader, _names(account_id, kind, reader), _projects_named(account_id)) as staged:
                if staged.highest_id is not None and not job.dry_run:
                    # No record that is made from now on, by this file or anybody, has an id that the file brings.
                    sequence.pass_id(account_id, _RECORDS[kind], staged.highest_id)
                progress.add_skipped(
                    account_id, job.id, [(row.number, row.values) for row in staged.skipped], clock.now()
                )
                sent = _send(account_id, job, staged)
    finishing.finish(account_id, job.id, clock.now())
    return sent


def _examined(upload: Upload, job: Import) -> tuple[FileKind, Reading]:
    """What the file is and how it is read; as it was said before, where an earlier attempt came so far."""
    with files.open_file(upload.file) as stream:
        table = formats.read(stream, job.encoding)
        kind = examining.kind_of(table, job.kind)
        reading = examining.reading_of(table, kind, job)
        return kind, replace(reading, is_assumed=reading.is_assumed or job.is_date_format_assumed)


def _send(account_id: AccountId, job: Import, staged: Staged) -> int:
    """Put the batches into the queue that an earlier attempt has not.

    A file is always cut the same way, unless it refers by id to records that were renamed in between. The digest tells.

    Raises:
        FileError: it was cut another way before. ImportClosedError.
    """
    reached = jobs.split_progress(account_id, job.id)
    total = sent = 0
    digest = hashlib.sha256()
    for messages in batched(staged.messages(account_id, job.id), SENT_AT_ONCE, strict=False):
        bodies = []
        for body in map(to_json, messages):
            total += 1
            digest.update(body.encode())
            if total > reached.batches_sent:
                bodies.append(body)
            elif total == reached.batches_sent and digest.hexdigest() != reached.digest:
                raise FileError(CUT_TWICE)
        if bodies:
            queue.send_batches(account_id, bodies)
            sent += len(bodies)
            jobs.mark_sent(account_id, job.id, SplitProgress(total, digest.hexdigest()), clock.now())
    if total < reached.batches_sent:
        raise FileError(CUT_TWICE)
    preview = [json.dumps(row, ensure_ascii=False) for row in staged.preview] if job.dry_run else []
    jobs.mark_all_sent(account_id, job.id, Cut(staged.rows_total, total, staged.rows_skipped, preview), clock.now())
    return sent


def _projects_named(account_id: AccountId) -> staging.ProjectsNamed:
    """How to look up projects by their names alone; they are read when the first is asked for."""

    @cache
    def by_name() -> Mapping[str, Sequence[ClientProject]]:
        everything = list(projects.everything(account_id))
        owners = clients.get_many(account_id, {project.client_id for project in everything})
        named: dict[str, list[ClientProject]] = defaultdict(list)
        for project in everything:
            if project.client_id in owners:
                named[fold_name(project.name)].append(ClientProject(project, owners[project.client_id]))
        return named

    return lambda name: by_name().get(name, ())


def _names(account_id: AccountId, kind: FileKind, reader: Reader) -> Names:
    """How to look up what records go by now: a row that renames one belongs to a row that takes its old name."""

    def of_tasks(ids: Sequence[Id]) -> dict[Id, str]:
        return {task.id: reader.task_key(task) for task in tasks.get_many(account_id, ids).values()}

    def of_projects(ids: Sequence[Id]) -> dict[Id, str]:
        found = projects.get_many(account_id, ids)
        named_clients = clients.get_many(account_id, {project.client_id for project in found.values()})
        return {
            project.id: reader.project_key(ClientProject(project, named_clients[project.client_id]))
            for project in found.values()
            if project.client_id in named_clients
        }

    def of_task_assignments(ids: Sequence[Id]) -> dict[Id, str]:
        found = task_assignments.get_many(account_id, ids)
        named_projects = projects.get_many(
            account_id, {task_assignment.project_id for task_assignment in found.values()}
        )
        named_tasks = tasks.get_many(account_id, {task_assignment.task_id for task_assignment in found.values()})
        named_clients = clients.get_many(account_id, {project.client_id for project in named_projects.values()})
        keys = {}
        for task_assignment in found.values():
            project, task = named_projects.get(task_assignment.project_id), named_tasks.get(task_assignment.task_id)
            client = project and named_clients.get(project.client_id)
            if project and task and client:
                keys[task_assignment.id] = reader.task_assignment_key(
                    AssignedTask(task_assignment, project, task), client
                )
        return keys

    match kind:
        case FileKind.TASKS:
            return of_tasks
        case FileKind.PROJECTS:
            return of_projects
        case FileKind.TASK_ASSIGNMENTS:
            return of_task_assignments
        case FileKind.TIME_ENTRIES:
            return lambda _ids: {}
