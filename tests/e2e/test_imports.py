"""Imports through everything that `make run` starts: bucket, event, queue and functions."""

import time
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from sheaf.store.imports import endings
from tests.support import sample_files
from tests.support.server import Client, Server
from tools.local import engine

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

SECONDS = 60
DIRECT = build_opener(ProxyHandler({}))


def ended(client: Client, import_id: int) -> dict[str, Any]:
    """The import once it has come to its end."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        found: dict[str, Any] = client.get(f"/v2/imports/{import_id}").body
        if found["finished_at"]:
            return found
        time.sleep(0.2)
    raise AssertionError(f"not ended within {SECONDS} s: {found}")


def test_a_file_that_is_sent_to_its_signed_address_becomes_time(client: Client) -> None:
    made = client.post("/v2/imports", {"file_name": "detailed_time_report.csv"}).body
    assert made["status"] == "awaiting_upload"
    content = sample_files.detailed_export(150, bad=2)
    with DIRECT.open(Request(made["upload"]["url"], content, method="PUT"), timeout=SECONDS) as answer:  # noqa: S310
        assert answer.status == 200
    job = ended(client, made["id"])
    assert (job["status"], job["error"]) == ("completed_with_errors", None)
    with DIRECT.open(job["report"]["url"], timeout=SECONDS) as answer:
        report = answer.read().decode("utf-8-sig").splitlines()
    assert [line.split(",")[2] for line in report] == [
        "Message",
        *[f'"{sample_files.BAD_HOURS_MESSAGE.split(",")[0]}'] * 2,
    ]
    assert client.get("/v2/time_entries?per_page=1").body["total_entries"] == 148


def test_a_file_that_is_put_into_the_inbox_is_imported(client: Client, server: Server) -> None:
    s3 = engine.client("s3", server.engine_url)
    bucket = next(bucket["Name"] for bucket in s3.list_buckets()["Buckets"] if "importsbucket" in bucket["Name"])
    s3.put_object(Bucket=bucket, Key=f"accounts/{client.account_id}/inbox/tasks.csv", Body=sample_files.tasks(120))
    until = time.monotonic() + SECONDS
    while not client.get("/v2/imports").body["imports"] and time.monotonic() < until:
        time.sleep(0.2)
    (job,) = client.get("/v2/imports").body["imports"]
    assert ended(client, job["id"])["status"] == "completed"
    assert client.get("/v2/tasks?per_page=1").body["total_entries"] == 120
    with server.store():
        assert [item for item in endings.open_imports() if item[0] == client.account_id] == []
