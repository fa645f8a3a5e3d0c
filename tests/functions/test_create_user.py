"""POST /v2/users."""

import pytest

from tests.functions import api_records
from tests.functions.examples import HOST, NOT_AUTHORIZED, XML_IS_NOT_READ, Whole, expected, invalid, unreadable, user
from tests.support.api import Api
from tests.support.table import rows

ROLES = invalid(
    "access_roles must be one of administrator, manager, member, and beside manager any of billable_rates_manager, "
    "client_and_task_manager, estimates_manager, managed_projects_invoice_drafter, managed_projects_invoice_manager, "
    "people_manager, project_creator, time_and_expenses_manager"
)


def created(*access_roles: str, **fields: object) -> Whole:
    shown = user(5, "Ida", "Example", *(access_roles or ["member"]), **fields)
    return expected(201, shown, {"Location": f"{HOST}/v2/users/5"})


EXPECTED = {
    "name_and_email": created(),
    "every_field": created(
        "manager",
        "people_manager",
        "project_creator",
        timezone="Eastern Time (US & Canada)",
        has_access_to_all_future_projects=True,
        is_contractor=True,
        weekly_capacity=144000,
        default_hourly_rate=120.0,
        cost_rate=60.5,
    ),
    "no_such_role": invalid('roles must be names of roles of the account; there is no role "King"'),
    "form": created(weekly_capacity=3600, timezone="Berlin"),
    "email_taken": invalid("Email has already been taken"),
    "blank_names": invalid("First name can't be blank, Last name can't be blank"),
    "empty_body": invalid("First name can't be blank, Last name can't be blank, Email can't be blank"),
    "no_access_role": ROLES,
    "right_of_nobody": ROLES,
    "two_roles": ROLES,
    "rights_of_a_member": invalid("only a manager can have rights and managed projects"),
    "several_mistakes": invalid(
        "first_name must be a string, is_active must be true or false, weekly_capacity must be a whole number, "
        "access_roles must be a list of strings"
    ),
    "several_values_out_of_range": invalid(
        "email must be an email address, such as ida@example.com, "
        'timezone must be a time zone such as "Eastern Time (US & Canada)" or "Europe/Berlin", not "Atlantis", '
        "weekly_capacity must be a number of seconds between 0 and 604800, "
        "cost_rate must be a number between 0 and 9999999999.99"
    ),
    "by_a_manager": NOT_AUTHORIZED,
    "broken_json": unreadable("The body is not valid JSON: Expecting ',' delimiter at line 1 column 68"),
    "wrong_content_type": XML_IS_NOT_READ,
}

NEW = {"first_name": "Ida", "last_name": "Example", "email": "ida@example.com"}


def test_the_location_is_where_the_user_is_found(api: Api) -> None:
    answer = api.post("/v2/users", NEW)

    assert api.follow(answer.headers["Location"]).body == answer.body


@pytest.mark.parametrize("email", ["IDA@example.com", " ida@example.com "])
@pytest.mark.parametrize("is_active", [True, False])
def test_an_address_is_taken_by_active_and_archived_users_in_whatever_case(
    email: str, is_active: bool, api: Api
) -> None:
    api.post("/v2/users", {**NEW, "is_active": is_active})
    before = rows()

    answer = api.post("/v2/users", {**NEW, "email": email})

    assert (answer.status, answer.body) == (422, {"message": "Email has already been taken"})
    after = rows()
    assert {place for place in before if before[place] != after.get(place)} == {("ACCOUNT#1#SEQUENCE", "USER")}


def test_a_new_user_can_be_named_where_time_is_logged(api: Api) -> None:
    user_id = api.post("/v2/users", NEW).body["id"]
    project, task = api_records.project(api), api_records.task(api)
    api_records.assignment(api, project["id"], task["id"])
    api_records.user_assignment(api, project["id"], user_id)

    entry = api_records.time_entry(api, project["id"], task["id"], user_id=user_id)

    assert entry["user"] == {"id": user_id, "name": "Ida Example"}


@pytest.mark.parametrize("capacity", [0, "3600", 604_800])
def test_capacities_are_whole_seconds_of_a_week(capacity: object, api: Api) -> None:
    assert api.post("/v2/users", {**NEW, "weekly_capacity": capacity}).body["weekly_capacity"] == int(str(capacity))


@pytest.mark.parametrize("capacity", [True, 604_801, "1.5", [], {}, "1" * 5000])
def test_other_capacities_are_refused(capacity: object, api: Api) -> None:
    answer = api.post("/v2/users", {**NEW, "weekly_capacity": capacity})

    assert answer.status == 422
    assert answer.body["message"].startswith("weekly_capacity must be a ")


@pytest.mark.parametrize("zone", ["", "../etc/passwd", "Europe", "europe/berlin", "UTC+1", "x" * 70_000, "\0"])
def test_what_is_no_time_zone_is_refused_by_name(zone: str, api: Api) -> None:
    answer = api.post("/v2/users", {**NEW, "timezone": zone})

    if zone:
        assert answer.status == 422
        assert answer.body["message"].startswith("timezone must be a time zone such as")
        assert len(answer.body["message"]) < 200
    else:
        assert (answer.status, answer.body["timezone"]) == (201, "UTC")
