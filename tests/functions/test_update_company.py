"""PATCH and PUT /v2/company."""

from sheaf.http import identity
from tests.functions.examples import BROKEN_BRACE, NOT_AUTHORIZED, XML_IS_NOT_READ, Whole, expected, invalid
from tests.functions.test_retrieve_company import company
from tests.support.api import Api
from tests.support.table import rows


def changed(**fields: object) -> Whole:
    return expected(200, company(**fields))


EXPECTED = {
    "start_and_end": changed(wants_timestamp_timers=True),
    "every_field": changed(wants_timestamp_timers=True, weekly_capacity=144000),
    "put": changed(weekly_capacity=0),
    "form": changed(wants_timestamp_timers=True, weekly_capacity=3600),
    "nothing": changed(),
    "fields_that_cannot_change": changed(),
    "by_a_manager": NOT_AUTHORIZED,
    "by_a_member": NOT_AUTHORIZED,
    "capacity_out_of_range": invalid("weekly_capacity must be a number of seconds between 0 and 604800"),
    "several_mistakes": invalid("wants_timestamp_timers must be true or false, weekly_capacity must be a whole number"),
    "broken_json": BROKEN_BRACE,
    "wrong_content_type": XML_IS_NOT_READ,
}


def test_the_company_is_as_it_was_changed_from_the_next_request_on(api: Api) -> None:
    shown = api.patch("/v2/company", {"wants_timestamp_timers": True, "weekly_capacity": 3600}).body

    assert (shown["wants_timestamp_timers"], shown["weekly_capacity"]) == (True, 3600)
    assert api.get("/v2/company").body == shown


def test_a_change_of_nothing_writes_nothing(api: Api) -> None:
    before = rows()

    assert api.patch("/v2/company", {"weekly_capacity": 126000}).status == 200
    assert rows() == before


def test_a_new_user_has_the_weekly_capacity_of_the_company(api: Api) -> None:
    api.patch("/v2/company", {"weekly_capacity": 3600})
    identity._memory().clear()  # as after its minute
    ida = {"first_name": "Ida", "last_name": "Example", "email": "ida@example.com"}

    assert api.post("/v2/users", ida).body["weekly_capacity"] == 3600


def test_v1_tells_whether_time_is_logged_by_start_and_end(api: Api) -> None:
    api.patch("/v2/company", {"wants_timestamp_timers": True})
    identity._memory().clear()

    answer = api.get("/account/who_am_i", accept="application/json", authorization=f"Bearer {api.token}")
    assert answer.body["user"]["timestamp_timers"] is True
