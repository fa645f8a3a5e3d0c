"""POST /v2/tasks."""

import pytest

from sheaf.domain.identity import AccountId
from sheaf.store import keys
from tests.functions.examples import HOST, NOT_AUTHORIZED, expected, task
from tests.support.api import Api
from tests.support.table import rows

LOCATION = {"Location": f"{HOST}/v2/tasks/8"}
CREATED = expected(201, task(8, "New Task Name"), LOCATION)

EXPECTED = {
    "name_only": CREATED,
    "with_a_key": CREATED,
    "harvests_own_example": CREATED,
    "by_a_manager": CREATED,
    "every_field": expected(
        201, task(8, "Überstunden", billable_by_default=False, default_hourly_rate=120.57, is_default=True), LOCATION
    ),
    "born_archived": expected(201, task(8, "Typesetting", is_active=False), LOCATION),
    "without_a_rate": expected(201, task(8, "Favours", default_hourly_rate=None), LOCATION),
    "values_as_strings": expected(
        201, task(8, "Translation", billable_by_default=False, default_hourly_rate=75.5, is_default=True), LOCATION
    ),
    "form": expected(201, task(8, "Site visit", billable_by_default=False, default_hourly_rate=80.0), LOCATION),
    "by_a_member": NOT_AUTHORIZED,
    "duplicate_name": expected(422, {"message": "Name has already been taken"}),
    "blank_name": expected(422, {"message": "Name can't be blank"}),
    "empty_body": expected(422, {"message": "Name can't be blank"}),
    "negative_rate": expected(422, {"message": "default_hourly_rate must be a number between 0 and 9999999999.99"}),
    "several_mistakes": expected(
        422,
        {
            "message": "name must be a string, billable_by_default must be true or false, "
            "default_hourly_rate must be a number"
        },
    ),
    "broken_json": expected(
        400, {"message": "The body is not valid JSON: Expecting ',' delimiter at line 1 column 24"}
    ),
    "not_an_object": expected(400, {"message": 'The body must be a JSON object, such as {"name":"Design"}'}),
    "wrong_content_type": expected(
        415,
        {
            "message": "Content-Type 'application/xml' is not read here; "
            "send application/json or application/x-www-form-urlencoded in UTF-8"
        },
    ),
}


def test_the_location_is_where_the_task_is_found(api: Api) -> None:
    created = api.post("/v2/tasks", {"name": "Design"})

    assert api.follow(created.headers["Location"]).body == created.body


def test_ids_grow_with_creation(api: Api) -> None:
    ids = [api.post("/v2/tasks", {"name": f"Design {number}"}).body["id"] for number in range(12)]

    assert ids == list(range(1, 13))


@pytest.mark.parametrize("name", ["Design", "design", "  DESIGN  "])
@pytest.mark.parametrize("is_active", [True, False])
def test_a_name_is_taken_by_active_and_archived_tasks_in_whatever_case(name: str, is_active: bool, api: Api) -> None:
    api.post("/v2/tasks", {"name": "Design", "is_active": is_active})

    answer = api.post("/v2/tasks", {"name": name})

    assert (answer.status, answer.body) == (422, {"message": "Name has already been taken"})


def test_a_task_that_was_archived_later_still_has_its_name(api: Api) -> None:
    task_id = api.post("/v2/tasks", {"name": "Design"}).body["id"]
    api.patch(f"/v2/tasks/{task_id}", {"is_active": False})

    assert api.post("/v2/tasks", {"name": "Design"}).status == 422


def test_a_name_taken_in_one_account_is_free_in_another(api: Api, other_api: Api) -> None:
    answers = [item.post("/v2/tasks", {"name": "Design"}) for item in (api, other_api)]

    assert [(answer.status, answer.body["id"]) for answer in answers] == [(201, 1), (201, 1)]


@pytest.mark.parametrize(
    "body",
    [{"name": "design"}, {"name": ""}, {"name": "Drawing", "default_hourly_rate": -1}, {"name": 7}, ["Drawing"], None],
)
def test_a_refused_creation_writes_nothing_but_the_count_of_ids(body: object, api: Api) -> None:
    api.post("/v2/tasks", {"name": "Design"})
    before = rows()

    assert api.post("/v2/tasks", body).status in (400, 422)

    sequence = keys.sequence(AccountId(1), "TASK")
    place = sequence["pk"]["S"], sequence["sk"]["S"]
    after = rows()
    del before[place], after[place]
    assert after == before


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (0, 0.0),
        ("100", 100.0),
        (220.2, 220.2),
        (33.335, 33.34),
        (33.345, 33.35),
        (33.334999, 33.33),
        (9999999999.99, 9999999999.99),
    ],
)
def test_a_rate_is_an_exact_decimal_rounded_half_up_to_cents(given: object, kept: float, api: Api) -> None:
    answer = api.post("/v2/tasks", {"name": "Design", "default_hourly_rate": given})

    assert answer.body["default_hourly_rate"] == kept


@pytest.mark.parametrize(("length", "status"), [(255, 201), (256, 422)])
def test_a_name_has_at_most_255_characters(length: int, status: int, api: Api) -> None:
    assert api.post("/v2/tasks", {"name": "ß" * length}).status == status
