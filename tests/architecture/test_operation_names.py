"""One slug names an operation in all its rooms, and no room holds anything else."""

from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any

import pytest

from tests.architecture.openapi import operation_ids
from tests.harness import EVENTS
from tools.template import FUNCTION, PROJECT, functions, template

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
    """The operationIds; what answers requests that fit no route is no operation of the API, so it has none."""
    unrouted = {function.operation for function in functions() if not any(route.method for route in function.routes)}
    return operation_ids() | unrouted


ROOMS = [folders, event_folders, files_of_tests, documented]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_holds_every_operation_and_nothing_else(room: Callable[[], set[str]]) -> None:
    assert room() == operations()


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


def test_every_function_has_a_log_group_with_its_name_and_no_group_is_left_over() -> None:
    expected = {f"{camel(slug)}LogGroup": {"Fn::Sub": f"/sheaf/${{Stage}}/{slug}"} for slug in operations()} | {
        "ApiLogGroup": {"Fn::Sub": "/sheaf/${Stage}/api"}
    }
    groups = {
        logical_id: resource["Properties"]["LogGroupName"]
        for logical_id, resource in template()["Resources"].items()
        if resource["Type"] == LOG_GROUP
    }
    assert groups == expected


def test_every_function_writes_to_its_own_log_group() -> None:
    written = {function.operation: function.properties["LoggingConfig"] for function in functions()}
    assert written == {slug: {"LogGroup": {"Ref": f"{camel(slug)}LogGroup"}} for slug in operations()}


def test_a_function_is_one_file() -> None:
    files = {
        path.relative_to(PROJECT).as_posix()
        for path in (PROJECT / "functions").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert files == {f"functions/{slug}/handler.py" for slug in operations()}
