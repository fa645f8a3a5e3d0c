"""What no route answers: older spellings of a path, other methods, and paths that are not there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheaf.domain.errors import NotFoundError, SheafError
from sheaf.http.error_responses import MethodNotAllowedError, error_response
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.unmatched import redirect_or_refuse

BASE = "https://sheaf.test"


def _answer(method: str, path: str, query: str = "") -> Response:
    return redirect_or_refuse(Request(method=method, path=path, raw_query=query, base_url=BASE))


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS"])
@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("/api/v2/tasks", "/v2/tasks"),
        ("/api/v2/tasks/", "/v2/tasks"),
        ("/api/v2/tasks.json", "/v2/tasks"),
        ("/api/v2/tasks.json/", "/v2/tasks"),
        ("/v2/tasks/", "/v2/tasks"),
        ("/v2/tasks//", "/v2/tasks"),
        ("/v2/tasks.json", "/v2/tasks"),
        ("/api/v2/tasks/7", "/v2/tasks/7"),
        ("/api/v2/tasks/7.json", "/v2/tasks/7"),
        ("/v2/tasks/7.json", "/v2/tasks/7"),
        ("/v2/tasks/7/", "/v2/tasks/7"),
        ("/v2/tasks/7.json/", "/v2/tasks/7"),
        ("/v2/tasks/nonsense/", "/v2/tasks/nonsense"),
    ],
)
def test_another_spelling_of_a_known_path_is_led_to_its_canonical_form(method: str, path: str, canonical: str) -> None:
    assert _answer(method, path) == Response(308, {"message": f"Moved to {canonical}"}, {"Location": BASE + canonical})


@pytest.mark.parametrize(
    "query", ["page=2&per_page=50", "a=%C3%A9&a=b+c", "updated_since=2017-06-26T21:20:07+02:00", "="]
)
def test_a_redirect_keeps_the_query_as_it_was_sent(query: str) -> None:
    assert _answer("GET", "/api/v2/tasks", query).headers == {"Location": f"{BASE}/v2/tasks?{query}"}


@pytest.mark.parametrize("nasty", ["7\r\nSet-Cookie: a=b", "é", "a b", "7?x=1", "7#x", '"', "\x00"])
def test_a_redirect_cannot_be_broken_by_its_path(nasty: str) -> None:
    location = _answer("GET", f"/api/v2/tasks/{nasty}").headers["Location"]
    assert location.startswith(f"{BASE}/v2/tasks/")
    assert set(location) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~:/%")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/v2/tasks", "GET, POST"),
        ("PATCH", "/v2/tasks", "GET, POST"),
        ("HEAD", "/v2/tasks", "GET, POST"),
        ("OPTIONS", "/v2/tasks", "GET, POST"),
        ("POST", "/v2/tasks/7", "DELETE, GET, PATCH, PUT"),
        ("TRACE", "/v2/tasks/7", "DELETE, GET, PATCH, PUT"),
        ("POST", "/v2/tasks/nonsense", "DELETE, GET, PATCH, PUT"),
    ],
)
def test_another_method_on_a_known_path_is_refused_with_those_it_has(method: str, path: str, allowed: str) -> None:
    with pytest.raises(MethodNotAllowedError) as refusal:
        _answer(method, path)
    message = f"{method} is not allowed here; use {allowed.replace(', ', ' or ')}"
    assert error_response(refusal.value) == Response(405, {"message": message}, {"Allow": allowed})


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "//",
        "/v2",
        "/v2/",
        "/api/v2",
        "/api/v2/",
        "/v2/task",
        "/V2/tasks",
        "/v2/Tasks",
        "/v2//tasks",
        "//v2/tasks",
        "/v2/tasks/.json",
        "/v2/tasks/7/time_entries",
        "/v2/tasks/7/8",
        "/v3/tasks",
        "/api/tasks",
        "/api/api/v2/tasks",
        "/v2/tasks.xml",
        "/v2/{task_id}",
        "/.env",
        "/v2/tasks/../users",
        "é",
    ],
)
def test_what_is_not_there_is_not_found(method: str, path: str) -> None:
    with pytest.raises(NotFoundError) as refusal:
        _answer(method, path)
    assert error_response(refusal.value) == Response(404, {"status": 404, "error": "Not Found"})


@given(
    st.sampled_from(["GET", "POST", "FOO"]),
    st.text(st.characters(exclude_categories=["Cs"])) | st.from_regex(r"(/api)?/v2/[a-z]+(/.*)?"),
)
def test_any_path_is_led_on_once_or_refused(method: str, path: str) -> None:
    try:
        response = _answer(method, path)
    except SheafError as refusal:
        assert error_response(refusal).status in (404, 405)  # noqa: PT017 - both ends are right
        return
    canonical = response.body["message"].removeprefix("Moved to ")
    with pytest.raises(MethodNotAllowedError):
        redirect_or_refuse(Request(method="FOO", path=canonical, base_url=BASE))
