"""Documents tell the truth: the commands that they show work, and their links lead somewhere."""

import re
from pathlib import Path

import pytest

from tests.architecture import repository
from tests.architecture.commands import commands
from tools.cli.main import parser
from tools.template import PROJECT, functions

DOCUMENTS = repository.files("*.md")
EACH = pytest.mark.parametrize("path", DOCUMENTS, ids=str)
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
SAM_COMMANDS = {"build", "deploy", "delete", "local", "logs", "validate"}


def targets() -> set[str]:
    """The targets of the Makefile that have a line of help."""
    return set(re.findall(r"^([a-z]+):.*## ", (PROJECT / "Makefile").read_text(), re.MULTILINE))


def objection(words: list[str]) -> str | None:
    """Why a command cannot work; None if it can."""
    match words:
        case ["make", *rest]:
            unknown = {word for word in rest if "=" not in word and not word.startswith("-")} - targets()
            return f"make has no target {', '.join(sorted(unknown))}" if unknown else None
        case ["sheaf", *rest]:
            return _objection_to_sheaf(rest)
        case ["sam", "local", "invoke", *rest]:
            return _objection_to_invoke(rest)
        case ["sam", command, *_]:
            return None if command in SAM_COMMANDS else f"sam has no command {command}"
        case _:
            return None


def _objection_to_sheaf(words: list[str]) -> str | None:
    nouns = [word for word in words if not word.startswith("-")]
    if not nouns or any("..." in word for word in words):
        return None
    if len(words) <= 2:  # the mere name of a command
        words = [*words, "--help"]
    try:
        parser().parse_args(words)
    except SystemExit as end:
        return f"sheaf refuses {' '.join(words)}" if end.code else None
    return None


def _objection_to_invoke(words: list[str]) -> str | None:
    known = {function.logical_id for function in functions()}
    named = [word for word in words if word.endswith("Function") and not word.startswith("<")]
    files = [word for word in words if word.endswith(".json") and "<" not in word]
    missing = [word for word in files if not (PROJECT / word).is_file()] + [item for item in named if item not in known]
    return f"there is no {', '.join(missing)}" if missing else None


@EACH
def test_the_commands_of_a_document_work(path: Path) -> None:
    objections = [objection(words) for words in commands(repository.text(path))]
    assert [item for item in objections if item] == []


@EACH
def test_the_links_of_a_document_lead_somewhere(path: Path) -> None:
    links = [link for link in LINK.findall(repository.text(path)) if "://" not in link]
    assert [link for link in links if not (PROJECT / path.parent / link).exists()] == []


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("```sh\nmake tset\n```", "make has no target tset"),
        ("Type `make nothing`.", "make has no target nothing"),
        ("```\nmake run && make tset\n```", "make has no target tset"),
        ("```\n$ sheaf user invent --account 1\n```", "sheaf refuses user invent --account 1"),
        (
            "```\nTOKEN=$(sheaf token issue --account 1 \\\n  --mail a@b)\n```",
            "sheaf refuses token issue --account 1 --mail a@b",
        ),
        ("`sheaf account list`", "sheaf refuses account list --help"),
        (
            "```\nsam local invoke ListFunction -e events/list_tasks/nothing.json\n```",
            "there is no events/list_tasks/nothing.json, ListFunction",
        ),
        ("`sam start-api`", "sam has no command start-api"),
    ],
)
def test_a_command_that_cannot_work_is_found(document: str, expected: str) -> None:
    assert [item for words in commands(document) if (item := objection(words))] == [expected]


@pytest.mark.parametrize(
    "document",
    [
        "```\nmake run PORT=4000 && make test\n```",
        "```\nPORT=4000 make run # comment\n```",
        '`sheaf account create "Example Ltd" --local`',
        "`sheaf token revoke --account $ACCOUNT 7`",
        "`sam local invoke <Function> -e events/<operation>/<scenario>.json`",
        "It's `don't` unbalanced.",
    ],
)
def test_any_other_command_is_none_that_cannot_work(document: str) -> None:
    assert [item for words in commands(document) if (item := objection(words))] == []


def test_the_makefile_has_what_the_documentation_promises() -> None:
    assert targets() >= {
        "help",
        "run",
        "test",
        "check",
        "build",
        "deploy",
        "bench",
        "lock",
        "routes",
        "format",
        "clean",
    }


def test_every_target_is_declared_phony_and_explained() -> None:
    makefile = (PROJECT / "Makefile").read_text()
    phony = set((re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE) or ["", ""])[1].split())
    every = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert phony == every == targets()


def test_every_program_that_the_makefile_runs_is_there() -> None:
    programs = re.findall(r"bin/python -m ((?:tools|benchmarks)[\w.]*)", (PROJECT / "Makefile").read_text())
    there = [
        (PROJECT / f"{name.replace('.', '/')}.py").is_file() or (PROJECT / name / "__main__.py").is_file()
        for name in programs
    ]
    assert dict(zip(programs, there, strict=True)) == dict.fromkeys(programs, True)


@pytest.mark.parametrize("words", [("account",), ("user",), ("token",), ("import",), ()], ids=" ".join)
def test_the_examples_of_the_command_line_are_accepted_by_it(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args([*words, "--help"])
    examples = capsys.readouterr().out.partition("examples:")[2]
    found = list(commands(f"```\n{examples}\n```"))
    assert found != []
    assert [objection(item) for item in found if objection(item)] == []
