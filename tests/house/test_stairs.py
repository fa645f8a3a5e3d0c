"""The stairs go one way: functions -> http, store, domain; http -> domain; store -> domain; domain -> nothing."""

import sys

import pytest

from tests.house import source
from tests.house.source import Module

# What each room may import of ours, beside itself.
STAIRS = {
    "functions": {"http", "events", "deliveries", "imports", "store", "domain"},
    "http": {"domain", "log"},
    "imports": {"store", "domain", "queues", "log"},
    "store": {"domain", "settings"},
    "queues": {"domain", "settings"},
    "domain": set(),
    "events": {"domain", "log"},
    "deliveries": {"domain", "log"},
    "log": {"settings"},
    "settings": set(),
}

# The entry wrapper asks who calls: the one door from the wire to the table that is not in a handler.
DOORS = {"sheaf.http.identity": {"sheaf.store.identity"}}

# Known to type checkers alone: it is not there when a program runs.
STUBS = "_typeshed"

# What each room may import of others, beside the standard library.
PACKAGES = {
    "functions": set[str](),
    "http": {"aws_lambda_powertools", "defusedxml", "pydantic"},
    "imports": set[str](),
    "store": {"botocore"},
    "queues": {"botocore"},
    "domain": set[str](),
    "events": set[str](),
    "deliveries": {"aws_lambda_powertools"},
    "log": {"aws_lambda_powertools"},
    "settings": set[str](),
}


def wrong_steps(module: Module) -> list[str]:
    """The imports that lead upwards, sideways or out of the house."""
    return [f"{module.name} imports {name}" for name in module.imports() if not _is_allowed(module, name)]


def _is_allowed(module: Module, name: str) -> bool:
    package = name.split(".", maxsplit=1)[0]
    if package != "sheaf":
        return package == STUBS or package in sys.stdlib_module_names or package in PACKAGES[module.room]
    if any(name == door or name.startswith(f"{door}.") for door in DOORS.get(module.name, ())):
        return True
    room = name.split(".")[1]
    return room in STAIRS[module.room] or (room == module.room and module.room != "functions")


def test_every_module_lies_in_a_room() -> None:
    rooms = {module.room for module in [*source.layer(), *source.functions()] if module.name != "sheaf"}
    assert rooms == set(STAIRS) == set(PACKAGES)


def test_no_import_leads_up_the_stairs() -> None:
    modules = [module for module in [*source.layer(), *source.functions()] if module.name != "sheaf"]
    assert [step for module in modules for step in wrong_steps(module)] == []


def test_the_package_itself_imports_nothing() -> None:
    (package,) = (module for module in source.layer() if module.name == "sheaf")
    assert list(package.imports()) == []


def test_every_door_is_used() -> None:
    used = {module.name: set(module.imports()) for module in source.layer()}
    assert [name for name, doors in DOORS.items() if not doors <= used[name]] == []


@pytest.mark.parametrize(
    ("name", "statement"),
    [
        ("sheaf.domain.task", "from sheaf.store import tasks"),
        ("sheaf.domain.task", "from sheaf.http.call import Call"),
        ("sheaf.domain.task", "from sheaf import settings"),
        ("sheaf.domain.task", "import pydantic"),
        ("sheaf.domain.task", "from . import errors"),
        ("sheaf.store.tasks", "import sheaf.http.reply"),
        ("sheaf.store.tasks", "import boto3"),
        ("sheaf.store.tasks", "def late():\n    from sheaf.http import call"),
        ("sheaf.http.entry", "from sheaf.store import identity"),
        ("sheaf.http.identity", "from sheaf.store import tasks"),
        ("sheaf.http.entry", "import botocore.session"),
        ("sheaf.settings", "from sheaf.domain import values"),
        ("sheaf.events", "from sheaf.store import repair"),
        ("functions.list_tasks.handler", "from functions.create_task import handler"),
        ("functions.list_tasks.handler", "from sheaf import settings"),
        ("functions.list_tasks.handler", "from botocore.session import get_session"),
    ],
)
def test_a_wrong_step_is_named(name: str, statement: str) -> None:
    module = Module.of(name, statement)
    assert wrong_steps(module) == [f"{name} imports {imported}" for imported in module.imports()]
    assert wrong_steps(module) != []
