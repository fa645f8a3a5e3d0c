"""GET /projects/{project_id}."""

import pytest

from tests.functions import api_records
from tests.functions.conftest import Replay
from tests.functions.examples import names_of
from tests.functions.v1_examples import MANAGED_REFUSED_ALIKE, ONLINE_STORE, moved, shown
from tests.harness import Api
from tests.v1 import JSON, texts, v1

EXPECTED = {
    **MANAGED_REFUSED_ALIKE,
    "in_xml": shown("project", ONLINE_STORE),
    "in_json": shown("project", ONLINE_STORE, JSON),
    "by_its_manager": shown("project", ONLINE_STORE),
    "json_suffix": moved("/projects/1"),
}


@pytest.mark.parametrize("scenario", names_of("v1_retrieve_project"))
def test_an_example_gets_the_whole_expected_answer(scenario: str, replay_v1: Replay) -> None:
    assert replay_v1("v1_retrieve_project", scenario) == EXPECTED[scenario]


def test_every_expectation_has_its_example() -> None:
    assert sorted(EXPECTED) == names_of("v1_retrieve_project")


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
