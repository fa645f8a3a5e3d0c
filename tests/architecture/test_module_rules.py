"""What only one module may do, and what none may."""

import ast
import re
from collections.abc import Callable, Iterator

import pytest

from tests.architecture import repository, source
from tests.architecture.source import Module
from tools.template import PROJECT

FORBIDDEN_NAMES = {"utils", "common", "helpers", "manager", "misc"}
PARTIQL = {"execute_statement", "batch_execute_statement", "execute_transaction"}


def environment_reads(module: Module) -> Iterator[str]:
    """The environment, read anywhere but in settings.py."""
    if module.name != "sheaf.settings":
        names = {"os.environ", "os.environb", "os.getenv", "os.getenvb"}
        yield from names.intersection([*module.attributes(), *module.imports()])


def scans(module: Module) -> Iterator[str]:
    """A Scan or PartiQL, by method or by name."""
    calls = {"scan"} | PARTIQL
    yield from (name for name in module.attributes() if name.split(".")[-1] in calls)
    yield from (text for text in module.texts() if text.lower() in calls | {"executestatement", "executetransaction"})


def key_strings(module: Module) -> Iterator[str]:
    """A piece of a key, such as `ACCOUNT#`, spelled anywhere but in store/keys.py."""
    if module.name != "sheaf.store.keys":
        yield from (text for text in module.texts() if re.search(r"\w#", text))


def late_imports(module: Module) -> Iterator[str]:
    """An import that no reader and no import graph can see."""
    calls = (ast.unparse(node.func) for node in ast.walk(module.tree) if isinstance(node, ast.Call))
    yield from (name for name in calls if name in ("__import__", "import_module", "importlib.import_module"))


RULES = [environment_reads, scans, key_strings, late_imports]


@pytest.mark.parametrize("rule", RULES)
def test_no_module_breaks_a_rule(rule: Callable[[Module], Iterator[str]]) -> None:
    modules = [*source.layer(), *source.functions()]
    assert {module.name: found for module in modules if (found := sorted(rule(module)))} == {}


@pytest.mark.parametrize(
    ("rule", "statement", "found"),
    [
        (environment_reads, "import os\nos.environ['X']", "os.environ"),
        (environment_reads, "import os\nos.getenv('X')", "os.getenv"),
        (environment_reads, "from os import environ", "os.environ"),
        (scans, "dynamodb().scan(TableName='t')", "dynamodb().scan"),
        (scans, "client.get_paginator('scan')", "scan"),
        (scans, "client.execute_statement(Statement='SELECT')", "client.execute_statement"),
        (key_strings, "pk = f'ACCOUNT#{number}'", "ACCOUNT#"),
        (key_strings, "prefix = 'active#'", "active#"),
        (late_imports, "import importlib\nimportlib.import_module('x')", "importlib.import_module"),
        (late_imports, "__import__('x')", "__import__"),
    ],
)
def test_a_rule_names_what_breaks_it(rule: Callable[[Module], Iterator[str]], statement: str, found: str) -> None:
    assert list(rule(Module.of("sheaf.http.bad", statement))) == [found]


def test_a_docstring_may_mention_what_code_may_not_do() -> None:
    module = Module.of("sheaf.http.good", '"""No ACCOUNT#7 here."""\nX = 1\n"""Nor a scan."""')
    assert [found for rule in RULES for found in rule(module)] == []


def test_the_first_line_of_every_module_names_its_package() -> None:
    modules = [module for module in [*source.layer(), *source.functions()] if module.name != "sheaf"]
    without = [
        module.name
        for module in modules
        if not (ast.get_docstring(module.tree) or "").startswith(f"{module.package}: ")
    ]
    assert without == []


def test_no_module_has_a_meaningless_name() -> None:
    named = [path for path in repository.files("*.py") if FORBIDDEN_NAMES.intersection(path.with_suffix("").parts)]
    assert named == []


def path_changes(module: Module) -> list[str]:
    """Whatever makes Python find modules in a place where they were not installed."""
    changes = {"sys.path", "site.addsitedir", "sys.meta_path", "sys.path_hooks"}
    return sorted(changes.intersection([*module.attributes(), *module.imports()]))


def test_nothing_in_the_repository_changes_the_module_path() -> None:
    modules = [Module.of(str(path), (PROJECT / path).read_text()) for path in repository.files("*.py")]
    assert {module.name: found for module in modules if (found := path_changes(module))} == {}


@pytest.mark.parametrize("statement", ["import sys\nsys.path.insert(0, '.')", "from sys import path"])
def test_a_change_of_the_module_path_is_found(statement: str) -> None:
    assert path_changes(Module.of("bad", statement)) == ["sys.path"]


def test_no_setting_changes_the_module_path() -> None:
    variable = "PYTHON" + "PATH"
    others = [path for path in repository.files() if path.suffix != ".py"]
    assert [path for path in others if variable in repository.text(path) or "pythonpath" in repository.text(path)] == []
