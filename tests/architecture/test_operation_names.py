"""One slug names an operation everywhere: its folder, function, example events, test module and operationId."""

from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any

import pytest

from tests.architecture.openapi import operation_ids
from tests.support.api import EVENTS
from tools.template import FUNCTION, PROJECT, Function, functions, template

LOG_GROUP = "AWS::Logs::LogGroup"


def camel(slug: str) -> str:
    """`list_tasks` as the template writes it: `ListTasks`."""
    return "".join(word.capitalize() for word in slug.split("_"))


def operations() -> set[str]:
    """The slugs, as the template's functions give them."""
    return {function.operation for function in functions()}


def folders() -> set[str]:
    return {path.name for path in (PROJECT / "functions").iterdir() if path.name != "__pycache__"}


def event_folders() -> set[str]:
    return {path.name for path in EVENTS.iterdir() if any(path.glob("*.json"))}


def files_of_tests() -> set[str]:
    """The slugs that have a test file; the folder may hold tests of several operations beside them."""
    there = {path.stem.removeprefix("test_") for path in (PROJECT / "tests/functions").glob("test_*.py")}
    return there & operations()


def documented() -> set[str]:
    """The operationIds; what answers requests that fit no route is no operation of the API, nor is the reference."""
    unrouted = {function.operation for function in functions() if not any(route.method for route in function.routes)}
    return operation_ids() | unrouted | {function.operation for function in functions() if function.is_public}


PLACES = [folders, event_folders, files_of_tests, documented]


@pytest.mark.parametrize("names_in", PLACES)
def test_each_place_has_every_operation_and_nothing_else(names_in: Callable[[], set[str]]) -> None:
    assert names_in() == operations()


def misnamed(resources: Mapping[str, Any]) -> list[str]:
    """The functions of a template whose logical id does not say their folder's name."""
    folder_of = {
        logical_id: resource["Properties"]["CodeUri"]
        for logical_id, resource in resources.items()
        if resource["Type"] == FUNCTION
    }
    return [
        f"{logical_id} is not the name for {folder}"
        for logical_id, folder in folder_of.items()
        if PurePath(folder).parts[:-1] != ("functions",) or logical_id != f"{camel(PurePath(folder).name)}Function"
    ]


def test_a_function_is_called_in_the_template_what_its_folder_is_called() -> None:
    assert misnamed(template()["Resources"]) == []


@pytest.mark.parametrize(
    ("logical_id", "folder"),
    [("TasksFunction", "functions/list_tasks"), ("ListTasks", "functions/list_tasks"), ("Function", "src/list_tasks")],
)
def test_a_function_by_another_name_is_found(logical_id: str, folder: str) -> None:
    resources = {logical_id: {"Type": FUNCTION, "Properties": {"CodeUri": folder}}}
    assert misnamed(resources) == [f"{logical_id} is not the name for {folder}"]


def log_group(function: Function) -> str:
    """The log group of a function: the API's, unless something other than a request starts it."""
    if function.routes:
        return "ApiLogGroup"
    if function.operation in ("on_table_changes", "on_webhook_deliveries"):
        return "ChangesLogGroup"
    return "ImportsLogGroup" if function.operation.startswith("on_import_") else "UpkeepLogGroup"


def test_every_function_writes_to_the_log_group_of_its_kind_and_no_group_is_left_over() -> None:
    default = template()["Globals"]["Function"]["LoggingConfig"]
    written = {item.operation: item.properties.get("LoggingConfig", default) for item in functions()}
    assert written == {item.operation: {"LogGroup": {"Ref": log_group(item)}} for item in functions()}
    groups = {name: made for name, made in template()["Resources"].items() if made["Type"] == LOG_GROUP}
    assert {name: made["Properties"]["LogGroupName"]["Fn::Sub"] for name, made in groups.items()} == {
        "ApiLogGroup": "/sheaf/${Stage}/api",
        "ChangesLogGroup": "/sheaf/${Stage}/changes",
        "ImportsLogGroup": "/sheaf/${Stage}/imports",
        "UpkeepLogGroup": "/sheaf/${Stage}/upkeep",
    }


OF_THE_REFERENCE = ("Makefile", "build_assets.py", "index.html", "openapi.yaml", "reference.js", "requirements.txt")


def test_a_function_is_one_file_but_for_what_the_reference_is_built_from() -> None:
    files = {
        path.relative_to(PROJECT).as_posix()
        for path in (PROJECT / "functions").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert files == {f"functions/{slug}/handler.py" for slug in operations()} | {
        f"functions/retrieve_reference/{name}" for name in OF_THE_REFERENCE
    }
