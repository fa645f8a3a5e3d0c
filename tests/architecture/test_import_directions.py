"""Imports go one way: functions -> entry_points, http, imports, store -> domain; domain imports nothing of ours."""

import sys

import pytest

from tests.architecture import source
from tests.architecture.source import Module
from tools.template import PROJECT

# What each package may import of ours, beside itself.
ALLOWED = {
    "functions": {"entry_points", "http", "feed", "imports", "store", "webhooks", "domain"},
    "entry_points": {"http", "domain", "log", "origin", "backoff"},
    "http": {"domain", "strict_json", "backoff"},
    "imports": {"store", "aws", "domain", "log", "origin", "strict_json", "backoff"},
    "feed": {"http", "store", "webhooks", "aws", "domain", "log"},
    "webhooks": {"domain", "settings"},
    "store": {"aws", "domain", "origin", "settings", "backoff"},
    "aws": {"domain", "settings", "backoff"},
    "domain": set(),
    "origin": {"domain"},
    "strict_json": set(),
    "backoff": set(),
    "log": {"settings"},
    "settings": set(),
}

# Authentication, and the answers that are kept under keys, are the accesses to the table that are not in a handler.
EXCEPTIONS = {"sheaf.http.identity": {"sheaf.store.tokens"}, "sheaf.http.idempotency": {"sheaf.store.answers"}}

# How the store builds its items and its writes is its own affair: imports ask it for records and transactions.
PRIVATE = {
    "feed": ("sheaf.store.items", "sheaf.store.keys", "sheaf.store.mappers", "sheaf.store.writes"),
    "imports": ("sheaf.store.items", "sheaf.store.keys", "sheaf.store.mappers", "sheaf.store.writes"),
}

# Known to type checkers alone: they are not there when a program runs.
STUBS = ("_typeshed", "mypy_boto3_events", "mypy_boto3_kms", "mypy_boto3_s3", "mypy_boto3_sqs")

# What each package may import of others, beside the standard library.
PACKAGES = {
    "entry_points": {"aws_lambda_powertools"},
    "http": {"defusedxml", "pydantic"},
    "store": {"botocore"},
    "aws": {"boto3", "botocore"},
    "log": {"aws_lambda_powertools"},
}


def forbidden_imports(module: Module) -> list[str]:
    """The imports that no rule allows."""
    return [f"{module.name} imports {name}" for name in module.imports() if not _is_allowed(module, name)]


def _is_allowed(module: Module, name: str) -> bool:
    package = name.split(".", maxsplit=1)[0]
    if package != "sheaf":
        return package in STUBS or package in sys.stdlib_module_names or package in PACKAGES.get(module.package, ())
    if any(name == exception or name.startswith(f"{exception}.") for exception in EXCEPTIONS.get(module.name, ())):
        return True
    if name.startswith(PRIVATE.get(module.package, ())):
        return False
    imported = name.split(".")[1]
    return imported in ALLOWED[module.package] or (imported == module.package and module.package != "functions")


def test_every_module_is_in_a_package_that_has_rules() -> None:
    packages = {module.package for module in [*source.layer(), *source.functions()] if module.name != "sheaf"}
    assert packages == set(ALLOWED) >= set(PACKAGES)


def test_no_module_imports_what_its_package_may_not() -> None:
    modules = [module for module in [*source.layer(), *source.functions()] if module.name != "sheaf"]
    assert [found for module in modules for found in forbidden_imports(module)] == []


def test_the_package_itself_imports_nothing() -> None:
    (package,) = (module for module in source.layer() if module.name == "sheaf")
    assert list(package.imports()) == []


def test_every_exception_is_used() -> None:
    used = {module.name: set(module.imports()) for module in source.layer()}
    assert [name for name, exceptions in EXCEPTIONS.items() if not exceptions <= used[name]] == []


@pytest.mark.parametrize(
    ("name", "statement"),
    [
        ("sheaf.domain.task", "from sheaf.store import tasks"),
        ("sheaf.domain.task", "from sheaf.http.request import Call"),
        ("sheaf.domain.task", "from sheaf import settings"),
        ("sheaf.domain.task", "import pydantic"),
        ("sheaf.domain.task", "from . import errors"),
        ("sheaf.store.tasks", "import sheaf.http.response"),
        ("sheaf.store.tasks", "import boto3"),
        ("sheaf.store.tasks", "def late():\n    from sheaf.http import request"),
        ("sheaf.entry_points.http", "from sheaf.store import tokens"),
        ("sheaf.http.identity", "from sheaf.store import tasks"),
        ("sheaf.entry_points.http", "import botocore.session"),
        ("sheaf.imports.tasks", "from sheaf.store.mappers.task import TASK"),
        ("sheaf.imports.tasks", "from sheaf.store import keys"),
        ("sheaf.imports.tasks", "from sheaf.store.writes import put_new"),
        ("sheaf.settings", "from sheaf.domain import values"),
        ("sheaf.entry_points.events", "from sheaf.store import tasks"),
        ("functions.list_tasks.handler", "from functions.create_task import handler"),
        ("functions.list_tasks.handler", "from sheaf import settings"),
        ("functions.list_tasks.handler", "from botocore.session import get_session"),
    ],
)
def test_a_forbidden_import_is_named(name: str, statement: str) -> None:
    module = Module.of(name, statement)
    assert forbidden_imports(module) == [f"{name} imports {imported}" for imported in module.imports()]
    assert forbidden_imports(module) != []


def test_what_tests_share_imports_neither_tests_nor_benchmarks() -> None:
    paths = sorted((PROJECT / "tests/support").glob("*.py"))
    modules = [Module.of(f"tests.support.{path.stem}", path.read_text()) for path in paths]
    imported = [(module.name, name) for module in modules for name in module.imports()]
    others = [(by, name) for by, name in imported if name.startswith(("tests.", "benchmarks"))]
    assert [(by, name) for by, name in others if not name.startswith("tests.support.")] == []
