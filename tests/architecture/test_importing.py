"""Importing does nothing, and imports nothing that a cold start does not need."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.architecture import source
from tools.template import PROJECT

# Each costs more to import than a handler needs to run (docs/decisions/0005).
TOO_DEAR = (
    "aws_lambda_powertools.event_handler",
    "aws_lambda_powertools.utilities.idempotency",
    "aws_lambda_powertools.utilities.parser",
    "aws_lambda_powertools.utilities.validation",
    "aws_xray_sdk",
)


@cache
def imported(*modules: str, folder: Path = PROJECT) -> dict[str, list[str]]:
    """What the probe tells of these modules, imported in a process that has no environment and starts in `folder`."""
    command = [sys.executable, "-m", "tests.architecture.import_probe", *modules]
    result = subprocess.run(command, cwd=folder, env={}, capture_output=True, text=True, check=True)  # noqa: S603
    told: dict[str, list[str]] = json.loads(result.stdout)
    return told


def everything() -> list[str]:
    """Every module of the layer and of the functions."""
    return [module.name for module in [*source.layer(), *source.functions()]]


def loaded(prefix: str, modules: list[str]) -> list[str]:
    """The modules of a package, itself included, among those loaded."""
    return [name for name in modules if name == prefix or name.startswith(f"{prefix}.")]


def test_importing_the_layer_and_all_functions_has_no_effect() -> None:
    assert imported(*everything())["effects"] == []


@pytest.mark.parametrize(
    ("statement", "effect"),
    [
        ("import os\nos.environ.get('HOME')", "environment"),
        ("import os\nos.getenv('HOME')", "environment"),
        ("import os\ndict(os.environ)", "environment"),
        ("from sheaf import settings\ntry:\n    settings.stage()\nexcept KeyError:\n    pass", "environment"),
        ("from sheaf.aws.dynamodb import new_session\nnew_session()", "session"),
        ("import boto3\nboto3.client('s3')", "session"),
        ("import secrets\nsecrets.token_bytes(8)", "randomness"),
        ("import random\nrandom.uniform(0, 1)", "randomness"),
        ("import time\ntime.time()", "clock"),
        ("import socket\nsocket.socket().close()", "socket.__new__"),
        ("open(__file__).close()", "open"),
        ("import threading\nthreading.Thread(target=int).start()", "_thread.start_joinable_thread"),
        ("import subprocess\nsubprocess.run(['true'])", "subprocess.Popen"),
    ],
)
def test_an_effect_of_importing_is_found(tmp_path: Path, statement: str, effect: str) -> None:
    (tmp_path / "hasty.py").write_text(statement)
    effects = imported("hasty", folder=tmp_path)["effects"]
    assert effect in [told.split()[1] for told in effects]


@pytest.mark.parametrize("package", TOO_DEAR)
def test_nothing_too_dear_is_imported(package: str) -> None:
    assert loaded(package, imported(*everything())["modules"]) == []


def test_cutting_a_file_imports_nothing_that_applies_rows_nor_the_other_way_round() -> None:
    splitter, worker = (
        imported(f"functions.{name}.handler")["modules"] for name in ("on_import_uploaded", "on_import_rows")
    )
    applies = ("applying", "tasks", "projects", "task_assignments", "time")
    assert [name for name in applies if f"sheaf.imports.{name}" in splitter] == []
    assert [name for name in ("cutting", "staging", "formats") if f"sheaf.imports.{name}" in worker] == []
