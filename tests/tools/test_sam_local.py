"""What counts as the same answer when an example event runs in a container and in process."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tools.sam_local import Outcome, steady
from tools.template import PROJECT

TASK = {"id": 1, "name": "Design", "created_at": "2026-03-01T08:00:00Z", "updated_at": "2026-03-01T08:00:00Z"}
NEXT = {"links": {"next": "http://127.0.0.1:3000/v2/tasks?cursor=YQAAAAAAAAWgHownhLpYBstaGotieOAk&per_page=1"}}
UPLOAD = {"upload": {"method": "PUT", "url": "http://127.0.0.1:1/imports/1?X-Amz-Signature=0"}}
EVENT = PROJECT / "events" / "retrieve_task" / "found.json"


def answer(body: object, status: int = 200) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"X-Request-Id": "example"},
        "body": json.dumps(body, separators=(",", ":")),
    }


def test_times_cursors_and_signed_addresses_may_differ() -> None:
    later = {**TASK, "created_at": "2027-03-01T08:00:00Z", "updated_at": "2027-03-01T08:00:01Z"}
    other = json.loads(json.dumps(NEXT).replace("OAk&", "OAl&"))

    assert steady(answer(later)) == steady(answer(TASK))
    assert steady(answer(other)) == steady(answer(NEXT))
    assert steady(answer(json.loads(json.dumps(UPLOAD).replace("127", "128")))) == steady(answer(UPLOAD))


def test_the_tag_of_what_may_differ_may_differ() -> None:
    tagged = [{**answer(TASK), "headers": {"ETag": f'"{number}"'}} for number in range(2)]

    assert steady(tagged[0]) == steady(tagged[1]) != steady(answer(TASK))


def test_times_in_xml_may_differ() -> None:
    shown = {"statusCode": 200, "body": '<created-at type="datetime">2026-03-01T08:00:00Z</created-at>'}
    later = {"statusCode": 200, "body": '<created-at type="datetime">2026-03-01T08:00:01Z</created-at>'}
    other = {"statusCode": 200, "body": '<starts-on type="date">2026-03-01</starts-on>'}

    assert steady(later) == steady(shown)
    assert steady(other) == other


@pytest.mark.parametrize(
    "other",
    [
        answer(TASK, status=201),
        {**answer(TASK), "headers": {}},
        answer({**TASK, "id": 2}),
        answer({**TASK, "updated_at": None}),
        answer(dict(reversed(TASK.items()))),
        answer(NEXT),
        {"errorMessage": "No module named 'sheaf'", "errorType": "Runtime.ImportModuleError"},
        "Error: Running AWS SAM projects locally requires a container runtime.",
    ],
)
def test_nothing_else_may(other: object) -> None:
    outcome = Outcome(EVENT, steady(other), steady(answer(TASK)), 1.0)

    assert not outcome.is_same
    assert str(outcome).startswith("DIFFERS retrieve_task/found\n")


def test_a_file_that_is_no_example_event_is_refused_before_anything_is_started() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.sam_local", "template.yaml"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("template.yaml is no example event\n")
