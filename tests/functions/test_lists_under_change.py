"""What lists promise while tasks come, change and go: laws over random series of calls."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from sheaf.domain.identity import AccountId
from sheaf.domain.values import Id, fold_name
from sheaf.store import keys
from tests.support.api import Api, make_account, make_token
from tests.support.table import rows

NAMES = st.sampled_from(["Design", "DESIGN", "Print", "print ", "Straße", "STRASSE", "Web", "Copy"])

# Each series has an account of its own, so they can share a table; how fast the machine is must not matter.
SERIES = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])

_accounts = count(10)


def new_account() -> Api:
    """An account of its own for each series, on the table of the test."""
    number = next(_accounts)
    return Api(make_token(make_account(number)), number)


@dataclass
class Known:
    """A task as the test believes it to be."""

    name: str
    is_active: bool


class RecordLifecycle(RuleBasedStateMachine):
    """Creates, changes and deletes tasks, and counts along without the table."""

    def __init__(self) -> None:
        super().__init__()
        self.api = new_account()
        self.known: dict[int, Known] = {}
        self.last_id = 0

    def is_free(self, name: str, but: int = 0) -> bool:
        taken = {fold_name(known.name) for task_id, known in self.known.items() if task_id != but}
        return fold_name(name.strip()) not in taken

    @rule(name=NAMES, is_active=st.booleans())
    def create(self, name: str, is_active: bool) -> None:
        answer = self.api.post("/v2/tasks", {"name": name, "is_active": is_active})

        assert answer.status == (201 if self.is_free(name) else 422)
        if answer.status == 201:
            assert answer.body["id"] > self.last_id
            self.last_id = answer.body["id"]
            self.known[self.last_id] = Known(name.strip(), is_active)

    @precondition(lambda self: self.known)
    @rule(data=st.data(), name=st.none() | NAMES, is_active=st.none() | st.booleans())
    def change(self, data: st.DataObject, name: str | None, is_active: bool | None) -> None:
        task_id = data.draw(st.sampled_from(sorted(self.known)))
        given = {"name": name, "is_active": is_active}
        body = {field: value for field, value in given.items() if value is not None}

        answer = self.api.patch(f"/v2/tasks/{task_id}", body)

        assert answer.status == (200 if name is None or self.is_free(name, but=task_id) else 422)
        if answer.status == 200:
            before = self.known[task_id]
            self.known[task_id] = Known(
                before.name if name is None else name.strip(), before.is_active if is_active is None else is_active
            )

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        task_id = data.draw(st.sampled_from(sorted(self.known)))

        assert self.api.delete(f"/v2/tasks/{task_id}").status == 200
        del self.known[task_id]

    @rule(beyond=st.integers(1, 3))
    def delete_what_is_not_there(self, beyond: int) -> None:
        assert self.api.delete(f"/v2/tasks/{self.last_id + beyond}").status == 404

    @invariant()
    def lists_and_their_totals_are_exact(self) -> None:
        for query, state in (("", None), ("&is_active=true", True), ("&is_active=false", False)):
            wanted = [
                (task_id, known.name, known.is_active)
                for task_id, known in sorted(self.known.items(), reverse=True)
                if state in (None, known.is_active)
            ]
            whole = self.api.get(f"/v2/tasks?{query}").body
            assert [(item["id"], item["name"], item["is_active"]) for item in whole["tasks"]] == wanted
            # A page that is not the whole list takes its total from the count that the transactions keep.
            part = self.api.get(f"/v2/tasks?per_page=1{query}").body
            assert (part["total_entries"], part["total_pages"]) == (len(wanted), max(1, len(wanted)))

    def teardown(self) -> None:
        """The table holds exactly one claim on a name and one guard for each task, and none besides."""
        account_id = AccountId(int(self.api.account_id))
        mine = {place: item for place, item in rows().items() if place[0].startswith(f"ACCOUNT#{account_id}#")}
        claims = {place for place in mine if place[1] == "TASK_NAME"}
        guards = {place for place in mine if place[1] == "GUARD"}
        assert claims == {
            place_of(keys.name(account_id, "TASK", fold_name(known.name))) for known in self.known.values()
        }
        assert guards == {place_of(keys.guard(account_id, "TASK", Id(task_id))) for task_id in self.known}


def place_of(key: keys.Key) -> tuple[str, str]:
    return key["pk"]["S"], key["sk"]["S"]


@pytest.mark.usefixtures("table")
def test_lists_totals_names_and_guards_are_exact_after_any_series_of_calls() -> None:
    run_state_machine_as_test(RecordLifecycle, settings=settings(SERIES, max_examples=12, stateful_step_count=15))


@dataclass
class ChangingList:
    """Tasks that stay throughout a walk (though they are changed), and others that come and go meanwhile."""

    api: Api
    staying: list[int] = field(default_factory=list)
    others: list[int] = field(default_factory=list)
    patience: int = 30
    _numbers: Callable[[], int] = field(default_factory=lambda: count().__next__)

    def add(self, *, stays: bool) -> None:
        task_id = self.api.post("/v2/tasks", {"name": f"Task {self._numbers()}"}).body["id"]
        (self.staying if stays else self.others).append(task_id)

    def stir(self, data: st.DataObject) -> None:
        """Some of what other callers may do between two pages; no more once a walk has seen thirty changes."""
        for _ in range(data.draw(st.integers(0, min(3, self.patience)))):
            self.patience -= 1
            deed = data.draw(st.sampled_from(["create", "rename", "archive", "delete"]))
            if deed == "create" or not self.others:
                self.add(stays=False)
            elif deed == "rename":
                task_id = data.draw(st.sampled_from(self.staying))
                self.api.patch(f"/v2/tasks/{task_id}", {"name": f"Task {self._numbers()}"})
            elif deed == "archive":
                self.api.patch(f"/v2/tasks/{data.draw(st.sampled_from(self.others))}", {"is_active": False})
            else:
                task_id = data.draw(st.sampled_from(self.others))
                self.others.remove(task_id)
                self.api.delete(f"/v2/tasks/{task_id}")


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("query", ["", "&is_active=true", "&updated_since=2000-01-01"])
@given(data=st.data(), per_page=st.integers(1, 4), stays=st.lists(st.booleans(), min_size=4, max_size=9))
@settings(SERIES, max_examples=10)
def test_what_stays_throughout_a_walk_is_met_exactly_once_on_the_way_there_and_on_the_way_back(
    query: str, data: st.DataObject, per_page: int, stays: list[bool]
) -> None:
    changing_list = ChangingList(new_account())
    for item in [True, *stays, True]:
        changing_list.add(stays=item)

    def meet(page: dict[str, Any]) -> list[int]:
        return [task["id"] for task in page["tasks"] if task["id"] in changing_list.staying]

    page = changing_list.api.get(f"/v2/tasks?per_page={per_page}{query}").body
    there = meet(page)
    while page["links"]["next"]:
        changing_list.stir(data)
        page = changing_list.api.follow(page["links"]["next"]).body
        there += meet(page)
    back = meet(page)
    while page["links"]["previous"]:
        changing_list.stir(data)
        page = changing_list.api.follow(page["links"]["previous"]).body
        back = meet(page) + back

    assert there == sorted(changing_list.staying, reverse=True)
    assert back == sorted(changing_list.staying, reverse=True)
