"""$default: older spellings of a path, wrong methods and unknown paths."""

import pytest

from tests.functions import v1_examples
from tests.functions.conftest import Replay
from tests.functions.examples import HOST, NOT_FOUND, Whole, expected
from tests.support.api import Api
from tests.support.example_requests import names_of


def moved(path: str, location: str) -> Whole:
    return expected(308, {"message": f"Moved to {path}"}, {"Location": HOST + location})


def not_allowed(method: str, allowed: str) -> Whole:
    sentence = f"{method} is not allowed here; use {allowed.replace(', ', ' or ')}"
    return expected(405, {"message": sentence}, {"Allow": allowed})


EXPECTED = {
    "api_prefix": moved("/v2/tasks", "/v2/tasks?is_active=true&per_page=2"),
    "api_prefix_and_json_suffix": moved("/v2/tasks/5", "/v2/tasks/5"),
    "trailing_slash": moved("/v2/tasks", "/v2/tasks"),
    "json_suffix": moved("/v2/tasks", "/v2/tasks"),
    "by_a_member": moved("/v2/tasks", "/v2/tasks"),
    "characters_that_a_header_cannot_hold": moved(
        "/v2/tasks/Büro\r\nSet-Cookie: a=b", "/v2/tasks/B%C3%BCro%0D%0ASet-Cookie%3A%20a%3Db"
    ),
    "wrong_method": not_allowed("PUT", "GET, POST"),
    "wrong_method_for_one_task": not_allowed("POST", "DELETE, GET, PATCH, PUT"),
    "head": not_allowed("HEAD", "GET, POST"),
    "unknown_path": NOT_FOUND,
    "unknown_path_with_api_prefix": NOT_FOUND,
    "root": NOT_FOUND,
}


EXPECTED_OF_V1 = {
    "v1_trailing_slash": v1_examples.moved("/tasks"),
    "v1_wrong_method": v1_examples.refused(
        405, "PATCH is not allowed here; use DELETE or GET or PUT", Allow="DELETE, GET, PUT"
    ),
}


@pytest.mark.parametrize("scenario", EXPECTED)
def test_an_example_gets_the_whole_expected_answer(scenario: str, replay: Replay) -> None:
    assert replay("unmatched_route", scenario) == EXPECTED[scenario]


@pytest.mark.parametrize("scenario", EXPECTED_OF_V1)
def test_an_example_of_v1_gets_the_whole_expected_answer(scenario: str, replay_v1: Replay) -> None:
    assert replay_v1("unmatched_route", scenario) == EXPECTED_OF_V1[scenario]


def test_every_expectation_has_its_example() -> None:
    assert sorted({**EXPECTED, **EXPECTED_OF_V1}) == names_of("unmatched_route")


@pytest.mark.parametrize("prefix", ["", "/api"])
@pytest.mark.parametrize("ending", [".json", "/", ".json/", "//"])
def test_whoever_follows_the_redirect_gets_the_answer(prefix: str, ending: str, api: Api) -> None:
    api.post("/v2/tasks", {"name": "Design"})

    moved = api.get(f"{prefix}/v2/tasks{ending}?per_page=1")

    assert (moved.status, api.follow(moved.headers["Location"]).body) == (308, api.get("/v2/tasks?per_page=1").body)


def test_a_redirect_does_nothing_itself(api: Api) -> None:
    address = f"/v2/tasks/{api.post('/v2/tasks', {'name': 'Design'}).body['id']}"

    assert api.delete(f"/api{address}").status == 308
    assert api.get(address).status == 200


@pytest.mark.parametrize("path", ["/v2", "/v2/", "/V2/tasks", "/v2/tasks/1/2", "//v2/tasks", "/api", "/api/v1/tasks"])
def test_an_unknown_path_is_not_found_whatever_the_method(path: str, api: Api) -> None:
    statuses = {api.send(method, path).status for method in ("GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS")}

    assert statuses == {404}
