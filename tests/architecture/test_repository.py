"""What must be in the repository, and what must not."""

import re
import tomllib

import pytest

from tests.architecture import repository
from tools.template import PROJECT

# Put together here, so that this file does not name them either.
HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("crates", "io"),
        ("rubygems", "org"),
        ("docker", "io"),
        ("ghcr", "io"),
        ("quay", "io"),
        ("gcr", "io"),
        ("ecr", "aws"),
    )
]
HOMES = re.compile(r"(?<![\w.])/(?:home|Users)/\w|(?<![\w.])/(?:root)/|\b[A-Z]:\\" + r"Users\b")


def machine_paths(text: str, here: str = str(PROJECT)) -> list[str]:
    """The absolute paths in a text that mean something on one machine only; `here` is where the project lies on it."""
    own = re.findall(rf"(?<![\w.]){re.escape(here)}\b", text) if here.count("/") > 1 else []
    return HOMES.findall(text) + own


def registry_hosts(text: str) -> list[str]:
    """The package registries that a text names."""
    return [host for host in HOSTS if re.search(rf"(?<![\w-]){re.escape(host)}\b", text)]


def test_no_file_speaks_of_one_machine() -> None:
    found = {str(path): machine_paths(repository.text(path)) for path in repository.files()}
    assert {path: paths for path, paths in found.items() if paths} == {}


@pytest.mark.parametrize(
    "text", ["cd /" + "home/ada/x", "see /" + "root/.aws", "C:\\" + "Users\\ada", "/" + "Users/ada", "at /srv/sheaf/x"]
)
def test_a_path_of_one_machine_is_found(text: str) -> None:
    assert machine_paths(text, here="/srv/sheaf") != []


@pytest.mark.parametrize(
    "text", ["${HOME}/x", "docs/" + "home/x", "https://example.com/" + "root/x", "/" + "homestead", "/srv/sheafs"]
)
def test_any_other_path_is_none_of_one_machine(text: str) -> None:
    assert machine_paths(text, here="/srv/sheaf") == []


def test_no_file_names_a_package_registry() -> None:
    found = {str(path): registry_hosts(repository.text(path)) for path in repository.files()}
    assert {path: hosts for path, hosts in found.items() if hosts} == {}


@pytest.mark.parametrize("host", HOSTS)
def test_a_package_registry_is_found(host: str) -> None:
    assert registry_hosts(f"from https://files.{host}/simple") == [host]


def test_nothing_that_is_built_is_in_the_repository() -> None:
    built = re.compile(r"\.(pyc|so|whl|zip|gz|db|sqlite)$|(^|/)(\.aws-sam|\.local|\.venv|__pycache__)/")
    assert [path for path in repository.files() if built.search(path.as_posix())] == []


@pytest.mark.parametrize("path", ["LICENSE", "README.md", "Makefile", "samconfig.toml", ".editorconfig", ".gitignore"])
def test_it_is_there(path: str) -> None:
    assert (PROJECT / path).stat().st_size > 0


def test_the_licence_is_the_one_that_the_package_and_the_documentation_name() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    assert (PROJECT / "LICENSE").read_text().startswith(f"{project['license']} License\n")


def test_the_build_for_one_architecture_never_takes_the_layer_of_the_other() -> None:
    # The SAM CLI's cache does not see the variable that decides for which machine packages are fetched.
    build = tomllib.loads((PROJECT / "samconfig.toml").read_text())["default"]["build"]["parameters"]
    assert not build.get("cached", False)
    assert "--cache-dir .aws-sam/cache-$(ARCHITECTURE)" in (PROJECT / "Makefile").read_text()


def test_ci_runs_what_a_developer_runs() -> None:
    script = PROJECT / ".ci/run"
    assert script.stat().st_mode & 0o111
    assert script.read_text().splitlines()[-1] == "exec make test"
