"""The layers as `sam build` makes them are all that a function needs, and carry their byte code."""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.openapi import body_readers
from tools.local import deploy
from tools.local.engine import architecture
from tools.template import PROJECT, Function, functions

pytestmark = pytest.mark.xdist_group("layers")  # one build for all

SDK = {
    "aws_lambda_powertools",
    "boto3",
    "botocore",
    "dateutil",
    "jmespath",
    "s3transfer",
    "six",
    "typing_extensions",
    "urllib3",
}
BODY_READER = {"annotated_types", "pydantic", "pydantic_core", "typing_inspection"}
XML_READER = {*BODY_READER, "defusedxml"}


# Each handler in a process of its own, which begins with the SDK: all use that, and it takes longest to import.
IMPORT_ALL = """
import boto3, os
found = {}
for operation, folder in json.loads(os.environ["FOLDERS"]).items():
    reading, writing = os.pipe()
    if child := os.fork():
        os.close(writing)
        with open(reading) as answer:
            found[operation] = json.load(answer)
        os.waitpid(child, 0)
    else:
        sys.path.insert(0, folder)
        from handler import handler
        with open(writing, "w") as answer:
            json.dump([handler.operation, sorted(sys.modules)], answer)
        os._exit(0)
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Build:
    """The folder that `sam build` filled; what it holds is found on Lambda under /opt and /var/task."""

    folder: Path

    @property
    def layers(self) -> list[Path]:
        return [self.folder / layer / "python" for layer in ("VendorLayer", "CoreLayer")]

    def run(self, program: str, **environment: str) -> Any:
        """What a program prints as JSON that has the layers and of the machine only Python's own."""
        command = [sys.executable, "-I", "-S", "-c", f"import sys, json; sys.path[:0] = sys.argv[1:]\n{program}"]
        command += map(str, self.layers)
        result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    def sources(self) -> Iterator[Path]:
        for layer in self.layers:
            yield from layer.rglob("*.py")


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    work_dir = tmp_path_factory.mktemp("layers")
    deploy.build(PROJECT, work_dir, {"Architecture": architecture()})
    return Build(work_dir / "build")


@pytest.fixture(scope="session")
def imported(build: Build) -> Mapping[str, tuple[str, list[str]]]:
    """What each handler says of its operation, and the modules that are loaded with it, by operation."""
    folders = {function.operation: str(build.folder / function.logical_id) for function in functions()}
    found: Mapping[str, tuple[str, list[str]]] = build.run(
        IMPORT_ALL, AWS_REGION="eu-central-1", FOLDERS=json.dumps(folders)
    )
    return found


@pytest.mark.parametrize("function", functions(), ids=lambda function: function.operation)
def test_a_handler_is_imported_from_its_layers_with_the_packages_that_it_uses_and_no_others(
    imported: Mapping[str, tuple[str, list[str]]], function: Function
) -> None:
    operation, loaded = imported[function.operation]
    assert operation == function.operation
    packages = {name.partition(".")[0] for name in loaded if not name.startswith("_")} - sys.stdlib_module_names
    reader = XML_READER if function.operation.startswith("v1_") else BODY_READER
    expected = SDK | reader if function.operation in body_readers() else SDK
    assert packages == {"handler", "sheaf", *expected}


@pytest.mark.parametrize(
    ("region", "address"),
    [
        ("eu-central-1", "https://dynamodb.eu-central-1.amazonaws.com"),
        ("us-gov-west-1", "https://dynamodb.us-gov-west-1.amazonaws.com"),
        ("cn-north-1", "https://dynamodb.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_the_client_finds_dynamodb_with_the_data_that_the_layer_keeps(build: Build, region: str, address: str) -> None:
    program = "from sheaf.aws.dynamodb import dynamodb; print(json.dumps(dynamodb().meta.endpoint_url))"
    credentials = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    assert build.run(program, AWS_REGION=region, AWS_DEFAULT_REGION=region, **credentials) == address


@pytest.mark.parametrize(
    ("region", "addresses"),
    [
        ("eu-central-1", [f"https://{name}.eu-central-1.amazonaws.com" for name in ("s3", "sqs", "events", "kms")]),
        ("cn-north-1", [f"https://{name}.cn-north-1.amazonaws.com.cn" for name in ("s3", "sqs", "events", "kms")]),
    ],
)
def test_the_clients_of_imports_find_their_services_too(build: Build, region: str, addresses: list[str]) -> None:
    made = "[make().meta.endpoint_url for make in (clients.s3, clients.sqs, clients.events, clients.kms)]"
    program = f"from sheaf.aws import clients; print(json.dumps({made}))"
    credentials = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    variables = {"AWS_REGION": region, "AWS_DEFAULT_REGION": region, **credentials}
    assert build.run(program, **variables) == addresses


def test_every_module_has_byte_code_that_is_used_without_looking_at_its_source(build: Build) -> None:
    # A header of magic number, flags (1: a hash, not to be checked) and the hash of the source.
    wrong = [
        source
        for source in build.sources()
        if Path(importlib.util.cache_from_source(str(source))).read_bytes()[:16]
        != importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little") + importlib.util.source_hash(source.read_bytes())
    ]
    assert wrong == []


def test_a_layer_keeps_no_model_of_a_service_that_functions_do_not_call(build: Build) -> None:
    [data] = [layer / "botocore" / "data" for layer in build.layers if (layer / "botocore").exists()]
    assert sorted(folder.name for folder in data.iterdir() if folder.is_dir()) == [
        "dynamodb",
        "events",
        "kms",
        "s3",
        "sqs",
    ]
