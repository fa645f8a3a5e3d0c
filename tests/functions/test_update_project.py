"""PATCH and PUT /v2/projects/{project_id}."""

import pytest

from sheaf.domain.identity import AccountId
from sheaf.domain.project import ProjectFields
from sheaf.domain.values import Id
from sheaf.store import projects
from tests.functions import api_records
from tests.functions.examples import (
    BROKEN_BRACE,
    NOT_AUTHORIZED,
    NOT_FOUND,
    ONLINE_STORE,
    XML_IS_NOT_READ,
    Whole,
    expected,
    invalid,
    moved,
    not_an_id,
)
from tests.support.api import NOW, Api
from tests.support.table import rows


def changed(**fields: object) -> Whole:
    return expected(200, {**ONLINE_STORE, **fields})


EXPECTED = {
    "one_field": changed(notes="Bring cake"),
    "by_its_manager": changed(notes="Bring cake"),
    "by_the_manager_of_another_project": NOT_AUTHORIZED,
    "by_a_member": NOT_AUTHORIZED,
    "rename": changed(name="Online Store - Phase 2"),
    "archive": changed(is_active=False),
    "every_field": changed(
        name="Phase 2",
        code="P2",
        is_active=False,
        is_billable=False,
        is_fixed_fee=True,
        bill_by="People",
        budget=2.0,
        budget_by="person",
        budget_is_monthly=True,
        notify_when_over_budget=True,
        over_budget_notification_percentage=50.0,
        show_budget_to_all=True,
        starts_on="2026-01-01",
        ends_on="2026-12-31",
        notes="New",
        cost_budget=3.0,
        cost_budget_include_expenses=True,
        hourly_rate=1.0,
        fee=4.0,
    ),
    "clear_what_may_be_null": changed(code=None, over_budget_notification_percentage=None),
    "put": changed(is_billable=False),
    "form": changed(code=None, is_billable=False, bill_by="none", hourly_rate=80.0),
    "nothing": changed(),
    "fields_that_cannot_change": changed(),
    "duplicate_name": invalid("Name has already been taken"),
    "unknown_client": invalid("Client can't be blank"),
    "blank_name": invalid("Name can't be blank"),
    "wrong_type": invalid("is_active must be true or false"),
    "unknown_budget_by": invalid("budget_by must be one of project, project_cost, task, task_fees, person, none"),
    "broken_json": BROKEN_BRACE,
    "wrong_content_type": XML_IS_NOT_READ,
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("project_id"),
    "json_suffix": moved("/v2/projects/1"),
}


@pytest.fixture
def old_project(api: Api) -> str:
    """The address of a project that was last changed long ago."""
    fields = ProjectFields(client_id=Id(api_records.client(api)["id"]), name="Web", code="W", notes="Old")
    return f"/v2/projects/{projects.create(AccountId(1), fields, NOW).id}"


@pytest.mark.parametrize(
    "body", [None, {}, {"name": " Web "}, {"client_id": "1"}, {"budget_by": "none", "is_active": None, "id": 9}]
)
def test_a_patch_that_changes_nothing_writes_nothing(body: object, api: Api, old_project: str) -> None:
    before, shown = rows(), api.get(old_project).body

    answer = api.patch(old_project, body)

    assert (answer.status, answer.body, answer.body["updated_at"]) == (200, shown, NOW)
    assert rows() == before


@pytest.mark.parametrize("body", [{"name": "web"}, {"code": None}, {"bill_by": "Tasks"}, {"is_active": False}])
def test_a_change_moves_updated_at_and_leaves_every_other_field(
    body: dict[str, object], api: Api, old_project: str
) -> None:
    before = api.get(old_project).body

    after = api.patch(old_project, body).body

    assert after["updated_at"] > before["updated_at"]
    assert after == {**before, **body, "updated_at": after["updated_at"]}


@pytest.mark.parametrize("body", [{"name": "TAKEN"}, {"client_id": 99}, {"client_id": 2}])
def test_a_refused_change_writes_nothing(body: dict[str, object], api: Api, old_project: str) -> None:
    api_records.project(api, "Taken", client_id=1)
    api_records.project(api, "WEB", client_id=api_records.client(api, "Another")["id"])
    before = rows()

    answer = api.patch(old_project, {**body, "is_active": False})

    assert answer.status == 422
    assert rows() == before


def test_renaming_frees_the_old_name_at_once_and_takes_the_new_one(api: Api, old_project: str) -> None:
    api.patch(old_project, {"name": "Site"})

    answers = [api.post("/v2/projects", {"client_id": 1, "name": name}).status for name in ("Site", "Web")]

    assert answers == [422, 201]


def test_moving_to_another_client_frees_the_name_with_the_first(api: Api, old_project: str) -> None:
    other = api_records.client(api, "Another")

    moved = api.patch(old_project, {"client_id": other["id"]}).body

    assert moved["client"] == {"id": 2, "name": "Another", "currency": "USD"}
    answers = [api.post("/v2/projects", {"client_id": literal, "name": "Web"}).status for literal in (2, 1)]
    assert answers == [422, 201]


def test_archiving_a_project_leaves_its_assignments_as_they_are(api: Api, old_project: str) -> None:
    api_records.assignment(api, 1, api_records.task(api)["id"])
    before = api.get(f"{old_project}/task_assignments").body

    api.patch(old_project, {"is_active": False})

    assert api.get(f"{old_project}/task_assignments").body == before
