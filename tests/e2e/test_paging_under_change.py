"""Walks over a list of 5,000 tasks, from page to page, while others change it and while it lies still."""

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import batched, count
from typing import Any

import pytest

from sheaf.domain.identity import AccountId
from sheaf.domain.task import Task
from sheaf.domain.values import Id
from tests.support.api import NOW
from tests.support.server import Client, Server
from tests.support.table import put_tasks, start_ids_after

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

SEEDED = 5_000
PASSING = 10
"""Every tenth task is one that may be deleted; the others stay, whatever else happens to them."""


@dataclass
class ChangingList:
    """The tasks of one account, and somebody who changes them over HTTP."""

    client: Client
    present: set[int]
    staying: list[int]
    passing: list[int]
    done: Counter[tuple[str, int]] = field(default_factory=Counter)
    _number: Callable[[], int] = field(default_factory=lambda: count(1).__next__)
    _chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 - no secret

    def stir(self) -> None:
        """Create one, rename one, archive or restore one, delete one."""
        created = self.client.post("/v2/tasks", {"name": f"New {self._number()}"})
        self._note("create", created.status)
        self.present.add(created.body["id"])

        renamed = self._chance.choice(self.staying)
        name = {"name": f"Renamed {self._number()}"}
        self._note("rename", self.client.patch(f"/v2/tasks/{renamed}", name).status)

        turned = self._chance.choice(self.staying)
        state = {"is_active": self._chance.choice([True, False, False])}
        self._note("archive or restore", self.client.patch(f"/v2/tasks/{turned}", state).status)

        gone = self.passing.pop(self._chance.randrange(len(self.passing)))
        self._note("delete", self.client.delete(f"/v2/tasks/{gone}").status)
        self.present.discard(gone)

    @contextmanager
    def stirring(self) -> Iterator[None]:
        """Stir in another thread for the length of a `with` block."""
        enough = threading.Event()

        def stir() -> None:
            while not enough.is_set() and self.passing:
                self.stir()

        with ThreadPoolExecutor(1) as thread:
            stirrer = thread.submit(stir)
            try:
                yield
            finally:
                enough.set()
                stirrer.result()

    def _note(self, deed: str, status: int) -> None:
        self.done[deed, status] += 1


@pytest.fixture(scope="module")
def changing_list(server: Server, newcomer: Callable[[], Client]) -> ChangingList:
    """An account with 5,000 tasks."""
    client = newcomer()
    ids = range(1, SEEDED + 1)
    account_id = AccountId(client.account_id)
    with server.store(), ThreadPoolExecutor(4) as threads:
        made = [Task(Id(item), f"Task {item}", True, None, False, True, NOW, NOW) for item in ids]
        list(threads.map(lambda some: put_tasks(account_id, some), batched(made, SEEDED // 4, strict=True)))
        start_ids_after(account_id, SEEDED)
    passing = [item for item in ids if item % PASSING == 0]
    return ChangingList(client, set(ids), [item for item in ids if item % PASSING], passing)


def ids_of(page: dict[str, Any]) -> list[int]:
    return [task["id"] for task in page["tasks"]]


def walk(client: Client, page: dict[str, Any], direction: str) -> Iterator[dict[str, Any]]:
    """This page and all that its links of that direction lead to; no link leads to where the walk has been."""
    yield page
    seen: set[str] = set()
    while link := page["links"][direction]:
        assert link not in seen
        seen.add(link)
        page = client.get(link).body
        yield page


def test_what_is_there_throughout_a_walk_is_met_exactly_once_on_the_way_there_and_on_the_way_back(
    changing_list: ChangingList,
) -> None:
    with changing_list.stirring():
        there = list(walk(changing_list.client, changing_list.client.get("/v2/tasks?per_page=400").body, "next"))
        back = list(walk(changing_list.client, there[-1], "previous"))

    staying = set(changing_list.staying)
    newest_first = sorted(changing_list.staying, reverse=True)
    assert [item for page in there for item in ids_of(page) if item in staying] == newest_first
    assert [item for page in reversed(back) for item in ids_of(page) if item in staying] == newest_first
    assert set(changing_list.done) == {("create", 201), ("rename", 200), ("archive or restore", 200), ("delete", 200)}


def test_on_a_still_list_page_numbers_and_cursors_give_the_same_and_the_total_is_exact(
    changing_list: ChangingList,
) -> None:
    whole = sorted(changing_list.present, reverse=True)
    get = changing_list.client.get
    by_cursor = list(walk(changing_list.client, get("/v2/tasks?per_page=1000").body, "next"))
    by_number = list(walk(changing_list.client, get("/v2/tasks?page=1&per_page=1000").body, "next"))

    assert [page["tasks"] for page in by_number] == [page["tasks"] for page in by_cursor]
    assert [ids_of(page) for page in by_cursor] == [list(some) for some in batched(whole, 1000, strict=False)]
    assert {page["total_entries"] for page in by_cursor + by_number} == {len(whole)}


def test_on_a_still_list_the_active_and_the_archived_make_up_the_whole(changing_list: ChangingList) -> None:
    def ids(query: str) -> list[int]:
        first = changing_list.client.get(f"/v2/tasks?per_page=2000{query}").body
        found = [item for page in walk(changing_list.client, first, "next") for item in ids_of(page)]
        assert first["total_entries"] == len(found)
        return found

    assert sorted(ids("&is_active=true") + ids("&is_active=false"), reverse=True) == ids("")
