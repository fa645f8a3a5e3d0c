"""Changes on their way to webhooks: what receivers get, whatever they answer."""

import json
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from standardwebhooks import Webhook

from sheaf import settings
from sheaf.aws import queue
from sheaf.aws.event_bus import Event
from sheaf.domain.change import Change
from sheaf.domain.identity import AccountId
from sheaf.domain.values import Id, to_timestamp
from sheaf.feed import deliveries, writing
from sheaf.log import logger
from sheaf.store import webhooks
from sheaf.store.feed import pages
from sheaf.webhooks import sending
from tests.feed.deliveries import feed
from tests.feed.webhooks import Deliveries, queued
from tests.functions import api_records
from tests.support.api import Api
from tests.support.receiver import Receiver, receiving
from tools.local.stream import Stream

pytestmark = [pytest.mark.streamed, pytest.mark.usefixtures("sent", "dead_letters")]
ACCOUNT = AccountId(1)
DAY = 24 * 3600


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as item:
        yield item


@pytest.fixture
def waiting() -> Iterator[Deliveries]:
    with queued() as item:
        yield item


def hooked(api: Api, receiver: Receiver, *kinds: str) -> str:
    """A webhook at that receiver; its secret."""
    secret: str = api.post("/v2/webhooks", {"url": receiver.url, "kinds": list(kinds)}).body["secret"]
    return secret


@pytest.fixture
def stream(table: str) -> Stream:
    """The stream of the table."""
    return Stream()


def write(stream: Stream) -> list[Change]:
    """Write what the stream goes on with into the feed; all that is in the feed."""
    assert writing.write(stream.read()) == []
    return feed()


def noted(api: Api) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get("/v2/webhooks/1/deliveries").body["deliveries"]
    return found


def id_of(change: Change) -> str:
    return f"change_1_{change.sequence}"


def tasks(api: Api, stream: Stream, number: int) -> list[Change]:
    """The changes that make so many tasks."""
    for each in range(number):
        api_records.task(api, f"Task {each}")
    return [change for change in write(stream) if change.kind == "TASK"]


def test_each_change_that_is_wanted_comes_once_signed_and_as_its_event_says(
    api: Api, receiver: Receiver, waiting: Deliveries, stream: Stream, sent: list[Event]
) -> None:
    secret = hooked(api, receiver, "task", "client")
    api_records.project(api)
    made = tasks(api, stream, 2)
    waiting.run()

    told = [Webhook(secret).verify(request.body, request.headers) for request in receiver.requests]
    wanted = [event for event in sent if event.detail["kind"] in ("task", "client")]
    assert [(each["type"], each["data"]) for each in told] == [(event.kind, event.detail) for event in wanted]
    assert [each["timestamp"] for each in told] == [event.detail["at"] for event in wanted]
    assert receiver.ids() == [f"change_1_{event.detail['sequence']}" for event in wanted]
    assert {(each.path, each.headers["content-type"]) for each in receiver.requests} == {
        ("/changes?of=sheaf", "application/json")
    }
    assert noted(api)[0] == {
        "sequence": made[-1].sequence,
        "event": "task.created",
        "status": "delivered",
        "attempts": 1,
        "attempted_at": noted(api)[0]["attempted_at"],
        "response_status": 200,
        "error": None,
        "next_attempt_at": None,
    }
    assert waiting.waiting == []


def test_a_stretch_is_one_message_however_long_it_is(
    api: Api, receiver: Receiver, waiting: Deliveries, stream: Stream
) -> None:
    hooked(api, receiver, "task")
    made = tasks(api, stream, 60)
    assert waiting.stretches() == [(made[0].sequence, made[-1].sequence)]

    waiting.run()
    assert receiver.ids() == list(map(id_of, made))


def test_nothing_is_sent_to_a_webhook_that_is_off_or_gone(
    api: Api, receiver: Receiver, waiting: Deliveries, stream: Stream
) -> None:
    for _ in range(3):
        hooked(api, receiver)
    api.patch("/v2/webhooks/1", {"is_active": False})
    tasks(api, stream, 1)
    assert len(waiting.waiting) == 2

    api.patch("/v2/webhooks/2", {"is_active": False})
    api.delete("/v2/webhooks/3")
    waiting.run()
    assert (receiver.requests, waiting.waiting) == ([], [])


def test_what_is_told_again_comes_under_the_same_id(
    api: Api, receiver: Receiver, waiting: Deliveries, stream: Stream
) -> None:
    hooked(api, receiver, "task")
    made = tasks(api, stream, 1)
    write(Stream())
    waiting.run()
    assert receiver.ids() == [id_of(made[0])] * 2
    assert receiver.requests[0].body == receiver.requests[1].body


def test_a_receiver_that_never_takes_anything_is_asked_for_three_days_ever_more_rarely_and_then_off(
    api: Api, receiver: Receiver, waiting: Deliveries, stream: Stream
) -> None:
    hooked(api, receiver, "task")
    receiver.statuses = [500]
    (made,) = tasks(api, stream, 1)
    times: list[float] = []
    while waiting.waiting:
        waiting.run(60)
        times += [waiting.now] * (len(receiver.requests) - len(times))

    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert times[-1] - times[0] == pytest.approx(3 * DAY, abs=deliveries.LONGEST_PAUSE * 1.2 + 60)
    assert all(later >= earlier - 60 - deliveries.LONGEST_PAUSE * 0.2 for earlier, later in pairwise(pauses))
    assert 15 < len(times) < 25
    off = api.get("/v2/webhooks/1").body
    assert (off["is_active"], noted(api)[0]["status"]) == (False, "failed")
    assert off["off_reason"].startswith("nothing could be delivered since 20")
    assert off["off_reason"].endswith("Z: the receiver answered 500")
    assert noted(api)[0]["attempts"] == len(times)
    assert set(receiver.ids()) == {id_of(made)}


def test_a_webhook_that_is_switched_on_again_has_three_days_again_for_what_waits(
    api: Api, receiver: Receiver, waiting: Deliveries, stream: Stream
) -> None:
    hooked(api, receiver, "task")
    receiver.statuses = [500]
    tasks(api, stream, 2)
    asked = 0
    while asked == len(receiver.requests) or api.get("/v2/webhooks/1").body["is_active"]:
        asked = len(receiver.requests)
        waiting.run(60)
    assert len(waiting.waiting) == 1
    later = to_timestamp(datetime.fromtimestamp(waiting.now, UTC))
    webhooks.update(ACCOUNT, Id(1), lambda webhook: replace(webhook, is_active=True, updated_at=later, version=9))
    asked = len(receiver.requests)
    waiting.run(DAY)
    assert len(receiver.requests) > asked
    assert api.get("/v2/webhooks/1").body["is_active"]


def test_one_change_that_is_not_taken_keeps_back_no_other_and_switches_nothing_off(
    api: Api, receiver: Receiver, waiting: Deliveries, stream: Stream
) -> None:
    hooked(api, receiver, "task")
    made = tasks(api, stream, 3)
    receiver.refused = {id_of(made[1])}
    waiting.run()
    assert receiver.ids() == list(map(id_of, made))
    assert waiting.stretches() == [(made[1].sequence, made[1].sequence)]

    waiting.run(2 * DAY)
    api_records.task(api, "A later one")
    write(stream)
    waiting.run(2 * DAY)
    assert api.get("/v2/webhooks/1").body["is_active"]
    assert {each["sequence"]: each["status"] for each in noted(api)} == {
        **{change.sequence: "delivered" for change in made},
        made[1].sequence: "failed",
        feed()[-1].sequence: "delivered",
    }
    assert waiting.waiting == []


def test_what_failed_is_delivered_once_the_receiver_is_well_again(
    api: Api, receiver: Receiver, waiting: Deliveries, stream: Stream
) -> None:
    hooked(api, receiver, "task")
    made = tasks(api, stream, 3)
    receiver.statuses = [500, 503, 429, 404, 302, 200]
    waiting.run(DAY)
    assert len(receiver.ids()) == 5 + 3
    assert set(receiver.ids()[-3:]) | set(receiver.ids()[3:6]) == set(map(id_of, made))
    assert [(each["status"], each["error"]) for each in noted(api)] == [("delivered", None)] * 3
    assert sum(each["attempts"] for each in noted(api)) == 5 + 3


def test_a_receiver_that_is_gone_is_asked_once(
    api: Api, receiver: Receiver, waiting: Deliveries, stream: Stream
) -> None:
    hooked(api, receiver, "task")
    tasks(api, stream, 3)
    receiver.statuses = [410]
    waiting.run(4 * DAY)
    assert len(receiver.requests) == 1
    off = api.get("/v2/webhooks/1").body
    assert (off["is_active"], off["off_reason"]) == (False, "the receiver answered 410")
    changes = write(stream)
    assert (changes[-1].kind, changes[-1].action, changes[-1].origin.author.operator) == (
        "WEBHOOK",
        "archived",
        "sheaf",
    )


@pytest.mark.parametrize(
    ("manner", "error"),
    [
        ("say nothing", "the receiver did not answer within 10 s"),
        ("send slowly", "the receiver did not answer within 10 s"),
        ("close early", "the connection broke before the receiver had answered"),
    ],
)
def test_a_receiver_that_does_not_answer_is_spared_the_rest_of_a_stretch(
    api: Api,
    receiver: Receiver,
    waiting: Deliveries,
    stream: Stream,
    monkeypatch: pytest.MonkeyPatch,
    manner: Any,
    error: str,
) -> None:
    monkeypatch.setattr(sending, "SECONDS", 0.4)
    hooked(api, receiver, "task")
    made = tasks(api, stream, 3)
    receiver.manner = manner
    waiting.run()
    assert receiver.ids() == [id_of(made[0])]
    assert waiting.stretches() == [(made[0].sequence, made[-1].sequence)]
    assert [each["error"] for each in noted(api)] == [error.replace("10 s", "0 s")]

    receiver.manner = "answer"
    waiting.run(60)
    assert receiver.ids()[1:] == list(map(id_of, made))
    assert [each["status"] for each in noted(api)] == ["delivered"] * 3


def test_a_redirect_is_not_followed(api: Api, receiver: Receiver, waiting: Deliveries, stream: Stream) -> None:
    with receiving() as other:
        hooked(api, receiver, "task")
        tasks(api, stream, 1)
        receiver.manner, receiver.location = "redirect", other.url
        waiting.run()
    assert (len(receiver.requests), other.requests) == (1, [])
    assert noted(api)[0]["error"] == "the receiver answered 307"


def test_of_a_gigabyte_that_is_answered_little_is_read(
    api: Api, receiver: Receiver, waiting: Deliveries, stream: Stream
) -> None:
    hooked(api, receiver, "task")
    tasks(api, stream, 1)
    receiver.manner = "send a gigabyte"
    waiting.run()
    assert noted(api)[0]["status"] == "delivered"
    assert receiver.bytes_sent < 20_000_000  # what the buffers of two sockets take beside the 64 KB that are read


def test_a_host_that_has_come_to_mean_an_address_of_a_network_is_not_sent_anything(
    api: Api, receiver: Receiver, waiting: Deliveries, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooked(api, receiver, "task")
    tasks(api, stream, 1)
    monkeypatch.setattr(settings, "has_local_engine", lambda: False)
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", receiver.port))]
    url = f"https://hooks.example.com:{receiver.port}/"
    webhooks.update(ACCOUNT, Id(1), lambda webhook: replace(webhook, url=url, version=webhook.version + 1))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    waiting.run()
    assert receiver.requests == []
    monkeypatch.undo()
    assert noted(api)[0]["error"] == "url names a host that is not on the public internet"


def test_what_there_is_no_time_for_goes_back_into_the_queue(
    api: Api, receiver: Receiver, waiting: Deliveries, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.feed.webhooks.SECONDS", 0.0)
    hooked(api, receiver, "task")
    made = tasks(api, stream, 3)
    (_, _, body) = waiting.waiting.pop()
    deliveries.deliver(body, 0.0)
    assert receiver.ids() == [id_of(made[0])]
    assert waiting.stretches() == [(made[1].sequence, made[2].sequence)]

    waiting.run()
    assert receiver.ids() == list(map(id_of, made))


def test_a_long_stretch_with_little_that_is_wanted_is_gone_through_in_several_messages(
    api: Api, receiver: Receiver, waiting: Deliveries, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooked(api, receiver, "client")
    tasks(api, stream, 5)
    api_records.client(api)
    write(stream)
    waiting.waiting.clear()
    monkeypatch.setattr(pages, "LOOKED_AT", 2)
    monkeypatch.setattr("tests.feed.webhooks.SECONDS", 0.0)
    api.post("/v2/webhooks/1/replay", {"after": 0})
    taken = 0
    while waiting.waiting:
        (_, _, body) = waiting.waiting.pop()
        deliveries.deliver(body, 0.0)
        taken += 1
    assert taken > 3
    assert receiver.ids() == [id_of(change) for change in feed() if change.kind == "CLIENT"]


def test_a_message_that_comes_too_early_waits_on(
    api: Api, receiver: Receiver, waiting: Deliveries, stream: Stream
) -> None:
    hooked(api, receiver, "task")
    made = tasks(api, stream, 1)
    (_, _, body) = waiting.waiting.pop()
    due = int(waiting.now) + 2000
    waiting.put(ACCOUNT, [json.dumps(json.loads(body) | {"not_before": due})], 0)
    waiting.run(1999)
    assert receiver.ids() == []
    waiting.run(2)
    assert receiver.ids() == [id_of(made[0])]


def test_a_replay_sends_what_follows_once_more_in_its_order(
    api: Api, receiver: Receiver, waiting: Deliveries, stream: Stream
) -> None:
    hooked(api, receiver, "task")
    made = tasks(api, stream, 4)
    waiting.run()
    answer = api.post("/v2/webhooks/1/replay", {"after": made[1].sequence})
    waiting.run()
    assert answer.body == {"first_sequence": made[2].sequence, "last_sequence": made[3].sequence}
    assert receiver.ids()[4:] == [id_of(made[2]), id_of(made[3])]


@pytest.mark.parametrize("killed_at", range(12))
def test_a_worker_killed_before_any_of_its_calls_leaves_what_the_next_one_delivers(
    api: Api, receiver: Receiver, waiting: Deliveries, stream: Stream, monkeypatch: pytest.MonkeyPatch, killed_at: int
) -> None:
    hooked(api, receiver, "task")
    made = tasks(api, stream, 3)
    receiver.statuses = [200, 500, 200]
    calls = 0

    def counted(real: Any) -> Any:
        def call(*arguments: object) -> object:
            nonlocal calls
            calls += 1
            if calls == killed_at + 1:
                raise SystemExit
            return real(*arguments)

        return call

    for owner, name in (
        (webhooks, "receiver"),
        (webhooks, "note_delivery"),
        (webhooks, "note_delivered"),
        (sending, "send"),
        (waiting, "put"),
        (pages, "page"),
    ):
        monkeypatch.setattr(owner, name, counted(getattr(owner, name)))
    monkeypatch.setattr(queue, "send_deliveries", waiting.put)
    waiting.run(DAY)
    assert waiting.deaths == 1
    assert set(receiver.ids()) == set(map(id_of, made))
    assert {each["status"] for each in noted(api)} == {"delivered"}
    assert len(noted(api)) == 3


def test_no_log_line_has_a_secret_a_signature_or_a_body(
    api: Api,
    receiver: Receiver,
    waiting: Deliveries,
    stream: Stream,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logger().registered_handler, "stream", sys.stdout)
    secret = hooked(api, receiver, "task")
    receiver.statuses = [500, 410]
    tasks(api, stream, 2)
    waiting.run(DAY)
    lines = capsys.readouterr().out
    assert "not delivered" in lines
    signatures = [request.headers["webhook-signature"] for request in receiver.requests]
    for text in (secret, secret.removeprefix("whsec_"), *signatures, "Task 0"):
        assert text not in lines
