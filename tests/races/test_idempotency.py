"""One request many times at once under one key: it is carried out once, and all get the same answer."""

import random
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from tests.functions import api_records
from tests.races.histories import FEW
from tests.store.faults import AFTER_CALL, BEFORE_CALL, CrashError, hooked
from tests.support.api import Answer, Api

AT_ONCE = 20


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sheaf.store.transactions._FIRST_PAUSE", 0.001)


@contextmanager
def lost_answers(share: float) -> Iterator[None]:
    """Of so many transactions nobody hears anything: half of them were never sent, the others were carried out."""
    chance, lock = random.Random(7), threading.Lock()  # noqa: S311 - no secret

    def lose(**_: object) -> None:
        with lock:
            is_lost = chance.random() < share / 2
        if is_lost:
            raise CrashError

    with ExitStack() as stack:
        for event in (BEFORE_CALL, AFTER_CALL):
            stack.enter_context(hooked(event, lose, "TransactWriteItems"))
        yield


def posted(api: Api, address: str, body: Mapping[str, Any], key: str) -> Answer:
    """Ask until there is an answer, as a client does."""
    for _ in range(50):
        answer = api.post(address, body, **{"idempotency-key": key})
        if answer.status < 500:
            return answer
    raise AssertionError(f"no answer: {answer}")


@pytest.mark.parametrize("share_lost", [0.0, 0.3], ids=["all answers come", "answers are lost"])
def test_of_twenty_requests_with_one_key_one_is_carried_out(api: Api, share_lost: float) -> None:
    project = api_records.project(api)
    task = api_records.task(api)
    api_records.assignment(api, project["id"], task["id"])
    time = {"project_id": project["id"], "task_id": task["id"], "spent_date": "2026-11-21", "hours": 1}
    api.get("/v2/users/me")
    with ThreadPoolExecutor(AT_ONCE) as threads, lost_answers(share_lost):
        for number in range(FEW // 10):
            requests: list[tuple[str, Mapping[str, Any]]] = [
                ("/v2/tasks", {"name": f"Task {number}"}),
                ("/v2/time_entries", time),
                ("/v2/clients", {"name": project["client"]["name"]}),  # which is taken: a refusal
            ]
            for address, body in requests:
                key = f"{address} {number}".replace(" ", "#")
                sent = [threads.submit(posted, api, address, body, key) for _ in range(AT_ONCE)]
                answers = [each.result() for each in sent]
                assert {(answer.status, answer.raw) for answer in answers} == {(answers[0].status, answers[0].raw)}
                assert answers[0].status == (422 if address == "/v2/clients" else 201)
                first = [answer for answer in answers if "Idempotency-Replayed" not in answer.headers]
                assert len(first) == 1 or (share_lost and not first)

    assert api.get("/v2/tasks").body["total_entries"] == 1 + FEW // 10
    assert api.get("/v2/time_entries").body["total_entries"] == FEW // 10
    assert api.get("/v2/clients").body["total_entries"] == 1


@pytest.mark.parametrize("share_lost", [0.0, 0.3], ids=["all answers come", "answers are lost"])
def test_of_two_requests_with_one_key_that_differ_one_is_carried_out(api: Api, share_lost: float) -> None:
    seen = set()
    with ThreadPoolExecutor(2) as threads, lost_answers(share_lost):
        for number in range(FEW // 2):
            names = [f"{name} {number}" for name in ("One", "Other")]
            sent = [threads.submit(posted, api, "/v2/tasks", {"name": name}, str(number)) for name in names]
            statuses = [each.result().status for each in sent]
            assert sorted(statuses) == [201, 422]
            seen.add(statuses.index(201))
    assert seen == {0, 1}
    assert api.get("/v2/tasks").body["total_entries"] == FEW // 2
