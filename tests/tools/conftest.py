"""The operator's command line, run in this process on a stack of the local engine."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tools.cli.main import main
from tools.local import engine


@dataclass(frozen=True)
class Outcome:
    status: int
    out: str
    err: str


class Sheaf:
    """Runs `sheaf` in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *words: str) -> Outcome:
        self.capsys.readouterr()
        try:
            status = main(words)
        except SystemExit as end:
            status = int(end.code or 0)
        captured = self.capsys.readouterr()
        return Outcome(status, captured.out, captured.err)

    def json(self, *words: str) -> Any:
        outcome = self(*words, "--json")
        assert outcome.status == 0, outcome.err
        return json.loads(outcome.out)


@pytest.fixture
def sheaf(capsys: pytest.CaptureFixture[str]) -> Sheaf:
    return Sheaf(capsys)


@pytest.fixture
def stack(table: str, endpoint_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A stack with the table's name among its outputs, and SHEAF_STACK that names it."""
    with a_stack(endpoint_url, f"stack-of-{table}", {"TableName": {"Value": table}}) as name:
        monkeypatch.setenv("SHEAF_STACK", name)
        yield name


class a_stack:  # noqa: N801 - reads as a sentence
    """A stack of the local engine, for the length of a `with` block."""

    def __init__(self, endpoint_url: str, name: str, outputs: dict[str, Any]) -> None:
        self.cloudformation = engine.client("cloudformation", endpoint_url)
        self.name = name
        self.body = {
            "Resources": {"Something": {"Type": "AWS::CloudFormation::WaitConditionHandle"}},
            "Outputs": outputs,
        }

    def __enter__(self) -> str:
        self.cloudformation.create_stack(StackName=self.name, TemplateBody=json.dumps(self.body))
        self.cloudformation.get_waiter("stack_create_complete").wait(StackName=self.name, WaiterConfig={"Delay": 1})
        return self.name

    def __exit__(self, *_: object) -> None:
        self.cloudformation.delete_stack(StackName=self.name)
