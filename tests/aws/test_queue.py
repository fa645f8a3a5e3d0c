"""The queue: every message gets into it, in as few calls as it takes, whatever it refuses at first."""

from collections.abc import Collection, Sequence
from typing import Any

import pytest

from sheaf import settings
from sheaf.aws import clients, queue
from sheaf.domain.errors import BusyError
from sheaf.domain.identity import AccountId
from tests.aws.conftest import Queue

ACCOUNT = AccountId(7)
LIMIT = 262_144  # bytes that one call carries


class Refusing:
    """Lets the queue refuse some of the messages of the next calls, by their places in the call."""

    def __init__(self, *refusals: Collection[int], fault: bool = False) -> None:
        self.refusals, self.fault = list(refusals), fault
        self.calls: list[list[str]] = []
        self.send = clients.sqs().send_message_batch

    def send_message_batch(self, QueueUrl: str, Entries: Sequence[Any]) -> Any:  # noqa: N803
        """In place of the client's."""
        self.calls.append([entry["MessageBody"] for entry in Entries])
        wanted = self.refusals.pop(0) if self.refusals else ()
        refused = [entry for place, entry in enumerate(Entries) if place in wanted]
        if taken := [entry for entry in Entries if entry not in refused]:
            self.send(QueueUrl=QueueUrl, Entries=taken)
        told = {"SenderFault": self.fault, "Code": "InternalError", "Message": "made up"}
        return {"Failed": [{"Id": entry["Id"], **told} for entry in refused]} if refused else {}


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that were waited between attempts, without waiting."""
    waited: list[float] = []
    monkeypatch.setattr("sheaf.backoff.time.sleep", waited.append)
    return waited


def refusing(monkeypatch: pytest.MonkeyPatch, *refusals: Collection[int], fault: bool = False) -> Refusing:
    made = Refusing(*refusals, fault=fault)
    monkeypatch.setattr(clients.sqs(), "send_message_batch", made.send_message_batch)
    return made


@pytest.mark.parametrize("number", [0, 1, 9, 10, 11, 20, 21, 35])
def test_all_messages_arrive_ten_in_a_call(number: int, rows: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = refusing(monkeypatch).calls
    bodies = [f"batch {item}" for item in range(number)]
    queue.send_batches(ACCOUNT, bodies)
    assert sorted(message["Body"] for message in rows.take()) == sorted(bodies)
    assert [len(call) for call in calls] == [10] * (number // 10) + [number % 10] * bool(number % 10)


@pytest.mark.parametrize(
    ("sizes", "calls"),
    [
        ([LIMIT], [1]),
        ([LIMIT - 1, 1], [2]),
        ([LIMIT - 1, 2], [1, 1]),
        ([1, LIMIT], [1, 1]),
        ([LIMIT, LIMIT], [1, 1]),
        ([1] * 9 + [LIMIT - 9], [10]),
        ([1] * 9 + [LIMIT - 8], [9, 1]),
        ([1] * 11 + [120_000] * 3, [10, 3, 1]),
        ([LIMIT // 4] * 9, [4, 4, 1]),
    ],
)
@pytest.mark.parametrize("letter", ["x", "é"])
def test_a_call_carries_a_quarter_of_a_megabyte_at_most(
    sizes: list[int], calls: list[int], letter: str, rows: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    carried = refusing(monkeypatch).calls
    width = len(letter.encode())
    bodies = [letter * (size // width) + "x" * (size % width) for size in sizes]
    queue.send_batches(ACCOUNT, bodies)
    assert [len(call) for call in carried] == calls
    assert sorted(map(len, (message["Body"] for message in rows.take()))) == sorted(map(len, bodies))


@pytest.mark.parametrize("body", ["{}", "Übersicht 日報 🙂", '["a\\n\\"b\\""]', "<a&b>", "x" * 100_000])
def test_a_message_arrives_as_it_was_sent(body: str, rows: Queue) -> None:
    queue.send_batches(ACCOUNT, [body])
    assert [message["Body"] for message in rows.take()] == [body]


@pytest.mark.parametrize("account", [1, 7, 9_007_199_254_740_991])
def test_messages_are_marked_with_their_account_so_that_accounts_take_turns(account: int, rows: Queue) -> None:
    queue.send_batches(AccountId(account), ["a", "b"])
    assert {message["Attributes"]["MessageGroupId"] for message in rows.take()} == {str(account)}


@pytest.mark.usefixtures("pauses")
@pytest.mark.parametrize("second", [(), (0,)])
@pytest.mark.parametrize("first", [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)])
def test_messages_that_are_refused_are_sent_again_and_no_others(
    first: tuple[int, ...], second: tuple[int, ...], rows: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies = ["a", "b", "c"]
    carried = refusing(monkeypatch, first, second)
    queue.send_batches(ACCOUNT, bodies)
    again = [bodies[place] for place in first]
    assert carried.calls == [bodies, again, *([again[:1]] if second else [])]
    assert sorted(message["Body"] for message in rows.take()) == bodies


@pytest.mark.parametrize("refused", [1, 3, 7])
def test_pauses_between_attempts_grow_to_a_limit(
    refused: int, rows: Queue, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing(monkeypatch, *[[0]] * refused)
    queue.send_batches(ACCOUNT, ["a"])
    assert len(pauses) == refused
    assert all(0 <= pause <= min(3.0, 0.1 * 2**place) for place, pause in enumerate(pauses))
    assert len(rows.take()) == 1


@pytest.mark.parametrize("refused", [[0], [0, 1], [1]])
def test_a_queue_that_keeps_refusing_is_busy_after_eight_attempts(
    refused: list[int], rows: Queue, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    carried = refusing(monkeypatch, refused, *[range(len(refused))] * 20)
    with pytest.raises(BusyError):
        queue.send_batches(ACCOUNT, ["a", "b"])
    assert len(carried.calls) == 8
    assert len(rows.take()) == 2 - len(refused)


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("refused", [[0], [1], [0, 1]])
def test_a_message_that_the_queue_can_never_take_is_a_fault_and_not_sent_again(
    refused: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    carried = refusing(monkeypatch, refused, fault=True)
    with pytest.raises(ValueError, match="made up"):
        queue.send_batches(ACCOUNT, ["a", "b"])
    assert len(carried.calls) == 1


@pytest.mark.usefixtures("rows")
def test_a_message_over_the_limit_of_the_queue_is_refused_by_it() -> None:
    with pytest.raises(clients.sqs().exceptions.ClientError):
        queue.send_batches(ACCOUNT, ["x" * 2_000_000])


def test_a_change_that_could_not_be_written_lies_in_a_queue_of_its_own(
    moto: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = clients.sqs().create_queue(QueueName="dead-changes-of-a-test")["QueueUrl"]
    monkeypatch.setenv("CHANGES_DEAD_LETTERS_URL", url)
    settings.changes_dead_letters_url.cache_clear()
    queue.send_dead_change('{"reason":"none"}')
    (message,) = clients.sqs().receive_message(QueueUrl=url, WaitTimeSeconds=2)["Messages"]
    settings.changes_dead_letters_url.cache_clear()
    assert message["Body"] == '{"reason":"none"}'
