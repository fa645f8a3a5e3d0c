"""Rivals in processes of their own, which share nothing but the server."""

import multiprocessing
from collections import Counter
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier

import pytest

from tests.support.server import Client

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

NAMES = [f"Task {number}" for number in range(10)]
SECONDS = 60


@dataclass(frozen=True)
class Rival:
    """One process: creates every name at the same moment as the others."""

    client: Client
    together: Barrier

    def race(self) -> list[tuple[str, int, str]]:
        """Name, status and message of each answer."""
        answers = []
        for name in NAMES:
            self.together.wait(SECONDS)
            answer = self.client.post("/v2/tasks", {"name": name})
            answers.append((name, answer.status, answer.body.get("message", "")))
        return answers


_rivals: list[Rival] = []


def _become(client: Client, together: Barrier) -> None:
    _rivals.append(Rival(client, together))


def _race(_number: int) -> list[tuple[str, int, str]]:
    return _rivals[0].race()


def test_of_two_processes_that_create_the_same_name_one_does_and_the_other_is_told(client: Client) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(2, _become, (client, context.Barrier(2))) as pool:
        answers = [answer for told in pool.map(_race, range(2), chunksize=1) for answer in told]

    assert Counter(answers) == Counter(
        [(name, 201, "") for name in NAMES] + [(name, 422, "Name has already been taken") for name in NAMES]
    )
    assert sorted(task["name"] for task in client.get("/v2/tasks").body["tasks"]) == NAMES
