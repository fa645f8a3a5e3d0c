"""Answers: tasks as v2 shows them, and what API Gateway is given."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheaf.domain.client import Client
from sheaf.domain.identity import Account, AccountId, Right, Role, User
from sheaf.domain.imports.job import FileKind, Import, ImportStatus, RowCounts, Source
from sheaf.domain.imports.transfer import Address
from sheaf.domain.project import BillBy, ProjectFields, new_project
from sheaf.domain.task import Task
from sheaf.domain.task_assignment import AssignedTask, TaskAssignment
from sheaf.domain.time_entry import ExternalReference, LoggedTime, TimeEntry
from sheaf.domain.user_assignment import ProjectAssignment, UserAssignmentFields, new_user_assignment
from sheaf.domain.values import AMOUNT_LIMIT, Day, Id, Timestamp
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.import_responses import show_import, show_listed_import, show_new_import
from sheaf.http.v2.responses import (
    created,
    show_client,
    show_company,
    show_project,
    show_project_assignment,
    show_task,
    show_task_assignment,
    show_time_entry,
    show_user,
)

TASK = Task(
    Id(8083800),
    "Business Development",
    False,
    Decimal("0.00"),
    True,
    False,
    Timestamp("2017-06-26T22:08:25Z"),
    Timestamp("2017-06-26T22:09:00Z"),
    version=3,
)


def test_a_task_is_shown_in_the_fields_and_the_order_of_harvest() -> None:
    assert json.dumps(show_task(TASK)) == (
        '{"id": 8083800, "name": "Business Development", "billable_by_default": false, "default_hourly_rate": 0.0, '
        '"is_default": true, "is_active": false, "created_at": "2017-06-26T22:08:25Z", '
        '"updated_at": "2017-06-26T22:09:00Z"}'
    )


@pytest.mark.parametrize(
    ("rate", "shown"),
    [
        (None, "null"),
        ("0", "0.0"),
        ("100", "100.0"),
        ("100.00", "100.0"),
        ("75.5", "75.5"),
        ("220.20", "220.2"),
        ("0.01", "0.01"),
        ("9999999999.99", "9999999999.99"),
        ("1E+2", "100.0"),
    ],
)
def test_a_rate_is_shown_as_a_json_number_with_a_point(rate: str | None, shown: str) -> None:
    task = replace(TASK, default_hourly_rate=None if rate is None else Decimal(rate))
    assert json.dumps(show_task(task)["default_hourly_rate"]) == shown


@given(st.decimals(0, AMOUNT_LIMIT, places=2))
def test_every_rate_is_shown_exactly(rate: Decimal) -> None:
    shown = json.dumps(show_task(replace(TASK, default_hourly_rate=rate))["default_hourly_rate"])
    assert Decimal(shown) == rate
    assert "e" not in shown


# ------------------------------------------------------------ the other kinds, in the order of Harvest

MOMENT, LATER = Timestamp("2026-03-01T08:00:00Z"), Timestamp("2026-03-02T09:00:00Z")
ADMIN = User(Id(1), "Ada", "Admin", "a@example.com", Role.ADMINISTRATOR, frozenset(), frozenset(), True, MOMENT, LATER)
HEAD = User(
    Id(2), "Max", "Manager", "m@example.com", Role.MANAGER, frozenset(Right), frozenset({Id(4)}), True, MOMENT, LATER
)
MEMBER = replace(ADMIN, id=Id(3), first_name="Mia", last_name="", role=Role.MEMBER)
CLIENT = Client(Id(3), "123 Industries", True, "1 Street\nTown", "EUR", MOMENT, LATER)
PROJECT = replace(
    new_project(Id(4), ProjectFields(client_id=Id(3), name="Store", bill_by=BillBy.TASKS), MOMENT), updated_at=LATER
)
ASSIGNMENT = TaskAssignment(
    Id(5), Id(4), Id(8083800), True, Decimal("100.00"), Decimal("12.50"), True, MOMENT, LATER, version=2
)
ENTRY = TimeEntry(
    Id(6), Id(3), Id(4), Id(8083800), Id(5), Day("2026-02-28"), Decimal("1.25"), "note",
    ExternalReference("7", None, "9", "https://example.com"), MOMENT, LATER,
)  # fmt: skip
MANAGES = UserAssignmentFields(is_project_manager=True)
USER_ASSIGNMENT = replace(new_user_assignment(Id(4), Id(4), Id(2), MANAGES, MOMENT), updated_at=LATER)
LOGGED = LoggedTime(ENTRY, MEMBER, CLIENT, PROJECT, TASK, ASSIGNMENT)
SHOWN_ASSIGNMENT = (
    '"id": 5, "billable": true, "is_active": true, "created_at": "2026-03-01T08:00:00Z", '
    '"updated_at": "2026-03-02T09:00:00Z", "hourly_rate": 100.0, "budget": 12.5'
)
SHOWN_CLIENT = '"client": {"id": 3, "name": "123 Industries", "currency": "EUR"}'


def _user_assignment(is_manager: str) -> str:
    return (
        f'"id": 4, "is_project_manager": {is_manager}, "is_active": true, "use_default_rates": true, "budget": null, '
        '"created_at": "2026-03-01T08:00:00Z", "updated_at": "2026-03-02T09:00:00Z", "hourly_rate": null'
    )


def test_a_client_is_shown_in_the_fields_and_the_order_of_harvest() -> None:
    assert json.dumps(show_client(CLIENT)) == (
        '{"id": 3, "name": "123 Industries", "is_active": true, "address": "1 Street\\nTown", "statement_key": null, '
        '"created_at": "2026-03-01T08:00:00Z", "updated_at": "2026-03-02T09:00:00Z", "currency": "EUR"}'
    )


def test_a_project_is_shown_in_the_fields_and_the_order_of_harvest() -> None:
    assert json.dumps(show_project(PROJECT, CLIENT)) == (
        '{"id": 4, "name": "Store", "code": null, "is_active": true, "is_billable": true, "is_fixed_fee": false, '
        '"bill_by": "Tasks", "budget": null, "budget_by": "none", "budget_is_monthly": false, '
        '"notify_when_over_budget": false, "over_budget_notification_percentage": 80.0, "show_budget_to_all": false, '
        '"created_at": "2026-03-01T08:00:00Z", "updated_at": "2026-03-02T09:00:00Z", "starts_on": null, '
        '"ends_on": null, "over_budget_notification_date": null, "notes": null, "cost_budget": null, '
        f'"cost_budget_include_expenses": false, "hourly_rate": null, "fee": null, {SHOWN_CLIENT}}}'
    )


def test_an_assignment_is_shown_in_the_fields_and_the_order_of_harvest() -> None:
    assert json.dumps(show_task_assignment(AssignedTask(ASSIGNMENT, PROJECT, TASK))) == (
        f'{{{SHOWN_ASSIGNMENT}, "project": {{"id": 4, "name": "Store", "code": null}}, '
        '"task": {"id": 8083800, "name": "Business Development"}}'
    )


def test_a_time_entry_is_shown_in_the_fields_and_the_order_of_harvest() -> None:
    assert json.dumps(show_time_entry(LOGGED, ADMIN, LATER)) == (
        '{"id": 6, "spent_date": "2026-02-28", "hours": 1.25, "hours_without_timer": 1.25, "rounded_hours": 1.25, '
        '"notes": "note", "is_locked": false, "locked_reason": null, "approval_status": "unsubmitted", '
        '"is_closed": false, "is_billed": false, "timer_started_at": null, "started_time": null, "ended_time": null, '
        '"is_running": false, "billable": true, "budgeted": false, "billable_rate": 100.0, "cost_rate": null, '
        '"created_at": "2026-03-01T08:00:00Z", "updated_at": "2026-03-02T09:00:00Z", '
        f'"user": {{"id": 3, "name": "Mia"}}, {SHOWN_CLIENT}, '
        '"project": {"id": 4, "name": "Store", "code": null}, '
        '"task": {"id": 8083800, "name": "Business Development"}, '
        f'"user_assignment": {{{_user_assignment("false")}}}, "task_assignment": {{{SHOWN_ASSIGNMENT}}}, '
        '"invoice": null, "external_reference": {"id": "7", "group_id": null, "account_id": "9", '
        '"permalink": "https://example.com"}}'
    )


@pytest.mark.parametrize(
    ("reader", "rate"),
    [(ADMIN, 100.0), (HEAD, 100.0), (replace(HEAD, rights=frozenset()), None), (MEMBER, None)],
    ids=["administrator", "manager with the right", "manager without", "member"],
)
def test_a_billable_rate_is_for_those_who_may_see_rates(reader: User, rate: float | None) -> None:
    assert show_time_entry(LOGGED, reader, LATER)["billable_rate"] == rate


def test_what_may_be_logged_to_is_shown_without_the_project_of_each_task() -> None:
    found = ProjectAssignment(PROJECT, CLIENT, [AssignedTask(ASSIGNMENT, PROJECT, TASK)], USER_ASSIGNMENT)
    shown = show_project_assignment(found, HEAD, HEAD)
    assert json.dumps(shown) == (
        f"{{{_user_assignment('true')}, "
        f'"project": {{"id": 4, "name": "Store", "code": null, "is_billable": true}}, {SHOWN_CLIENT}, '
        f'"task_assignments": [{{{SHOWN_ASSIGNMENT}, "task": {{"id": 8083800, "name": "Business Development"}}}}]}}'
    )


def test_a_user_is_shown_in_the_fields_and_the_order_of_harvest() -> None:
    head = replace(HEAD, timezone="Berlin", default_hourly_rate=Decimal("95.50"), cost_rate=Decimal("41.00"))
    assert json.dumps(show_user(head, ADMIN, [])) == (
        '{"id": 2, "first_name": "Max", "last_name": "Manager", "email": "m@example.com", "telephone": "", '
        '"timezone": "Berlin", "has_access_to_all_future_projects": false, "is_contractor": false, "is_admin": false, '
        '"is_project_manager": true, "can_see_rates": true, "can_create_projects": true, "can_create_invoices": false, '
        '"is_active": true, "weekly_capacity": 126000, "default_hourly_rate": 95.5, "cost_rate": 41.0, "roles": [], '
        '"access_roles": ["manager", "billable_rates_manager", "client_and_task_manager", "estimates_manager", '
        '"managed_projects_invoice_drafter", "managed_projects_invoice_manager", "people_manager", "project_creator", '
        '"time_and_expenses_manager"], '
        '"avatar_url": "", "created_at": "2026-03-01T08:00:00Z", "updated_at": "2026-03-02T09:00:00Z"}'
    )


def test_a_company_says_first_how_clients_are_to_read_time() -> None:
    account = Account(AccountId(1), "Demo", bytes(32), MOMENT)
    assert json.dumps(show_company(account, "https://sheaf.test:3000")) == (
        '{"base_uri": "https://sheaf.test:3000", "full_domain": "sheaf.test:3000", "name": "Demo", "is_active": true, '
        '"week_start_day": "Monday", "wants_timestamp_timers": false, "time_format": "decimal", '
        '"date_format": "%Y-%m-%d", "plan_type": "sheaf", "clock": "24h", "currency": "USD", '
        '"currency_code_display": "iso_code_none", "currency_symbol_display": "symbol_before", "decimal_symbol": ".", '
        '"thousands_separator": ",", "color_scheme": "orange", "weekly_capacity": 126000, "expense_feature": false, '
        '"invoice_feature": false, "estimate_feature": false, "approval_feature": false, "team_feature": false}'
    )


# ------------------------------------------------------------ bulk imports

WAITING = Import(
    id=Id(7),
    status=ImportStatus.AWAITING_UPLOAD,
    kind=None,
    dry_run=False,
    file_name=None,
    user_id=Id(1),
    created_at=MOMENT,
    updated_at=MOMENT,
)
ENDED = replace(
    WAITING,
    status=ImportStatus.COMPLETED_WITH_ERRORS,
    kind=FileKind.TIME_ENTRIES,
    dry_run=True,
    file_name="time.csv",
    user_id=None,
    updated_at=LATER,
    started_at=MOMENT,
    finished_at=LATER,
    rows_total=10,
    counts=RowCounts(created=1, updated=2, unchanged=3, failed=4),
    ignored_columns=("Invoiced?", "Approved?"),
    has_report=True,
    source=Source.TOGGL_DETAILED,
    date_format="%d/%m/%Y",
    decimal_symbol=",",
    encoding="utf-8",
    delimiter=";",
    default_task="General",
    rows_skipped=2,
    used_columns=("Name",),
    preview=('{"name": "Design"}',),
    time_of_user_id=Id(9),
)


def test_an_import_is_shown_with_what_came_of_its_rows_and_where_its_report_is() -> None:
    assert json.dumps(show_import(ENDED, {}, Address("https://report", LATER))) == (
        '{"id": 7, "kind": "time_entries", "status": "completed_with_errors", "dry_run": true, '
        '"file_name": "time.csv", "rows": {"total": 10, "created": 1, "updated": 2, "unchanged": 3, "failed": 4}, '
        '"ignored_columns": ["Invoiced?", "Approved?"], '
        '"reading": {"source": "toggl_detailed", "columns": ["Name"], '
        '"date_format": "%d/%m/%Y", "is_date_format_assumed": false, '
        '"decimal_symbol": ",", "encoding": "utf-8", "delimiter": ";", '
        '"default_task": "General", "user_id": 9, "rows_skipped": 2}, '
        '"preview": [{"name": "Design"}], '
        '"error": null, "user": null, "undo": null, '
        f'"created_at": "{MOMENT}", "updated_at": "{LATER}", "started_at": "{MOMENT}", "finished_at": "{LATER}", '
        f'"report": {{"url": "https://report", "expires_at": "{LATER}"}}}}'
    )


def test_an_import_that_awaits_its_file_is_shown_with_where_it_goes() -> None:
    shown = show_new_import(WAITING, ADMIN, Address("https://upload", LATER))
    assert list(shown)[-2:] == ["report", "upload"]
    assert (shown["report"], shown["user"]) == (None, {"id": 1, "name": "Ada Admin"})
    assert shown["upload"] == {"method": "PUT", "url": "https://upload", "expires_at": LATER}


def test_a_list_shows_the_same_of_an_import_but_for_the_report() -> None:
    users = {ADMIN.id: ADMIN}
    for item in (WAITING, ENDED):
        assert {**show_listed_import(item, users), "report": None} == show_import(item, users, None)


# ------------------------------------------------------------ every answer


def test_a_new_record_is_answered_with_its_address() -> None:
    request = Request(method="POST", path="/v2/tasks", base_url="https://sheaf.test")
    body = show_task(TASK)
    assert created(request, body) == Response(201, body, {"Location": "https://sheaf.test/v2/tasks/8083800"})


def test_an_answer_keeps_its_own_headers_over_those_of_every_answer() -> None:
    response = Response(200, {}, {"Cache-Control": "max-age=60"}).to_lambda("id")
    assert response["headers"]["Cache-Control"] == "max-age=60"
    assert response["headers"]["X-Request-Id"] == "id"


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none()))
def test_a_body_is_compact_json_that_reads_back(body: dict[str, object]) -> None:
    text = Response(200, body).to_lambda("id")["body"]
    assert json.loads(text) == body
    assert "\n" not in text
    text.encode()
