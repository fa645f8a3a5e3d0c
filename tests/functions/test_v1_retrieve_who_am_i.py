"""GET /account/who_am_i."""

from tests.functions.examples import HOST
from tests.functions.v1_examples import NOT_AUTHENTICATED, NOT_AUTHENTICATED_IN_JSON, Record, hash_of
from tests.support.api import Api
from tests.support.v1 import JSON, v1


def who(user_id: int, first_name: str, last_name: str, *, admin: bool = False, **flags: bool) -> Record:
    """The demo account and one of its users; `flags` are the true ones of `project_manager`."""
    company = {
        "base_uri": HOST,
        "full_domain": HOST.removeprefix("http://"),
        "name": "Demo Company",
        "active": True,
        "week_start_day": "Monday",
        "time_format": "decimal",
        "clock": "24h",
        "decimal_symbol": ".",
        "color_scheme": "orange",
        "modules": dict.fromkeys(("expenses", "invoices", "estimates", "approval"), False),
        "thousands_separator": ",",
    }
    user = {
        "timezone": "UTC",
        "timezone_utc_offset": 0,
        "id": user_id,
        "email": f"{first_name.lower()}@example.com",
        "admin": admin,
        "first_name": first_name,
        "last_name": last_name,
        "avatar_url": "",
        "project_manager": {
            "is_project_manager": False,
            "can_see_rates": admin,
            "can_create_projects": admin,
            "can_create_invoices": False,
            **flags,
        },
        "timestamp_timers": False,
    }
    return {"company": company, "user": user}


EXPECTED = {
    "in_xml": hash_of(who(1, "Ada", "Admin", admin=True)),
    "in_json": hash_of(who(1, "Ada", "Admin", admin=True), JSON),
    "by_bearer": hash_of(who(1, "Ada", "Admin", admin=True), JSON),
    "token_in_the_query": hash_of(who(1, "Ada", "Admin", admin=True), JSON),
    "by_a_manager": hash_of(who(2, "Max", "Manager", is_project_manager=True, can_create_projects=True), JSON),
    "by_a_member": hash_of(who(3, "Mia", "Member"), JSON),
    "with_a_wrong_token": NOT_AUTHENTICATED,
    "with_another_address": NOT_AUTHENTICATED_IN_JSON,
}


def test_the_address_is_the_one_that_was_called(api: Api) -> None:
    company = v1(api, JSON, host="tasks.example.com").get("/account/who_am_i").body["company"]

    assert (company["base_uri"], company["full_domain"]) == ("https://tasks.example.com", "tasks.example.com")


def test_an_account_is_told_its_own_name(other_api: Api) -> None:
    assert v1(other_api, JSON).get("/account/who_am_i").body["company"]["name"] == "Other Company"
