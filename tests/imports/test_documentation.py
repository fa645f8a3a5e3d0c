"""The documentation of imports: its examples are files that can be imported, and its limits are those of the code."""

import re
from io import BytesIO

import pytest

from sheaf.domain.imports import cells
from sheaf.domain.imports.columns import kind_of
from sheaf.domain.imports.job import FileKind
from sheaf.domain.imports.reader import Reader
from sheaf.domain.imports.rows import BadRow
from sheaf.domain.imports.transfer import OPEN_FOR
from sheaf.imports import batch, finishing, formats, lines, splitting, staging
from tools.template import PROJECT, template

README = (PROJECT / "README.md").read_text()
IMPORTS = "\n".join((PROJECT / f"docs/{name}.md").read_text() for name in ("imports", "operations"))
EXAMPLES: list[str] = re.findall(r"^```(?:csv|json)\n(.*?)^```", IMPORTS, re.MULTILINE | re.DOTALL)
PLAIN = " ".join(IMPORTS.split())


def kind_of_example(example: str) -> FileKind:
    table = formats.read(BytesIO(example.encode()))
    return kind_of(table.columns)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.partition("\n")[0])
def test_every_row_of_an_example_is_read_and_every_column_means_something(example: str) -> None:
    table = formats.read(BytesIO(example.encode()))
    reading = Reader(kind_of(table.columns), table.columns)
    rows = [row if isinstance(row, BadRow) else reading.read(row) for row in table.rows]
    assert rows != []
    assert [row for row in rows if isinstance(row, BadRow)] == []
    assert reading.ignored == ()


def test_there_is_an_example_of_every_kind() -> None:
    assert {kind_of_example(example) for example in EXAMPLES} == set(FileKind)


GB = 1024**3


@pytest.mark.parametrize(
    "words",
    [
        f"| a file, as it is uploaded; unpacked | {splitting.SIZE_LIMIT // GB} GB; {lines.UNPACKED_LIMIT // GB} GB |",
        f"| rows of a file of tasks, projects or task assignments | {staging.NAMED_ROWS:,} |",
        f"| a row; columns of a file | {lines.ROW_LIMIT // 1024} KB; {formats.COLUMN_LIMIT} |",
        f"| rows about one record, or about one person's day on one task | {batch.GROUP_ROWS} |",
        f"below 2^{cells.KEPT_ID_LIMIT.bit_length() - 1} |",
        f"| fails after {finishing.UPLOAD_HOURS} hours; after {finishing.STILL_MINUTES} minutes |",
        f"ends it after {finishing.STILL_MINUTES} minutes",
        f"an address that is good for {OPEN_FOR // 60} minutes",
    ],
)
def test_a_limit_is_that_of_the_code(words: str) -> None:
    assert words in PLAIN


def test_what_is_kept_for_a_while_is_kept_as_long_as_the_template_says() -> None:
    rules = template()["Resources"]["ImportsBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    days = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "Prefix" in rule}
    words = f"| an uploaded file; a report | kept for {days['accounts/']} days; for {days['reports/']} days |"
    assert words in PLAIN


def test_every_parameter_of_the_template_is_named() -> None:
    named = set(re.findall(r"`(\w+)`", README)) | set(re.findall(r"^(\w+)=", README, re.MULTILINE))
    assert template()["Parameters"].keys() - named == set()
