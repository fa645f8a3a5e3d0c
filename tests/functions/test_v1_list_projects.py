"""GET /projects."""

from tests.functions import api_records
from tests.functions.v1_examples import MARKETING_WEBSITE, MEMBERS_REFUSED_ALIKE, ONLINE_STORE, listed, refused
from tests.support.api import Api
from tests.support.v1 import JSON, v1

EXPECTED = {
    **MEMBERS_REFUSED_ALIKE,
    "all_in_xml": listed("project", [MARKETING_WEBSITE, ONLINE_STORE]),
    "all_in_json": listed("project", [MARKETING_WEBSITE, ONLINE_STORE], JSON),
    "by_a_manager": listed("project", [ONLINE_STORE], JSON),
    "of_a_client": listed("project", [MARKETING_WEBSITE, ONLINE_STORE], JSON),
    "of_an_unknown_client": listed("project", []),
    "unreadable_client": refused(400, "client must be a positive integer below 2^53"),
    "updated_since": listed("project", [MARKETING_WEBSITE, ONLINE_STORE], JSON),
    "updated_since_a_day_to_come": listed("project", []),
}


def test_archived_projects_are_listed_too_and_those_of_other_accounts_are_not(api: Api, other_api: Api) -> None:
    api_records.project(other_api, "Theirs")
    ours = [api_records.project(api, "Active"), api_records.project(api, "Archived", is_active=False)]

    found = [item["project"] for item in v1(api, JSON).get("/projects").body]

    assert [(item["id"], item["active"]) for item in found] == [(ours[1]["id"], False), (ours[0]["id"], True)]


def test_a_client_has_its_own_projects(api: Api) -> None:
    one, other = api_records.project(api, "One"), api_records.project(api, "Other")

    found = v1(api, JSON).get(f"/projects?client={other['client']['id']}").body

    assert [project["project"]["id"] for project in found] == [other["id"]]
    assert one["client"] != other["client"]
