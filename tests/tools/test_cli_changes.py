"""`sheaf changes`, against a table, a queue and a stack of the local engine."""

import csv
import io
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from sheaf.aws import event_bus, queue
from sheaf.domain.identity import AccountId
from sheaf.store.feed import pages
from sheaf.store.feed.pages import FeedRequest
from tests.functions import api_records
from tests.support.api import NOW, Api
from tests.tools.conftest import Sheaf, a_stack
from tools.cli import changes
from tools.local import engine
from tools.local.stream import Record, Stream, write_feed

pytestmark = pytest.mark.streamed
ACCOUNT = AccountId(1)
OF_ACCOUNT = ("--account", "1")


@pytest.fixture
def letters(table: str, endpoint_url: str) -> Iterator[str]:
    """A queue for the dead letters."""
    sqs = engine.client("sqs", endpoint_url)
    url = sqs.create_queue(QueueName=f"dead-of-{table}")["QueueUrl"]
    yield url
    sqs.delete_queue(QueueUrl=url)


@pytest.fixture
def deployed(table: str, letters: str, endpoint_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A stack with all that these commands ask for."""
    outputs = {
        "TableName": table,
        "ChangesDeadLettersUrl": letters,
        "EventBusName": "default",
        "ChangesKeptDays": "400",
    }
    with a_stack(
        endpoint_url, f"changes-of-{table}", {name: {"Value": value} for name, value in outputs.items()}
    ) as name:
        monkeypatch.setenv("SHEAF_STACK", name)
        for variable in ("CHANGES_DEAD_LETTERS_URL", "EVENT_BUS"):
            monkeypatch.setenv(variable, "")  # so that what the command sets is gone afterwards
        monkeypatch.setattr(event_bus, "send_all", lambda _events: None)
        yield name


@pytest.fixture
def told(api: Api) -> list[Record]:
    """A task is made, renamed to something that a spreadsheet would compute, and deleted."""
    task = api_records.task(api, "Design")
    api.patch(f"/v2/tasks/{task['id']}", {"name": "=1+1"})
    api.delete(f"/v2/tasks/{task['id']}")
    return Stream().read()


def send(endpoint_url: str, url: str, *bodies: Any) -> None:
    for body in bodies:
        engine.client("sqs", endpoint_url).send_message(QueueUrl=url, MessageBody=json.dumps(body))


def in_feed() -> list[tuple[str, int, str]]:
    found = pages.page(ACCOUNT, FeedRequest(0, 100, NOW)).changes
    return [(change.kind, change.id, change.action) for change in found if change.kind == "TASK"]


ALL = [("TASK", 1, "created"), ("TASK", 1, "updated"), ("TASK", 1, "deleted")]


@pytest.mark.usefixtures("deployed", "told")
def test_tail_prints_what_comes_until_ctrl_c(sheaf: Sheaf, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 2:
            raise KeyboardInterrupt
        write_feed(ACCOUNT)

    monkeypatch.setattr(time, "sleep", pause)
    outcome = sheaf("changes", "tail", *OF_ACCOUNT, "--kind", "task")
    assert (outcome.status, pauses) == (130, [changes.PAUSE] * 2)
    lines = [line.split("  ") for line in outcome.out.splitlines()]
    assert [line[2:] for line in lines] == [
        [f"task 1 {action}", "by user 1 (Ada Admin)"] for action in ("created", "updated", "deleted")
    ]


@pytest.mark.usefixtures("deployed", "told")
def test_tail_begins_at_the_start_where_that_is_asked_for_and_prints_json(
    sheaf: Sheaf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pause(_seconds: float) -> None:
        raise KeyboardInterrupt

    write_feed(ACCOUNT)
    monkeypatch.setattr(time, "sleep", pause)
    assert sheaf("changes", "tail", *OF_ACCOUNT).out == ""
    outcome = sheaf("changes", "tail", *OF_ACCOUNT, "--from-start", "--record", "task:1", "--json")
    assert [json.loads(line)["action"] for line in outcome.out.splitlines()] == ["created", "updated", "deleted"]


@pytest.mark.usefixtures("deployed", "told")
def test_export_is_csv_in_which_nothing_is_a_formula(sheaf: Sheaf, api: Api) -> None:
    api.patch("/v2/users/me", {})
    write_feed(ACCOUNT)
    outcome = sheaf("changes", "export", *OF_ACCOUNT, "--kind", "task")
    heading, *rows = csv.reader(io.StringIO(outcome.out))
    assert heading == ["Sequence", "At", "By", "Request", "Kind", "Id", "Action", "Before", "After"]
    assert [row[4:7] for row in rows] == [["task", "1", action] for action in ("created", "updated", "deleted")]
    assert {row[2] for row in rows} == {"user 1 (Ada Admin)"}
    assert json.loads(rows[2][7])["name"] == "=1+1"
    assert rows[2][8] == ""
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@")]


@pytest.mark.usefixtures("deployed", "told")
def test_export_can_be_narrowed_to_a_stretch_of_time(sheaf: Sheaf) -> None:
    write_feed(ACCOUNT)
    everything = sheaf("changes", "export", *OF_ACCOUNT).out.splitlines()
    assert sheaf("changes", "export", *OF_ACCOUNT, "--since", "2026-01-01").out.splitlines() == everything
    assert len(sheaf("changes", "export", *OF_ACCOUNT, "--until", "2026-01-01").out.splitlines()) == 1
    assert len(sheaf("changes", "export", *OF_ACCOUNT, "--since", "2999-01-01").out.splitlines()) == 1


@pytest.mark.usefixtures("deployed")
def test_redrive_writes_what_lies_in_the_dead_letters_and_takes_it_away(
    sheaf: Sheaf, told: list[Record], letters: str, endpoint_url: str
) -> None:
    created, *later = [record for record in told if "#TASK" in record["dynamodb"]["Keys"]["pk"]["S"]]
    first, last = (record["dynamodb"]["SequenceNumber"] for record in (later[0], later[-1]))
    stream = Stream().arn
    batch = {"shardId": Stream().shard, "streamArn": stream, "startSequenceNumber": first, "endSequenceNumber": last}
    send(endpoint_url, letters, {"requestContext": {}, "DDBStreamBatchInfo": batch}, {"reason": "", "record": created})
    outcome = sheaf("changes", "redrive")
    assert outcome.err.endswith("changes were taken from the dead letters, 0 came back\n")
    assert outcome.status == 0
    assert in_feed() == ALL
    assert sheaf("changes", "redrive").err == "0 changes were taken from the dead letters, 0 came back\n"


@pytest.mark.usefixtures("deployed")
def test_redrive_says_what_came_back(
    sheaf: Sheaf, told: list[Record], letters: str, endpoint_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "send_dead_change", lambda body: send(endpoint_url, letters, json.loads(body)))
    old = {**told[-1], "dynamodb": {**told[-1]["dynamodb"], "ApproximateCreationDateTime": 0}}
    send(endpoint_url, letters, {"reason": "", "record": old})
    outcome = sheaf("changes", "redrive")
    assert (outcome.status, outcome.err) == (1, "1 changes were taken from the dead letters, 1 came back\n")
    assert in_feed() == []


@pytest.mark.usefixtures("deployed", "api")
@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--kind", "invoice"), "argument --kind: Invalid kind provided: 'invoice'; it must be of"),
        (("--record", "task"), "argument --record: Invalid record provided: 'task'; it must be like task:5"),
        (("--since", "soon"), "argument --since: Invalid time datetime provided"),
    ],
)
def test_what_cannot_be_read_is_refused(sheaf: Sheaf, words: tuple[str, ...], problem: str) -> None:
    outcome = sheaf("changes", "export", *OF_ACCOUNT, *words)
    assert outcome.status == 2
    assert problem in outcome.err
