"""What is said of a file in the request, or by options beside it in the inbox; and what an import shows of a file."""

import csv
import json

import pytest

from sheaf.domain.client import ClientFields
from sheaf.domain.errors import InvalidError
from sheaf.domain.identity import AccountId
from sheaf.domain.imports.job import Import, ImportFields, ImportStatus
from sheaf.domain.imports.transfer import read_options
from sheaf.domain.paging import WHOLE
from sheaf.domain.project import ProjectFields
from sheaf.domain.time_entry import TimeFilter, TimeReader
from sheaf.domain.values import Id
from sheaf.store import clients, projects, time_entries, users
from sheaf.store.imports import jobs
from tests.imports.conftest import ManualClock
from tests.imports.pipeline import ImportPipeline
from tests.store.stored_records import user

ACCOUNT = AccountId(1)
ROWS = b"Date,Client,Project,Task,First name,Last name,Hours\n3/4/2026,Acme,Site,Design,Nora,Field,1\n"


def ended(import_id: int = 1) -> Import:
    return jobs.get(ACCOUNT, Id(import_id))


def logged() -> list[tuple[str, str, str, str, str]]:
    page = time_entries.page(ACCOUNT, TimeReader(Id(1), None), TimeFilter(), WHOLE)
    return [
        (item.user.name, item.client.name, item.project.name, item.task.name, item.entry.spent_date)
        for item in page.records
    ]


def bring_in(pipeline: ImportPipeline, content: bytes, fields: ImportFields | None = None) -> Import:
    """Import a file as a caller of the API does."""
    job = jobs.create(ACCOUNT, fields or ImportFields(), None, ManualClock.now)
    pipeline.send(f"accounts/1/imports/{job.id}/time.csv", content)
    return ended(job.id)


# ------------------------------------------------------------ the inbox


def test_options_beside_a_file_of_the_inbox_say_how_it_is_read(pipeline: ImportPipeline) -> None:
    options = json.dumps({"date_format": "%d/%m/%Y", "default_task": "General"}).encode()
    assert pipeline.tell(pipeline.upload("accounts/1/inbox/dry-run/told.csv.options.json", options)) == 0
    pipeline.send("accounts/1/inbox/dry-run/told.csv", ROWS)
    job = ended()
    assert (job.dry_run, job.date_format, job.default_task) == (True, "%d/%m/%Y", "General")
    assert json.loads(job.preview[0])["spent_date"] == "2026-04-03"


def test_without_options_a_file_is_read_by_what_it_shows(pipeline: ImportPipeline) -> None:
    pipeline.send("accounts/1/inbox/untold.csv", ROWS)
    assert [entry[4] for entry in logged()] == ["2026-03-04"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (b"[]", "the options must be a JSON object"),
        (b"{", "the options must be a JSON object"),
        (b"\xff", "the options must be UTF-8"),
        (b"[" * 9_000, "the options must be a JSON object"),
        (b'{"encoding":"utf-8","encoding":"utf-8"}', "the options must be a JSON object"),
        (b'{"colour":"red"}', "colour is no option; the options are date_format, decimal_symbol, encoding,"),
        (b'{"date_format":"%d"}', "date_format must be one of"),
        (b'{"user_id":"x"}', "user_id must be a positive integer"),
        (b'{"encoding":null}', "encoding must be a string"),
        (b'{"default_task":" "}', "default_task can't be blank"),
        (b'{"encoding":"utf-8"}' + b" " * 10_000, "the options are longer than 10,000 bytes"),
    ],
)
def test_options_that_cannot_be_end_the_import_and_say_why(
    pipeline: ImportPipeline, options: bytes, sentence: str
) -> None:
    pipeline.tell(pipeline.upload("accounts/1/inbox/wrong.csv.options.json", options))
    pipeline.send("accounts/1/inbox/wrong.csv", ROWS)
    job = ended()
    assert (job.status, logged()) == (ImportStatus.FAILED, [])
    assert (job.error or "").startswith(f"wrong.csv.options.json: {sentence}")


def test_every_option_is_known() -> None:
    said = {"date_format": "%Y-%m-%d", "decimal_symbol": ",", "encoding": "UTF-8", "default_task": " G ", "user_id": 3}
    assert read_options(said) == {
        "date_format": "%Y-%m-%d",
        "decimal_symbol": ",",
        "encoding": "utf-8",
        "default_task": "G",
        "time_of_user_id": 3,
    }
    with pytest.raises(InvalidError):
        read_options({"dry_run": True})


# ------------------------------------------------------------ whose time


def test_a_file_without_people_is_of_the_user_who_is_named(pipeline: ImportPipeline) -> None:
    mia = users.create(ACCOUNT, user(1))
    content = b"Date,Client,Project,Task,Hours\n2026-03-04,Acme,Site,Design,1\n2026-03-05,Acme,Site,Design,2\n"
    assert bring_in(pipeline, content, ImportFields(time_of_user_id=mia.id)).counts.created == 2
    assert {entry[0] for entry in logged()} == {mia.name}
    assert bring_in(pipeline, content, ImportFields(time_of_user_id=mia.id)).counts.unchanged == 2


def test_a_user_who_is_not_there_ends_the_import(pipeline: ImportPipeline) -> None:
    job = bring_in(
        pipeline, b"Date,Client,Project,Task,Hours\n2026-03-04,A,B,C,1\n", ImportFields(time_of_user_id=Id(9))
    )
    assert (job.status, job.error) == (ImportStatus.FAILED, "user_id 9 is no user of this account")


# ------------------------------------------------------------ files without a client


def test_a_project_without_its_client_is_the_one_of_that_name(pipeline: ImportPipeline) -> None:
    for client_name, names in (("Acme", ("Site", "Shop")), ("Brix", ("Shop",))):
        made = clients.create(ACCOUNT, ClientFields(name=client_name), ManualClock.now)
        for name in names:
            projects.create(ACCOUNT, ProjectFields(client_id=made.id, name=name), ManualClock.now)
    content = (
        b"Date,Project,Task,User,Hours\n2026-03-04,SITE,Design,Nora Field,1\n"
        b"2026-03-04,Shop,Design,Nora Field,1\n2026-03-04,Home,Design,Nora Field,1\n"
    )
    job = bring_in(pipeline, content)
    assert (job.counts.created, job.counts.failed) == (1, 2)
    assert logged() == [("Nora Field", "Acme", "Site", "Design", "2026-03-04")]
    reasons = [row[2] for row in csv.reader(pipeline.report(1).splitlines()[1:])]
    assert reasons == [
        '"Shop" is a project of Acme, Brix; a column for the client says which is meant',
        'There is no project "Home"; to make one, the file needs a column for the client',
    ]
    assert bring_in(pipeline, content).counts.unchanged == 1


# ------------------------------------------------------------ what is shown


def test_a_dry_run_shows_its_first_rows_as_they_would_be_stored(pipeline: ImportPipeline) -> None:
    lines = [f"2026-03-0{day},Acme,Site,Design,Nora,Field,{day}:30" for day in range(1, 6)]
    content = "\n".join(["Date,Client,Project,Task,First name,Last name,Hours", "x,Acme,Site,D,N,F,1", *lines]).encode()
    job = bring_in(pipeline, content, ImportFields(dry_run=True))
    shown = [json.loads(row) for row in job.preview]
    assert [(row["spent_date"], row["hours"], row["user"]) for row in shown] == [
        ("2026-03-01", "1.5", "Nora Field"),
        ("2026-03-02", "2.5", "Nora Field"),
        ("2026-03-03", "3.5", "Nora Field"),
    ]
    assert bring_in(pipeline, content).preview == ()


@pytest.mark.parametrize(
    ("content", "first"),
    [
        (b"Name,Default hourly rate\nDesign,80\n", {"name": "Design", "default_hourly_rate": "80"}),
        (b"Client,Project\nAcme,Site\n", {"client": "Acme", "name": "Site"}),
        (b"Client,Project,Task,Billable\nAcme,Site,Design,no\n", {"project": "Site", "billable": "False"}),
    ],
)
def test_a_dry_run_of_other_kinds_shows_them_too(
    pipeline: ImportPipeline, content: bytes, first: dict[str, str]
) -> None:
    (shown,) = map(json.loads, bring_in(pipeline, content, ImportFields(dry_run=True)).preview)
    assert first.items() <= shown.items()


def test_columns_that_are_used_and_ignored_are_told_apart(pipeline: ImportPipeline) -> None:
    job = bring_in(pipeline, b"Task,Mood,Billable by default\nDesign,fine,yes\n")
    assert (job.used_columns, job.ignored_columns) == (("Task", "Billable by default"), ("Mood",))


def test_rows_that_say_nothing_are_counted_and_those_with_cells_listed(pipeline: ImportPipeline) -> None:
    job = bring_in(pipeline, ROWS + b"\n,,,,,,\nTotal,,,,,,7.5\n")
    assert (job.status, job.counts.created, job.rows_total, job.rows_skipped) == (ImportStatus.COMPLETED, 1, 1, 3)
    assert job.has_report
    header, *lines = pipeline.report(1).splitlines()
    assert header.startswith("Row,Field,Message,Date")
    assert lines == ['2,,"Skipped: the row is about nobody, nothing and no day",Total,,,,,,7.5']


def test_empty_rows_alone_need_no_report(pipeline: ImportPipeline) -> None:
    job = bring_in(pipeline, ROWS + b"\n\n")
    assert (job.rows_skipped, job.has_report) == (2, False)
