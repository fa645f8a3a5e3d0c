"""The routes: template.yaml decides them, the layer's table and the documentation repeat them, handlers read them."""

import ast
import re

import pytest

from tests.architecture import openapi, source
from tools import routes
from tools.template import Route, functions
from tools.template import routes as template_routes

PARAMETER = re.compile(r"\{(\w+)\}")


def named() -> list[Route]:
    """All routes but `$default`."""
    return [route for route in template_routes() if route.method]


def test_the_layers_table_of_routes_is_what_make_routes_writes() -> None:
    assert routes.TARGET.read_text() == routes.source()


def test_the_documentation_has_every_route_and_no_other() -> None:
    documented = {(method, path) for method, path, _ in openapi.operations()}
    assert documented == {(route.method, route.path) for route in named()}


def test_an_operation_id_stands_at_a_route_of_its_function() -> None:
    answered_by = {(route.method, route.path): route.operation for route in named()}
    wrong = {
        (method, path): operation["operationId"]
        for method, path, operation in openapi.operations()
        if operation.get("operationId") not in (None, answered_by.get((method, path)))
    }
    assert wrong == {}


def test_the_documentation_declares_the_parameters_of_each_path() -> None:
    wrong = {
        f"{method} {path}": declared
        for method, path, operation in openapi.operations()
        if (declared := openapi.path_parameters(path, operation)) != set(PARAMETER.findall(path))
    }
    assert wrong == {}


def misnamed_parameters(path: str) -> list[str]:
    """The parameters of a path that are not called after the collection before them: `/tasks/{task_id}`."""
    pairs = re.findall(r"/(\w+)/\{(\w+)\}", path)
    wrong = [parameter for collection, parameter in pairs if parameter != f"{_one_of(collection)}_id"]
    return wrong + PARAMETER.findall(path)[len(pairs) :]


def _one_of(collection: str) -> str:
    return f"{collection.removesuffix('ies')}y" if collection.endswith("ies") else collection.removesuffix("s")


def test_a_path_parameter_has_the_same_name_on_every_route() -> None:
    assert {route.path: wrong for route in named() if (wrong := misnamed_parameters(route.path))} == {}


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("/v2/tasks/{task_id}", []),
        ("/v2/time_entries/{time_entry_id}", []),
        ("/v2/projects/{project_id}/task_assignments/{task_assignment_id}", []),
        ("/v2/tasks/{id}", ["id"]),
        ("/v2/tasks/{project_id}", ["project_id"]),
        ("/v2/projects/{project_id}/task_assignments/{id}", ["id"]),
    ],
)
def test_a_parameter_by_another_name_is_found(path: str, wrong: list[str]) -> None:
    assert misnamed_parameters(path) == wrong


def test_a_handler_reads_exactly_the_parameters_of_its_routes() -> None:
    read = {module.name.split(".")[1]: _ids_read(module.tree) for module in source.functions()}
    del read["retrieve_reference"]  # it looks its file up by the whole path
    given = {
        function.operation: {frozenset(PARAMETER.findall(route.path)) for route in function.routes} or {frozenset()}
        for function in functions()
        if not function.is_public
    }
    assert {operation: {frozenset(names)} for operation, names in read.items()} == given


def _ids_read(tree: ast.Module) -> set[str]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    by_name = {
        ast.literal_eval(node.args[0])
        for node in calls
        if isinstance(node.func, ast.Attribute) and node.func.attr == "path_id"
    }
    scoped = any(isinstance(node.func, ast.Name) and node.func.id == "managed_project_id" for node in calls)
    return by_name | ({"project_id"} if scoped else set())
