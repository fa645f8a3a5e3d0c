"""What several calls promise together: lists that agree with each other, and changes that are seen everywhere."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.functions import api_records
from tests.functions.pages import ids, records_of, walk
from tests.support.accounts import put_made
from tests.support.api import Answer, Api, make_account, make_token

LISTS = (
    "/v2/tasks",
    "/v2/clients",
    "/v2/projects",
    "/v2/task_assignments",
    "/v2/projects/1/task_assignments",
    "/v2/time_entries",
    "/v2/users/me/project_assignments",
)


@pytest.fixture
def company(api: Api, endpoint_url: str) -> Api:
    """The API of an account with the records of a company."""
    put_made(build_company, endpoint_url)
    return api


def build_company(api: Api) -> None:
    """Three clients, five projects, five tasks on the first of them and two on the others, and time on most.

    Every third project, task and assignment is archived.
    """
    clients = [api_records.client(api, f"Client {number}")["id"] for number in range(3)]
    tasks = [api_records.task(api, f"Task {number}")["id"] for number in range(5)]
    for number in range(5):
        project = api_records.project(api, f"Project {number}", client_id=clients[number % 3])["id"]
        for task_id in tasks[: 5 if number == 0 else 2]:
            api_records.assignment(api, project, task_id)
            api_records.time_entry(api, project, task_id, spent_date=f"2026-{7 + task_id:02}-{20 - project}")
    for address in ("projects/3", "tasks/3", *(f"projects/1/task_assignments/{number}" for number in (2, 5))):
        assert api.patch(f"/v2/{address}", {"is_active": False}).status == 200


def times(api: Api, path: str) -> list[str]:
    """When the records of a list were last changed."""
    return [record["updated_at"] for record in records_of(api.get(path))]


FILTERS = ("", "is_active=true&", "is_active=false&", "updated_since=2017-01-01&")


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("per_page", [1, 4])
def test_a_walk_by_cursor_is_the_walk_by_page_number_there_and_back(per_page: int, path: str, company: Api) -> None:
    for query in FILTERS:
        whole = records_of(company.get(f"{path}?{query}"))

        first = company.get(f"{path}?{query}per_page={per_page}")
        there = [first, *walk(company, first, "next")]
        back = [*walk(company, there[-1], "previous")]
        first = company.get(f"{path}?{query}per_page={per_page}&page=1")
        by_number = [first, *walk(company, first, "next")]

        assert [record for answer in there for record in records_of(answer)] == whole
        assert [records_of(answer) for answer in by_number] == [records_of(answer) for answer in there]
        assert [records_of(answer) for answer in back] == [records_of(answer) for answer in there[-2::-1]]
        assert {answer.body["total_entries"] for answer in (*there, *by_number, *back)} == {len(whole)}


@pytest.mark.parametrize("managed", [None, {1, 3, 5}, {2, 99}])
def test_the_list_of_all_assignments_is_the_union_of_the_lists_of_the_projects(
    managed: set[int] | None, company: Api
) -> None:
    reader = company if managed is None else api_records.manager(company, *managed)
    projects = ids(reader.get("/v2/projects"))
    assert projects == [literal for literal in (5, 4, 3, 2, 1) if managed is None or literal in managed]

    for query in FILTERS:
        parts = [records_of(reader.get(f"/v2/projects/{project}/task_assignments?{query}")) for project in projects]
        union = sorted((item for part in parts for item in part), key=lambda item: int(item["id"]), reverse=True)
        assert records_of(reader.get(f"/v2/task_assignments?{query}")) == union


@pytest.mark.parametrize("path", ["/v2/tasks", "/v2/clients", "/v2/projects", "/v2/time_entries"])
def test_a_list_and_its_records_one_by_one_are_the_same(path: str, company: Api) -> None:
    listed = records_of(company.get(path))

    assert [company.get(f"{path}/{item['id']}").body for item in listed] == listed


def test_what_time_can_be_logged_to_are_the_active_assignments_of_active_tasks_on_active_projects(company: Api) -> None:
    active = ids(company.get("/v2/tasks?is_active=true"))
    wanted = {
        project_id: [
            record["id"]
            for record in reversed(
                records_of(company.get(f"/v2/projects/{project_id}/task_assignments?is_active=true"))
            )
            if record["task"]["id"] in active
        ]
        for project_id in ids(company.get("/v2/projects?is_active=true"))
    }

    shown = records_of(company.get("/v2/users/me/project_assignments"))

    assert {item["project"]["id"]: [each["id"] for each in item["task_assignments"]] for item in shown} == wanted
    for item in shown:
        for each in item["task_assignments"]:
            api_records.time_entry(company, item["project"]["id"], each["task"]["id"])


def named(record: object, of: str, record_id: int) -> set[str]:
    """Every name that is given to one record of a kind, wherever it stands in another."""
    found: set[str] = set()
    if isinstance(record, dict):
        for name, value in record.items():
            if name == of and isinstance(value, dict) and value["id"] == record_id:
                found.add(value["name"])
            found |= named(value, of, record_id)
    elif isinstance(record, list):
        for item in record:
            found |= named(item, of, record_id)
    return found


@pytest.mark.parametrize(
    ("of", "address", "paths"),
    [
        ("task", "/v2/tasks/1", ("/v2/task_assignments", "/v2/time_entries", "/v2/users/me/project_assignments")),
        (
            "project",
            "/v2/projects/1",
            (
                "/v2/task_assignments",
                "/v2/projects/1/task_assignments",
                "/v2/time_entries",
                "/v2/users/me/project_assignments",
            ),
        ),
        ("client", "/v2/clients/1", ("/v2/projects", "/v2/time_entries", "/v2/users/me/project_assignments")),
    ],
)
def test_a_new_name_is_seen_at_once_wherever_the_record_is_named(
    of: str, address: str, paths: tuple[str, ...], company: Api
) -> None:
    before = {path: (named(company.get(path).body, of, 1), times(company, path)) for path in paths}

    company.patch(address, {"name": "Renamed"})

    after = {path: (named(company.get(path).body, of, 1), times(company, path)) for path in paths}
    assert {path: names for path, (names, _) in after.items()} == {path: {"Renamed"} for path in paths}
    assert {path: len(names) for path, (names, _) in before.items()} == dict.fromkeys(paths, 1)
    # Whoever asks by updated_since asks for records that changed themselves.
    assert [when for path, (_, when) in after.items() if "users" not in path] == [
        when for path, (_, when) in before.items() if "users" not in path
    ]


def test_a_member_sees_their_own_time_only_and_totals_say_no_more(company: Api) -> None:
    member = api_records.member(company, 1, 2)
    mine = [api_records.time_entry(member, 1, 1), api_records.time_entry(member, 2, 1, spent_date="2026-01-01")]
    assert records_of(member.get("/v2/time_entries")) == mine

    for query in (
        "project_id=1",
        "client_id=1",
        "task_id=1",
        "user_id=1",
        "from=2026-09-01",
        "updated_since=2017-01-01",
    ):
        listed = member.get(f"/v2/time_entries?{query}&per_page=1")
        everything = [listed, *walk(member, listed, "next")]
        assert {record["user"]["id"] for page in everything for record in records_of(page)} <= {mine[0]["user"]["id"]}
        assert listed.body["total_entries"] == len(ids(*everything))


@pytest.mark.parametrize(
    ("address", "body", "lists"),
    [
        ("/v2/tasks/1", {"is_default": True}, {"/v2/tasks"}),
        ("/v2/clients/1", {"address": "Main Street 1"}, {"/v2/clients"}),
        ("/v2/projects/1", {"notes": "New"}, {"/v2/projects", "/v2/users/me/project_assignments"}),
        (
            "/v2/projects/1/task_assignments/1",
            {"budget": 1},
            {"/v2/task_assignments", "/v2/projects/1/task_assignments"},
        ),
        ("/v2/time_entries/1", {"notes": "New"}, {"/v2/time_entries"}),
    ],
)
def test_a_change_is_in_the_lists_of_changes_of_its_own_kind(
    address: str, body: dict[str, Any], lists: set[str], table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = Api(make_token(make_account()))
    monkeypatch.setattr("sheaf.http.request.to_timestamp", lambda _now: "2026-03-01T08:00:00Z")
    project, task = api_records.project(api), api_records.task(api)
    api_records.assignment(api, project["id"], task["id"])
    api_records.time_entry(api, project["id"], task["id"])
    monkeypatch.setattr("sheaf.http.request.to_timestamp", lambda _now: "2026-03-01T08:00:01Z")

    assert api.patch(address, body).status == 200

    changed = {path: ids(api.get(f"{path}?updated_since=2026-03-01T08:00:01Z")) for path in LISTS}
    assert changed == {path: [1] if path in lists else [] for path in LISTS}


_accounts = count(100)


@dataclass
class ChangingList:
    """Records of one list that stay throughout a walk (though they are changed), and others that come and go."""

    path: str
    api: Api
    staying: list[int] = field(default_factory=list)
    others: list[int] = field(default_factory=list)
    patience: int = 20
    _numbers: Callable[[], int] = field(default_factory=lambda: count(1).__next__)

    def add(self, *, stays: bool) -> None:
        number = self._numbers()
        if self.path == "/v2/clients":
            record = api_records.client(self.api, f"Client {number}")
        elif self.path == "/v2/projects":
            record = api_records.project(self.api, f"Project {number}", client_id=1)
        elif self.path == "/v2/time_entries":
            record = api_records.time_entry(
                self.api, 1, 1, spent_date=f"2026-{1 + number % 3:02}-{1 + number * 5 % 7:02}"
            )
        else:
            record = api_records.assignment(self.api, 1, api_records.task(self.api, f"Task {number}")["id"])
        (self.staying if stays else self.others).append(record["id"])

    def address(self, record_id: int) -> str:
        listed = "/v2/projects/1/task_assignments" if self.path == "/v2/task_assignments" else self.path
        return f"{listed}/{record_id}"

    def change(self, record_id: int) -> None:
        number = self._numbers()
        body = {
            "/v2/clients": {"address": f"Street {number}"},
            "/v2/projects": {"notes": f"Note {number}"},
            "/v2/time_entries": {"notes": f"Note {number}", "hours": number},
        }.get(self.path, {"budget": number})
        assert self.api.patch(self.address(record_id), body).status == 200

    def stir(self, data: st.DataObject) -> None:
        """Some of what other callers may do between two pages; no more once a walk has seen twenty changes."""
        for _ in range(data.draw(st.integers(0, min(3, self.patience)))):
            self.patience -= 1
            deed = data.draw(st.sampled_from(["add", "change", "remove"]))
            if deed == "add" or (deed == "remove" and not self.others):
                self.add(stays=False)
            elif deed == "change":
                self.change(data.draw(st.sampled_from(self.staying + self.others)))
            else:
                record_id = self.others.pop(data.draw(st.integers(0, len(self.others) - 1)))
                assert self.api.delete(self.address(record_id)).status == 200


def changing_list_of(path: str) -> ChangingList:
    """An account of its own, with what the records of the list need."""
    number = next(_accounts)
    api = Api(make_token(make_account(number)), number)
    if path != "/v2/clients":
        api_records.client(api)
    if path not in ("/v2/clients", "/v2/projects"):
        api_records.project(api, client_id=1)
        api_records.assignment(api, 1, api_records.task(api)["id"])
    return ChangingList(path, api)


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("query", ["", "&updated_since=2000-01-01"])
@pytest.mark.parametrize("path", ["/v2/clients", "/v2/projects", "/v2/task_assignments", "/v2/time_entries"])
@given(data=st.data(), per_page=st.integers(1, 4), stays=st.lists(st.booleans(), min_size=3, max_size=7))
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_stays_throughout_a_walk_is_met_exactly_once_there_and_back(
    path: str, query: str, data: st.DataObject, per_page: int, stays: list[bool]
) -> None:
    changing_list = changing_list_of(path)
    for item in [True, *stays, True]:
        changing_list.add(stays=item)
    wanted = [item for item in ids(changing_list.api.get(path)) if item in changing_list.staying]

    def meet(page: Answer) -> list[int]:
        return [item for item in ids(page) if item in changing_list.staying]

    page = changing_list.api.get(f"{path}?per_page={per_page}{query}")
    there = meet(page)
    while page.body["links"]["next"]:
        changing_list.stir(data)
        page = changing_list.api.follow(page.body["links"]["next"])
        there += meet(page)
    back = meet(page)
    while page.body["links"]["previous"]:
        changing_list.stir(data)
        page = changing_list.api.follow(page.body["links"]["previous"])
        back = meet(page) + back

    assert (there, back) == (wanted, wanted)
