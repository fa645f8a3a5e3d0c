"""PATCH and PUT /v2/time_entries/{time_entry_id}."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from sheaf.domain.identity import AccountId
from sheaf.domain.time_entry import ExternalReference, TimeEntryFields
from sheaf.domain.timers import Clock
from sheaf.domain.values import Day, Id
from sheaf.store import time_entries
from tests.functions import api_records
from tests.functions.examples import (
    BROKEN_BRACE,
    MIA,
    NOT_AUTHORIZED,
    NOT_FOUND,
    OF_MARKETING_WEBSITE,
    OF_ONLINE_STORE,
    XML_IS_NOT_READ,
    Whole,
    expected,
    invalid,
    moved,
    not_an_id,
    reference,
    time_entry,
    without_rates,
)
from tests.support.api import NOW, Api
from tests.support.table import rows


def changed(assigned: Mapping[str, Any] = OF_ONLINE_STORE[1], *, rates: bool = True, **fields: Any) -> Whole:
    body = time_entry(1, MIA, assigned, **{"billable_rate": 100.0, **fields})
    return expected(200, body if rates else without_rates(body))


EXPECTED = {
    "one_field": changed(notes="Adding CSS"),
    "by_its_user": changed(notes="Adding CSS", rates=False),
    "by_the_manager_of_its_project": changed(notes="Adding CSS", rates=False),
    "every_field": changed(
        OF_MARKETING_WEBSITE[0],
        billable_rate=None,
        hours=8.0,
        spent_date="2026-10-31",
        notes="Moved",
        external_reference=reference(id="7"),
    ),
    "start_and_end": changed(hours=1.75, started_time="09:15", ended_time="11:00"),
    "no_such_time_of_day": invalid('ended_time must be a time of day such as 8:00am or 08:00, not "8am"'),
    "another_day": changed(spent_date="2026-11-19"),
    "another_task": changed(OF_ONLINE_STORE[3], billable_rate=None),
    "another_project": changed(OF_MARKETING_WEBSITE[1], billable_rate=None),
    "another_project_by_its_user": changed(OF_MARKETING_WEBSITE[1], rates=False),
    "another_project_by_the_manager_of_its_own": NOT_AUTHORIZED,
    "put": changed(hours=0.76),
    "form": changed(hours=3.0, external_reference=reference(id="7")),
    "nothing": changed(),
    "fields_that_cannot_change": changed(),
    "clear_what_may_be_null": changed(),
    "task_not_assigned": invalid("Task isn't assigned to this project"),
    "unknown_project": invalid("Project can't be blank"),
    "no_such_day": invalid("Spent date is not a valid date"),
    "wrong_type": invalid("hours must be a number"),
    "broken_json": BROKEN_BRACE,
    "wrong_content_type": XML_IS_NOT_READ,
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("time_entry_id"),
    "json_suffix": moved("/v2/time_entries/1"),
}


@pytest.fixture
def old_entry(api: Api) -> str:
    """The address of an entry of user 1, on the first of two tasks of one project, last changed long ago."""
    project_id = Id(api_records.project(api)["id"])
    for name in ("Design", "Print"):
        api_records.assignment(api, project_id, api_records.task(api, name)["id"])
    fields = TimeEntryFields(
        project_id=project_id,
        task_id=Id(1),
        spent_date=Day("2026-11-20"),
        hours=Decimal("1.5"),
        notes="Old",
        external_reference=ExternalReference(id="7"),
    )
    return f"/v2/time_entries/{time_entries.create(AccountId(1), Id(1), fields, Clock(NOW)).id}"


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        {"hours": "1.50", "spent_date": "2026-11-20T10:00:00Z"},
        {"project_id": "1", "task_id": 1, "hours": None},
        {"external_reference": {"id": 7}},
        {"user_id": 9, "is_running": True},
    ],
)
def test_a_patch_that_changes_nothing_writes_nothing(body: object, api: Api, old_entry: str) -> None:
    before, shown = rows(), api.get(old_entry).body

    answer = api.patch(old_entry, body)

    assert (answer.status, answer.body, answer.body["updated_at"]) == (200, shown, NOW)
    assert rows() == before


@pytest.mark.parametrize("body", [{"notes": None}, {"external_reference": None}, {"spent_date": "2025-01-01"}])
def test_a_change_moves_updated_at_and_leaves_every_other_field(
    body: dict[str, object], api: Api, old_entry: str
) -> None:
    before = api.get(old_entry).body

    after = api.patch(old_entry, body).body

    assert after["updated_at"] > before["updated_at"]
    assert after == {**before, **body, "updated_at": after["updated_at"]}


def test_an_external_reference_is_replaced_as_a_whole(api: Api, old_entry: str) -> None:
    after = api.patch(old_entry, {"external_reference": {"permalink": "https://example.com/7"}}).body

    assert after["external_reference"] == reference(permalink="https://example.com/7")


WHERE = [
    ("/v2/projects/1", "Project is archived"),
    ("/v2/tasks/1", "Task is archived"),
    ("/v2/projects/1/task_assignments/1", "Task assignment is archived"),
]


@pytest.mark.parametrize(("address", "sentence"), WHERE)
@pytest.mark.parametrize("body", [{"notes": "New"}, {"task_id": 2}, {"spent_date": "2025-01-01"}])
def test_time_stays_as_it_is_where_work_has_ended(
    body: dict[str, object], address: str, sentence: str, api: Api, old_entry: str
) -> None:
    api.patch(address, {"is_active": False})
    before = rows()

    answer = api.patch(old_entry, body)

    assert (answer.status, answer.body) == (422, {"message": sentence})
    assert rows() == before


@pytest.mark.parametrize(
    ("address", "sentence"),
    [("/v2/tasks/2", "Task is archived"), ("/v2/projects/1/task_assignments/2", "Task assignment is archived")],
)
def test_time_does_not_go_where_work_has_ended(address: str, sentence: str, api: Api, old_entry: str) -> None:
    api.patch(address, {"is_active": False})
    before = rows()

    answer = api.patch(old_entry, {"task_id": 2})

    assert (answer.status, answer.body) == (422, {"message": sentence})
    assert rows() == before


def test_moved_time_counts_where_it_is_and_no_more_where_it_was(api: Api, old_entry: str) -> None:
    api.patch(old_entry, {"task_id": 2})

    assert [api.delete(f"/v2/tasks/{literal}").status for literal in (1, 2)] == [200, 422]


def test_the_time_of_others_looks_to_a_member_like_time_that_never_was(api: Api, old_entry: str) -> None:
    member = api_records.member(api)
    before = rows()

    answers = [member.patch(address, {"notes": "Mine"}) for address in (old_entry, "/v2/time_entries/99")]

    assert [(answer.status, answer.raw) for answer in answers] == [(404, '{"status":404,"error":"Not Found"}')] * 2
    assert rows() == before
