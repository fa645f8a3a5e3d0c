"""A whole company's time, exported by Harvest, imported once, again, corrected, and through the inbox: on `make run`.

IMPORTED_ROWS says how many rows the export has; one in a hundred is bad, ten at least.
"""

import csv
import json
import os
import pty
import subprocess
import sys
import termios
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.sample_files import DETAILED_EXPORT, Row, TimeShape, bad_numbers, csv_bytes, detailed_export_rows
from tests.support.server import Client, Server, environment
from tools.local import engine
from tools.template import PROJECT

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

ROWS = int(os.environ.get("IMPORTED_ROWS", "500"))
BAD = max(ROWS // 100, 10)
CORRECTED = 10
SECONDS = 60 + ROWS / 20
WITH_ERRORS = 3  # the exit status of an import of which some rows failed
COLUMN = {name: place for place, name in enumerate(DETAILED_EXPORT)}

type Counted = Mapping[str, int]


def brought_in(server: Server, client: Client, file: Path, *more: str) -> tuple[int, Any, str]:
    """Exit status of `sheaf import --wait`, the import that it prints, and what a person at a terminal sees."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 120))
    seen: list[bytes] = []
    reader = threading.Thread(target=lambda: seen.extend(_everything(ours)))
    reader.start()
    done = subprocess.run(  # noqa: S603
        [
            *(sys.executable, "-m", "tools.cli.main", "import", str(file), "--account", str(client.account_id)),
            *("--wait", "--json", "--local", *more),
        ],
        cwd=PROJECT,
        env=environment(SHEAF_LOCAL_DIR=str(server.folder)),
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    os.close(theirs)
    reader.join()
    os.close(ours)
    return done.returncode, json.loads(done.stdout), b"".join(seen).decode()


def dropped(server: Server, client: Client, file: Path) -> Any:
    """The import of a file that somebody puts into the inbox, once it has ended."""
    stack = engine.client("cloudformation", server.engine_url).describe_stacks()["Stacks"][0]
    bucket = {item["OutputKey"]: item["OutputValue"] for item in stack["Outputs"]}["ImportsBucketName"]
    key = f"accounts/{client.account_id}/inbox/{file.name}"
    with file.open("rb") as body:
        engine.client("s3", server.engine_url).put_object(Bucket=bucket, Key=key, Body=body)
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        for item in client.get("/v2/imports").body["imports"]:
            if item["finished_at"]:
                return item
        time.sleep(0.5)
    raise AssertionError(f"the import has not ended: {client.get('/v2/imports').body}")


def walk(client: Client, kind: str) -> Iterator[Mapping[str, Any]]:
    """Every record of a kind, page by page."""
    target = f"/v2/{kind}?per_page=2000"
    while target:
        body = client.get(target).body
        yield from body[kind]
        target = body["links"]["next"]


def told(rows: Sequence[Row]) -> Mapping[str, Counter[Any]]:
    """What the good rows of an export say of tasks, assignments and time."""
    of = COLUMN
    good = [row for row in rows if row[of["Hours"]][0].isdigit()]
    return {
        "tasks": Counter({row[of["Task"]] for row in good}),
        "task_assignments": Counter({(row[of["Project"]], row[of["Task"]]) for row in good}),
        "time_entries": Counter(
            (
                *(row[of[name]] for name in ("Date", "Client", "Project", "Project Code", "Task", "Notes")),
                Decimal(row[of["Hours"]]),
                f"{row[of['First Name']]} {row[of['Last Name']]}",
                row[of["Currency"]][-3:],
            )
            for row in good
        ),
    }


def shown(client: Client) -> Mapping[str, Counter[Any]]:
    """The same as v2 shows it."""
    return {
        "tasks": Counter(item["name"] for item in walk(client, "tasks")),
        "task_assignments": Counter(
            (item["project"]["name"], item["task"]["name"]) for item in walk(client, "task_assignments")
        ),
        "time_entries": Counter(
            (
                *(item["spent_date"], item["client"]["name"], item["project"]["name"], item["project"]["code"]),
                *(item["task"]["name"], item["notes"], Decimal(str(item["hours"])), item["user"]["name"]),
                item["client"]["currency"],
            )
            for item in walk(client, "time_entries")
        ),
    }


def counted(job: Mapping[str, Any]) -> Counted:
    return {name: number for name, number in job["rows"].items() if number}


def test_an_export_is_imported_once_again_corrected_and_through_the_inbox(
    server: Server, newcomer: Callable[[], Client], tmp_path: Path
) -> None:
    client, other = newcomer(), newcomer()
    rows = list(detailed_export_rows(ROWS, BAD, TimeShape(stay=5)))
    file, report = tmp_path / "export.csv", tmp_path / "failed.csv"
    file.write_bytes(csv_bytes(DETAILED_EXPORT, rows))

    status, first, seen = brought_in(server, client, file, "--report", str(report))
    assert (status, first["status"]) == (WITH_ERRORS, "completed_with_errors")
    assert counted(first) == {"total": ROWS, "created": ROWS - BAD, "failed": BAD}
    assert [part for part in (f"{ROWS}/{ROWS}", f"failed={BAD}", " rows/s") if part not in seen] == []
    with report.open(encoding="utf-8-sig", newline="") as lines:
        failed = [int(line["Row"]) for line in csv.DictReader(lines)]
    assert failed == bad_numbers(ROWS, BAD)
    assert shown(client) == told(rows)

    before = [item["updated_at"] for item in walk(client, "time_entries")]
    status, again, _ = brought_in(server, client, file)
    assert counted(again) == {"total": ROWS, "unchanged": ROWS - BAD, "failed": BAD}
    assert [item["updated_at"] for item in walk(client, "time_entries")] == before
    assert shown(client) == told(rows)

    # Half of the corrections mend bad rows, the others change the hours of good ones.
    bad = set(bad_numbers(ROWS, BAD))
    mended = sorted(bad)[: CORRECTED // 2]
    changed = [number for number in range(1, ROWS + 1) if number not in bad][: CORRECTED // 2]
    for number in (*mended, *changed):
        row = rows[number - 1]
        rows[number - 1] = (*row[: COLUMN["Hours"]], "9.75", *row[COLUMN["Hours"] + 1 :])
    file.write_bytes(csv_bytes(DETAILED_EXPORT, rows))
    status, corrected, _ = brought_in(server, client, file)
    assert counted(corrected) == {
        "total": ROWS,
        "created": len(mended),
        "updated": len(changed),
        "unchanged": ROWS - BAD - len(changed),
        "failed": BAD - len(mended),
    }
    assert shown(client) == told(rows)

    by_drop = dropped(server, other, file)
    assert counted(by_drop) == {"total": ROWS, "created": ROWS - BAD + len(mended), "failed": BAD - len(mended)}
    assert shown(other) == told(rows)


def _everything(descriptor: int) -> Iterator[bytes]:
    """What is written to a terminal until its other end is closed, which Linux tells as an error."""
    while True:
        try:
            piece = os.read(descriptor, 65_536)
        except OSError:
            return
        if not piece:
            return
        yield piece
