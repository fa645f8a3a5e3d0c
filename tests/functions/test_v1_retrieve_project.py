"""GET /projects/{project_id}."""

from tests.functions import api_records
from tests.functions.v1_examples import MANAGED_REFUSED_ALIKE, ONLINE_STORE, moved, shown
from tests.support.api import Api
from tests.support.v1 import JSON, texts, v1

EXPECTED = {
    **MANAGED_REFUSED_ALIKE,
    "in_xml": shown("project", ONLINE_STORE),
    "in_json": shown("project", ONLINE_STORE, JSON),
    "by_its_manager": shown("project", ONLINE_STORE),
    "json_suffix": moved("/projects/1"),
}


def test_what_was_said_through_v2_is_shown(api: Api) -> None:
    project = api_records.project(
        api, "A & B", code="AB", notes="two\r\nlines", budget=12.5, budget_by="project", starts_on="2026-01-31"
    )

    found = texts(v1(api).get(f"/projects/{project['id']}").raw)

    assert [found[name] for name in ("name", "code", "budget", "budget-by", "starts-on", "ends-on", "notes")] == [
        *("A & B", "AB", "12.5", "project", "2026-01-31", None, "two\r\nlines")
    ]


def test_another_accounts_project_looks_like_one_that_never_was(api: Api, other_api: Api) -> None:
    project = api_records.project(other_api)

    assert v1(api).get(f"/projects/{project['id']}") == v1(api).get("/projects/99")
