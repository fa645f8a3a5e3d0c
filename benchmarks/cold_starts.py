"""Cold starts: what it takes to import each handler and make its client, in the layers as they are deployed."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import boto3

from benchmarks.table import Table
from tools.local import deploy
from tools.local.engine import architecture, aws_environment
from tools.template import PROJECT, functions

WITH_CLIENT = ("list_tasks", "retrieve_task", "create_task", "update_task", "delete_task", "unmatched_route")
ROUNDS = 7
ROUNDS_WITHOUT = 3  # without byte code: slower, and not what is deployed

_BOTO3 = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six.py", "urllib3")
_CLOCK = """
import sys, time
sys.path[:0] = sys.argv[1:]
started = time.process_time()
{}
print((time.process_time() - started) * 1000)
"""


@dataclass(frozen=True)
class Start:
    """One thing to start: a statement, and the folders that it finds its modules in."""

    name: str
    statement: str
    folders: Sequence[Path]

    def milliseconds(self, *more: str) -> float:
        """The CPU time that it takes a fresh interpreter which has its standard library and these folders alone."""
        command = [sys.executable, "-I", "-S", *more, "-c", _CLOCK.format(self.statement), *map(str, self.folders)]
        environment = aws_environment("")
        return float(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)  # noqa: S603


def measure(_endpoint_url: str) -> str:
    """The table of cold starts."""
    build = PROJECT / ".local" / "bench"
    deploy.build(PROJECT, build, {"Architecture": architecture()})
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder)
        shutil.copytree(build / "build", bare / "build", ignore=shutil.ignore_patterns("__pycache__"))
        _take_boto3(bare / "boto3")
        _take_boto3(bare / "boto3-bare", "__pycache__")
        compiled = _medians([_baseline(bare / "boto3"), *_starts(build / "build")], ROUNDS)
        plain = _medians([_baseline(bare / "boto3-bare"), *_starts(bare / "build")], ROUNDS_WITHOUT, "-B")
    baseline = next(iter(compiled.values()))
    rows = [[name, f"{spent:.0f}", f"{spent / baseline:.2f}", f"{plain[name]:.0f}"] for name, spent in compiled.items()]
    table = Table(
        "Cold start",
        "In a fresh process that sees the built layers and nothing else; median of"
        f" {ROUNDS} rounds, one after the other in each ({ROUNDS_WITHOUT} rounds without the layers' byte code).",
        ["start", "CPU, ms", "against boto3", "CPU without byte code, ms"],
        rows,
    )
    return str(table)


def _baseline(folder: Path) -> Start:
    return Start("`import boto3; boto3.client('dynamodb')`", "import boto3; boto3.client('dynamodb')", [folder])


def _starts(build: Path) -> list[Start]:
    layers = [build / "VendorLayer" / "python", build / "CoreLayer" / "python"]
    folders = {function.operation: [*layers, build / function.logical_id] for function in functions()}
    client = "import handler; from sheaf.aws.dynamodb import dynamodb; dynamodb()"
    return [
        Start("`list_tasks` without its client", "import handler", folders["list_tasks"]),
        *(Start(f"`{operation}` and its client", client, folders[operation]) for operation in WITH_CLIENT),
    ]


def _medians(starts: Sequence[Start], rounds: int, *more: str) -> dict[str, float]:
    """The median of each start. They take turns, so that a slow moment of the machine meets all of them alike."""
    times = [[start.milliseconds(*more) for start in starts] for _ in range(rounds)]
    return {start.name: median(column) for start, column in zip(starts, zip(*times, strict=True), strict=True)}


def _take_boto3(target: Path, *left_out: str) -> None:
    """boto3 and what it needs, by itself: among the development tools it would load some of those as well."""
    packages = Path(boto3.__file__).parents[1]
    target.mkdir()
    for name in _BOTO3:
        source = packages / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("data", *left_out))
        else:
            shutil.copy(source, target)
    (target / "botocore" / "data").symlink_to(packages / "botocore" / "data")
    (target / "boto3" / "data").symlink_to(packages / "boto3" / "data")
