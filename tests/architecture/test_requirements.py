"""What is installed is pinned with hashes, comes from wherever pip is told to look, and is the same everywhere."""

import re
import tomllib

import pytest
from dependency_groups import resolve

from tools.template import PROJECT

PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text())
ASKED: dict[str, list[str]] = {
    "layers/vendor/requirements.txt": PYPROJECT["project"]["dependencies"],
    **{
        f"requirements/{group}.txt": list(resolve(PYPROJECT["dependency-groups"], group))
        for group in ("dev", "local", "e2e")
    },
}

PIN = re.compile(
    r"(?P<name>[a-z0-9]([a-z0-9._-]*[a-z0-9])?)==(?P<version>[A-Za-z0-9.+!]+)( --hash=sha256:[0-9a-f]{64})+"
)


def requirements(text: str) -> list[str]:
    """The requirements of a file, one a line, without comments."""
    joined = re.sub(r"\s*\\\n\s*", " ", text)
    return [line.strip() for line in joined.splitlines() if line.strip() and not line.startswith("#")]


def unpinned(text: str) -> list[str]:
    """The lines that are anything but a package at one version with its hashes: options and URLs too."""
    return [line for line in requirements(text) if not PIN.fullmatch(line)]


def pins(path: str) -> dict[str, str]:
    """The version of each package in a locked file."""
    found = [PIN.fullmatch(line) for line in requirements((PROJECT / path).read_text())]
    return {match["name"]: match["version"] for match in found if match}


@pytest.mark.parametrize("path", ASKED)
def test_every_package_is_pinned_with_its_hashes(path: str) -> None:
    assert unpinned((PROJECT / path).read_text()) == []
    assert pins(path) != {}


HASH = f"--hash=sha256:{'0' * 64}"


@pytest.mark.parametrize(
    "line",
    [
        "pydantic",
        "pydantic==2.13.5",
        f"pydantic>=2 {HASH}",
        f"pydantic==2.13.5 {HASH[:-1]}",
        f"pydantic @ file:pydantic.whl {HASH}",
        "--index-url simple",
        "--find-links /opt/wheels",
        "-e .",
    ],
)
def test_anything_else_in_a_locked_file_is_found(line: str) -> None:
    good = f"# a comment\nbotocore==1.43.127 \\\n    {HASH} \\\n    {HASH}\n"
    assert unpinned(good) == []
    assert unpinned(good + line) == [line]


@pytest.mark.parametrize("path", ASKED)
def test_what_is_asked_for_has_no_address_and_is_locked(path: str) -> None:
    assert [line for line in ASKED[path] if not re.fullmatch(r"[a-z0-9-]+(\[[a-z0-9,]+\])?(<[0-9.]+)?", line)] == []
    assert {re.split(r"[\[<]", line)[0] for line in ASKED[path]} - pins(path).keys() == set()


def test_what_is_deployed_is_what_is_tested() -> None:
    tested = pins("requirements/dev.txt")
    deployed = pins("layers/vendor/requirements.txt")
    assert deployed == {name: tested.get(name) for name in deployed}
