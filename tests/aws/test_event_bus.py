"""The bus: what is sent is heard as it was meant, and what it does not take is said."""

from collections.abc import Sequence
from typing import Any

import pytest

from sheaf.aws import clients, event_bus
from sheaf.aws.event_bus import Event
from sheaf.domain.errors import BusyError
from tests.aws.conftest import Queue


@pytest.mark.parametrize(
    "detail",
    [
        {},
        {"import_id": 1, "account_id": 9_007_199_254_740_991},
        {"file_name": "Übersicht 日報 🙂.csv"},
        {"file_name": 'a "quoted" \\ name\n.csv'},
        {"rows": {"total": 3, "created": 1, "failed": 2}},
        {"error": None, "dry_run": True, "share": 0.5},
        {"messages": ["x" * 1_000] * 100},
    ],
)
@pytest.mark.parametrize("kind", ["Import Completed", "Import Failed"])
def test_an_event_is_heard_with_its_kind_and_its_detail(kind: str, detail: dict[str, object], heard: Queue) -> None:
    event_bus.send(kind, detail)
    (event,) = heard.bodies()
    assert (event["source"], event["detail-type"], event["detail"]) == ("sheaf", kind, detail)


def test_events_are_heard_once_each(heard: Queue) -> None:
    for number in range(5):
        event_bus.send("Import Completed", {"import_id": number})
    assert sorted(event["detail"]["import_id"] for event in heard.bodies()) == [0, 1, 2, 3, 4]


def test_an_event_that_the_bus_does_not_take_is_not_lost_in_silence(
    heard: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"}]}
    monkeypatch.setattr(clients.events(), "put_events", lambda Entries: answer)  # noqa: N803, ARG005
    monkeypatch.setattr(event_bus, "_LONGEST_PAUSE", 0.001)
    with pytest.raises(BusyError):
        event_bus.send("Import Completed", {})


def test_many_events_take_as_few_calls_as_they_fit_into(heard: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    send = clients.events().put_events

    def counted(Entries: Sequence[Any]) -> Any:  # noqa: N803
        sizes.append(len(Entries))
        return send(Entries=Entries)

    monkeypatch.setattr(clients.events(), "put_events", counted)
    large = {"text": "x" * 120_000}
    event_bus.send_all([Event("task.created", {"sequence": number}) for number in range(12)])
    event_bus.send_all([Event("task.created", {"sequence": number, **large}) for number in range(12, 15)])
    assert sizes == [10, 2, 2, 1]
    assert sorted(event["detail"]["sequence"] for event in heard.bodies()) == list(range(15))


def test_only_what_the_bus_refused_is_sent_again(heard: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    send = clients.events().put_events

    def refusing(Entries: Sequence[Any]) -> Any:  # noqa: N803
        calls.append(len(Entries))
        if len(calls) > 1:
            return send(Entries=Entries)
        send(Entries=Entries[:1])
        return {"FailedEntryCount": 2, "Entries": [{"EventId": "1"}, {"ErrorCode": "busy"}, {"ErrorCode": "busy"}]}

    monkeypatch.setattr(clients.events(), "put_events", refusing)
    monkeypatch.setattr("sheaf.backoff.time.sleep", lambda _seconds: None)
    event_bus.send_all([Event("task.created", {"sequence": number}) for number in range(3)])
    assert calls == [3, 2]
    assert sorted(event["detail"]["sequence"] for event in heard.bodies()) == [0, 1, 2]
