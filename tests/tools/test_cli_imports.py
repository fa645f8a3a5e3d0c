"""`sheaf import`, against a table, a bucket and a stack of the local engine. What functions would do is done here."""

import shlex
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from sheaf.aws import files
from sheaf.domain.identity import AccountId
from sheaf.domain.imports.job import FileKind, ImportFields, ImportStatus, UndoStatus
from sheaf.domain.imports.rows import Outcome, Verdict
from sheaf.domain.values import Id
from sheaf.imports import clock, undoing
from sheaf.imports.report import write_report
from sheaf.store.imports import endings, jobs, undo
from tests.functions import api_records
from tests.support.api import NOW, Api
from tests.tools.conftest import Outcome as Ended
from tests.tools.conftest import Sheaf, a_stack
from tools.cli.imports import _follow_up
from tools.cli.main import parser
from tools.local import deploy, engine

pytestmark = pytest.mark.usefixtures("account")

ACCOUNT = AccountId(1)
OF_ACCOUNT = ("--account", "1")
READ = "read as tasks (generic), days as %m/%d/%Y, decimals after '.', utf-8"
COLUMNS = "columns: Name"
TOLD = [READ, COLUMNS, "ignored columns: Colour"]
TASKS = b"Name\nDesign\nProgramming\n"

type Pauses = Callable[..., None]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file to be imported."""
    path = tmp_path / "tasks.csv"
    path.write_bytes(TASKS)
    return path


@pytest.fixture
def s3(endpoint_url: str) -> Any:
    return engine.client("s3", endpoint_url)


@pytest.fixture
def bucket(table: str, s3: Any) -> str:
    """A bucket that uploads do not wake anybody from."""
    name = f"bucket-of-{table}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": engine.REGION})
    return name


@pytest.fixture
def deployment(table: str, bucket: str, endpoint_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A stack with table and bucket among its outputs, and SHEAF_STACK that names it."""
    outputs = {"TableName": {"Value": table}, "ImportsBucketName": {"Value": bucket}}
    with a_stack(endpoint_url, f"stack-of-{table}", outputs) as name:
        monkeypatch.setenv("SHEAF_STACK", name)
        yield name


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Pauses:
    """Lets things happen while the command waits between two looks: one in each pause, and no pause after the last."""

    def script(*deeds: Callable[[], object]) -> None:
        left = iter(deeds)
        monkeypatch.setattr("tools.cli.imports.sleep", lambda _: next(left)())

    return script


def content(s3: Any, bucket: str) -> dict[str, bytes]:
    """All objects of a bucket."""
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
    return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def begun(**fields: Any) -> Id:
    return jobs.create(ACCOUNT, ImportFields(**fields), None, NOW).id


def run(*outcomes: str, import_id: int = 1) -> Callable[[], object]:
    return lambda: api_records.run_import(Api(), import_id, *outcomes)


def end(outcome: str, import_id: int = 1) -> Callable[[], object]:
    return lambda: api_records.end_import(Api(), import_id, outcome)


def put_report(s3: Any, bucket: str, failures: int) -> bytes:
    """The report of import 1, with so many rows."""
    report = BytesIO()
    verdicts = [Verdict(row, Outcome.FAILED, "Name" if row > 1 else "", f"Bad {row}") for row in range(1, failures + 1)]
    write_report(report, ["Name"], iter([(verdict, {"Name": f"Task,\n{verdict.number}"}) for verdict in verdicts]))
    s3.put_object(Bucket=bucket, Key=files.report_key(ACCOUNT, Id(1)), Body=report.getvalue())
    return report.getvalue()


# Beginning


def test_the_file_is_put_where_its_import_looks_for_it(
    sheaf: Sheaf, deployment: str, file: Path, s3: Any, bucket: str
) -> None:
    outcome = sheaf("import", str(file), *OF_ACCOUNT)
    job = jobs.get(ACCOUNT, Id(1))
    told = (
        "import 1 of account 1: uploading tasks.csv, 24 bytes\n"
        "import 1 awaits its file: 0 rows done: 0 created, 0 updated, 0 unchanged, 0 failed\n"
        f"to see how it does: sheaf import --follow 1 --account 1 --wait --stack {deployment}\n"
    )
    assert outcome == Ended(0, "1\n", told)
    assert content(s3, bucket) == {"accounts/1/imports/1/tasks.csv": TASKS}
    assert (job.status, job.kind, job.dry_run, job.file_name, job.user_id) == (
        ImportStatus.AWAITING_UPLOAD,
        None,
        False,
        "tasks.csv",
        None,
    )


def test_the_kind_and_a_dry_run_are_said(sheaf: Sheaf, deployment: str, file: Path) -> None:
    shown = sheaf.json("import", str(file), *OF_ACCOUNT, "--kind", "tasks", "--dry-run")
    job = jobs.get(ACCOUNT, Id(1))
    assert (job.kind, job.dry_run) == (FileKind.TASKS, True)
    assert (shown["id"], shown["kind"], shown["dry_run"], shown["user"]) == (1, "tasks", True, None)


def test_json_is_the_import_as_the_api_lists_it(sheaf: Sheaf, deployment: str, api: Api) -> None:
    api_records.new_import(api, kind="tasks", file_name="tasks.csv")
    api_records.run_import(api, 1, "created", "failed")
    shown = sheaf.json("import", "--follow", "1", *OF_ACCOUNT)
    assert [shown] == api.get("/v2/imports").body["imports"]


def test_a_file_is_never_held_in_memory(sheaf: Sheaf, deployment: str, tmp_path: Path) -> None:
    size = 40_000_000  # the clients alone take nearly half of that
    with (tmp_path / "large.csv").open("wb") as large:
        large.truncate(size)
    tracemalloc.start()
    try:
        assert sheaf("import", str(tmp_path / "large.csv"), *OF_ACCOUNT).status == 0
        assert tracemalloc.get_traced_memory()[1] < size * 3 / 4
    finally:
        tracemalloc.stop()


def test_an_import_whose_file_cannot_be_put_is_cancelled(
    sheaf: Sheaf, table: str, endpoint_url: str, file: Path
) -> None:
    outputs = {"TableName": {"Value": table}, "ImportsBucketName": {"Value": "nowhere"}}
    with a_stack(endpoint_url, f"without-{table}", outputs) as name:
        outcome = sheaf("import", str(file), *OF_ACCOUNT, "--stack", name)
    _, second, third = outcome.err.splitlines()
    assert (outcome.status, outcome.out) == (1, "")
    assert second == "import 1 is cancelled: its file was not uploaded"
    assert third.startswith("sheaf: AWS refused PutObject: NoSuchBucket: ")
    assert jobs.get(ACCOUNT, Id(1)).status is ImportStatus.CANCELLED


def test_ctrl_c_while_the_file_goes_out_cancels_its_import(
    sheaf: Sheaf, deployment: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "upload_key", interrupted)
    outcome = sheaf("import", str(file), *OF_ACCOUNT, "--wait")
    assert (outcome.status, outcome.out) == (130, "")
    assert outcome.err.splitlines()[1:] == ["import 1 is cancelled: its file was not uploaded"]
    assert jobs.get(ACCOUNT, Id(1)).status is ImportStatus.CANCELLED


def test_a_stack_without_a_bucket_is_named(sheaf: Sheaf, stack: str, file: Path) -> None:
    outcome = sheaf("import", str(file), *OF_ACCOUNT)
    problem = f"the stack {stack} has no output ImportsBucketName: it is still being created, or is no Sheaf"
    assert (outcome.status, outcome.err.splitlines()[-1]) == (1, f"sheaf: {problem}")


def test_local_works_on_what_make_run_has_brought_up(
    sheaf: Sheaf,
    table: str,
    bucket: str,
    s3: Any,
    endpoint_url: str,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (tmp_path / "endpoint").write_text(f"{endpoint_url}\n")
    monkeypatch.setenv("SHEAF_LOCAL_DIR", str(tmp_path))
    outputs = {"TableName": {"Value": table}, "ImportsBucketName": {"Value": bucket}}
    with a_stack(endpoint_url, deploy.STACK, outputs):
        outcome = sheaf("import", str(file), *OF_ACCOUNT, "--local")
    assert (outcome.status, outcome.out) == (0, "1\n")
    assert outcome.err.endswith(" --account 1 --wait --local\n")
    assert list(content(s3, bucket)) == ["accounts/1/imports/1/tasks.csv"]


# Waiting


@pytest.mark.parametrize(
    ("deeds", "status", "told"),
    [
        (
            [run("created", "updated"), end("unchanged")],
            0,
            [*TOLD, "import 1 is completed: 1 created, 1 updated, 1 unchanged, 0 failed"],
        ),
        (
            [run("created"), lambda: endings.cancel(ACCOUNT, Id(1), NOW)],
            1,
            [*TOLD, "import 1 is cancelled: 1 created, 0 updated, 0 unchanged, 0 failed"],
        ),
        (
            [lambda: endings.stop(ACCOUNT, Id(1), (ImportStatus.FAILED, "The file is empty"), NOW)],
            1,
            ["import 1 has failed: 0 created, 0 updated, 0 unchanged, 0 failed"],
        ),
    ],
    ids=["completed", "cancelled", "failed"],
)
def test_it_stays_until_the_import_has_ended(
    sheaf: Sheaf,
    deployment: str,
    file: Path,
    meanwhile: Pauses,
    deeds: list[Callable[[], object]],
    status: int,
    told: list[str],
) -> None:
    meanwhile(*deeds)
    outcome = sheaf("import", str(file), *OF_ACCOUNT, "--wait")
    assert (outcome.status, outcome.out) == (status, "1\n")
    assert outcome.err.splitlines()[1 : 1 + len(told)] == told


def test_it_says_why_an_import_failed_and_which_columns_were_ignored(sheaf: Sheaf, deployment: str) -> None:
    begun()
    api_records.run_import(Api(), 1)
    endings.stop(ACCOUNT, Id(1), (ImportStatus.FAILED, "The file was replaced"), NOW)
    outcome = sheaf("import", "--follow", "1", *OF_ACCOUNT)
    assert outcome.status == 1
    assert outcome.err.splitlines()[1:] == ["The file was replaced", *TOLD]


def test_the_first_rows_that_failed_are_shown_and_where_the_rest_is(
    sheaf: Sheaf, deployment: str, file: Path, meanwhile: Pauses, s3: Any, bucket: str
) -> None:
    put_report(s3, bucket, 23)
    meanwhile(run("failed"), end("failed"))
    outcome = sheaf("import", str(file), *OF_ACCOUNT, "--wait", "--dry-run")
    lines = outcome.err.splitlines()
    assert (outcome.status, outcome.out) == (3, "1\n")
    assert lines[4] == (
        "import 1 is completed, with errors: 0 created, 0 updated, 0 unchanged, 2 failed"
        " (a dry run: nothing was written)"
    )
    assert lines[5:-1] == ["row 1: Bad 1", *(f"row {number}: Name: Bad {number}" for number in range(2, 21))]
    where = f"s3://{bucket}/reports/1/1.csv (--report FILE fetches it)"
    assert lines[-1] == f"the report, with all rows that failed or were skipped, is {where}"


def test_the_report_is_written_to_a_file(
    sheaf: Sheaf, deployment: str, file: Path, meanwhile: Pauses, s3: Any, bucket: str, tmp_path: Path
) -> None:
    report = put_report(s3, bucket, 2)
    meanwhile(run(), end("failed"))
    target = tmp_path / "failed.csv"
    outcome = sheaf("import", str(file), *OF_ACCOUNT, "--report", str(target))
    assert (outcome.status, outcome.err.splitlines()[-1]) == (
        3,
        f"the rows that failed or were skipped are in {target}",
    )
    assert target.read_bytes() == report


def test_where_no_row_failed_no_report_is_written(
    sheaf: Sheaf, deployment: str, file: Path, meanwhile: Pauses, tmp_path: Path
) -> None:
    meanwhile(run(), end("created"))
    target = tmp_path / "failed.csv"
    outcome = sheaf("import", str(file), *OF_ACCOUNT, "--report", str(target))
    last = f"no row failed, so {target} was not written"
    assert (outcome.status, outcome.err.splitlines()[-1]) == (0, last)
    assert not target.exists()


def test_ctrl_c_leaves_the_import_alone_and_says_how_to_look_at_it(
    sheaf: Sheaf, deployment: str, file: Path, meanwhile: Pauses
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    meanwhile(run("created"), interrupt)
    outcome = sheaf("import", str(file), *OF_ACCOUNT, "--wait")
    command = f"sheaf import --follow 1 --account 1 --wait --stack {deployment}"
    assert (outcome.status, outcome.out) == (130, "")
    told = [*TOLD, f"import 1 goes on; to see how it does: {command}"]
    assert outcome.err.splitlines()[1:] == told
    assert jobs.get(ACCOUNT, Id(1)).status is ImportStatus.RUNNING


@pytest.mark.parametrize(
    "where",
    [
        ["--stack", "my-stack", "--region", "eu-central-1", "--profile", "my profile"],
        ["--stack", "other"],
        ["--local"],
    ],
    ids=" ".join,
)
def test_the_command_that_looks_again_looks_at_the_same_place(where: list[str], table: str) -> None:
    given = parser().parse_args(["import", "x", *OF_ACCOUNT, *where])
    words = shlex.split(_follow_up(given, jobs.get(ACCOUNT, begun())))
    again = parser().parse_args(words[1:])
    places = ("stack", "local", "region", "profile", "account")
    assert [getattr(again, name) for name in places] == [getattr(given, name) for name in places]
    assert (again.follow, again.wait) == (1, True)


def test_on_a_terminal_there_is_a_bar_with_rows_and_failures(
    sheaf: Sheaf, deployment: str, meanwhile: Pauses, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun()
    meanwhile(run("created", "failed", "failed"), end("created"))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "120")
    outcome = sheaf("import", "--follow", "1", *OF_ACCOUNT, "--wait")
    shown = [frame.strip() for frame in outcome.err.split("\r")]
    assert [frame for frame in shown if frame.startswith("awaiting upload: 0 rows [")] != []
    assert [frame for frame in shown if frame.startswith("running:  75%|") and "3/4 [" in frame] != []
    assert [frame for frame in shown if frame.startswith("completed with errors: 100%|") and "failed=2]" in frame] != []


def test_off_a_terminal_there_is_none(sheaf: Sheaf, deployment: str, meanwhile: Pauses) -> None:
    begun()
    meanwhile(run(), end("created"))
    outcome = sheaf("import", "--follow", "1", *OF_ACCOUNT, "--wait")
    counts = "import 1 is completed: 1 created, 0 updated, 0 unchanged, 0 failed"
    expected = f"{READ}\n{COLUMNS}\nignored columns: Colour\n{counts}\n"
    assert outcome == Ended(0, "1\n", expected)


def test_one_look_at_an_import_that_runs_says_how_far_it_is(sheaf: Sheaf, deployment: str) -> None:
    begun()
    api_records.run_import(Api(), 1, "created", "failed")
    outcome = sheaf("import", "--follow", "1", *OF_ACCOUNT)
    assert (outcome.status, outcome.err.splitlines()[0]) == (
        0,
        "import 1 is running: 2 of 3 rows done: 1 created, 0 updated, 0 unchanged, 1 failed",
    )


# What is wrong


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("--account 1", "one of the arguments FILE --follow is required"),
        ("{file}", "the following arguments are required: --account"),
        ("{file} --follow 7 --account 1", "argument --follow: not allowed with argument FILE"),
        ("--follow x --account 1", "argument --follow: an import's id must be a positive integer below 2^53"),
        (
            "--follow 7 --account 1 --dry-run",
            "argument --follow: not allowed with argument --dry-run",
        ),
        (
            "--follow 7 --account 1 --kind tasks",
            "argument --follow: not allowed with argument --kind",
        ),
        (
            "{file} --account 1 --kind invoices",
            f"argument --kind: invalid choice: 'invoices' (choose from {', '.join(map(repr, map(str, FileKind)))})",
        ),
        ("{folder}/none.csv --account 1", "'{folder}/none.csv' is not a file that can be read"),
        ("{folder} --account 1", "'{folder}' is not a file that can be read"),
        ("{folder}/empty.csv --account 1", "'{folder}/empty.csv' is empty"),
        ("{folder}/large.csv --account 1", "'{folder}/large.csv' is larger than 1 GB; cut it into several"),
        ("{folder}/a\\\\b --account 1", "file_name must be a name without a path"),
        ("{file} --account 1 --report {folder}", "'{folder}' is not a file that can be written"),
        ("{file} --account 1 --report {folder}/none/x", "'{folder}/none/x' is not a file that can be written"),
    ],
)
def test_a_wrong_command_line_is_one_line_on_stderr_and_status_2(
    sheaf: Sheaf, file: Path, words: str, problem: str
) -> None:
    (file.parent / "empty.csv").touch()
    with (file.parent / "large.csv").open("wb") as large:
        large.truncate(1024**3 + 1)
    (file.parent / "a\\b").write_bytes(TASKS)
    names = {"file": file, "folder": file.parent}
    outcome = sheaf("import", *shlex.split(words.format(**names)))
    assert outcome == Ended(2, "", f"sheaf import: {problem.format(**names)} (see sheaf import --help)\n")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--follow", "7", "--account", "1"), "account 1 has no import 7"),
        (("--follow", "7", "--account", "2"), "account 2 does not exist"),
    ],
)
def test_what_is_not_there_is_one_line_on_stderr_and_status_1(
    sheaf: Sheaf, deployment: str, words: tuple[str, ...], complaint: str
) -> None:
    assert sheaf("import", *words) == Ended(1, "", f"sheaf: {complaint}\n")


# Undo


@pytest.fixture
def with_queue(deployment: str, table: str, bucket: str, endpoint_url: str) -> Iterator[str]:
    """The same stack, which has a queue too; its address."""
    sqs = engine.client("sqs", endpoint_url)
    url = sqs.create_queue(QueueName=f"queue-of-{table}")["QueueUrl"]
    outputs = {"TableName": {"Value": table}, "ImportsBucketName": {"Value": bucket}, "ImportsQueueUrl": {"Value": url}}
    with a_stack(endpoint_url, f"{deployment}-with-queue", outputs):
        yield url


@pytest.fixture
def ended(table: str) -> None:
    """Import 1 has ended just now."""
    begun(file_name="tasks.csv")
    run("created")()
    api_records.end_import(Api(), 1, "unchanged", clock.now())


def moved_to_end(**counts: Any) -> Callable[[], object]:
    """The workers undo import 1, with this result."""

    def work() -> None:
        state = jobs.get(ACCOUNT, Id(1)).undo
        assert state is not None
        done = replace(state, status=UndoStatus.COMPLETED, finished_at=NOW, steps=1, **counts)
        undo.end(ACCOUNT, Id(1), state, done)

    return work


def test_an_undo_is_begun_and_the_queue_is_told(
    ended: None, sheaf: Sheaf, with_queue: str, deployment: str, endpoint_url: str
) -> None:
    outcome = sheaf("import", "undo", "1", *OF_ACCOUNT, "--stack", f"{deployment}-with-queue")
    told = "the undo of import 1 is running: 0 time entries and 0 other records removed, 0 and 0 left\n"
    assert outcome == Ended(0, "1\n", told)
    (message,) = engine.client("sqs", endpoint_url).receive_message(QueueUrl=with_queue)["Messages"]
    assert undoing.read_message(message["Body"]) == (ACCOUNT, 1)


def test_what_an_undo_has_left_is_shown_and_can_be_saved(
    ended: None, sheaf: Sheaf, with_queue: str, deployment: str, meanwhile: Pauses, s3: Any, bucket: str, tmp_path: Path
) -> None:
    report = "\ufeffKind,Id,Name,Reason\r\ntime_entry,7,2026-01-02,It was changed since the import\r\n"
    s3.put_object(Bucket=bucket, Key=files.undo_report_key(ACCOUNT, Id(1)), Body=report.encode())
    meanwhile(moved_to_end(time_entries_removed=41, time_entries_left=1, records_removed=5))
    place = ("--stack", f"{deployment}-with-queue")
    outcome = sheaf("import", "undo", "1", *OF_ACCOUNT, *place, "--wait")
    assert (outcome.status, outcome.out) == (3, "1\n")
    assert outcome.err.endswith(
        "the undo of import 1 is completed: 41 time entries and 5 other records removed, 1 and 0 left\n"
        "time entry 7 (2026-01-02): It was changed since the import\n"
        "--report FILE fetches the whole list\n"
    )
    saved = tmp_path / "left.csv"
    assert sheaf("import", "undo", "1", *OF_ACCOUNT, *place, "--report", str(saved)).status == 3
    assert saved.read_bytes() == report.encode()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["tasks.csv", "7"], "an ID follows `undo` alone"),
        (["undo", "7", "--kind", "tasks"], "argument --kind: not allowed with undo"),
        (["undo", "x"], "argument ID"),
    ],
)
def test_a_wrong_undo_is_told_so(sheaf: Sheaf, deployment: str, words: list[str], told: str) -> None:
    outcome = sheaf("import", *words, *OF_ACCOUNT)
    assert outcome.status == 2
    assert told in outcome.err


def test_an_undo_that_cannot_be_is_refused(sheaf: Sheaf, deployment: str) -> None:
    begun()
    assert sheaf("import", "undo", "1", *OF_ACCOUNT).status == 1
    outcome = sheaf("import", "undo", "9", *OF_ACCOUNT)
    assert outcome.err == "sheaf: account 1 has no import 9\n"
