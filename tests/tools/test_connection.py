"""Pointing the store at a table."""

import os

import pytest

from tools.connection import use_table
from tools.local import engine

ENDPOINT = "http://127.0.0.1:4566"
USERS_OWN = {
    "HOME": "/nowhere",
    "AWS_PROFILE": "work",
    "AWS_SESSION_TOKEN": "x",
    "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:1",
}


def test_a_local_engine_is_all_that_can_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = dict(USERS_OWN)
    monkeypatch.setattr(os, "environ", environment)
    use_table("table-1", ENDPOINT)
    beside = {"HOME": "/nowhere", "TABLE_NAME": "table-1", "STAGE": "local"}
    assert environment == {**engine.aws_environment(ENDPOINT), **beside}


def test_a_table_on_aws_is_reached_with_the_users_own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = dict(USERS_OWN)
    monkeypatch.setattr(os, "environ", environment)
    use_table("table-1")
    assert environment == {**USERS_OWN, "TABLE_NAME": "table-1", "STAGE": "operator"}
