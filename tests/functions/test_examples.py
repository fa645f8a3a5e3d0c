"""Every example request gets the whole answer that the test module of its operation expects."""

from collections.abc import Mapping
from importlib import import_module

import pytest

from tests.functions.conftest import Replay
from tests.functions.examples import Whole
from tests.support.example_requests import every_example, names_of
from tools.template import routes


def expected_by(operation: str) -> Mapping[str, Whole]:
    """The whole answer to each example of an operation."""
    module = import_module(f"tests.functions.test_{operation}")
    return {**module.EXPECTED, **getattr(module, "EXPECTED_OF_V1", {})}


@pytest.mark.parametrize(("operation", "scenario"), every_example(), ids=lambda name: name)
def test_an_example_gets_the_whole_expected_answer(
    operation: str, scenario: str, replay: Replay, replay_v1: Replay
) -> None:
    is_v1 = operation.startswith("v1_") or scenario.startswith("v1_")
    answer = (replay_v1 if is_v1 else replay)(operation, scenario)
    assert answer == expected_by(operation)[scenario]


def test_every_operation_with_a_route_has_examples_and_an_expected_answer_for_each() -> None:
    operations = {route.operation for route in routes()}
    assert {operation: sorted(expected_by(operation)) for operation in operations} == {
        operation: names_of(operation) for operation in operations
    }
