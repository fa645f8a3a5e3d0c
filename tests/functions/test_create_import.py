"""POST /v2/imports."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from sheaf.domain.identity import Right
from tests.functions import api_records
from tests.functions.examples import (
    HOST,
    NOT_AUTHORIZED,
    SOON,
    XML_IS_NOT_READ,
    Whole,
    an_import,
    expected,
    invalid,
    signed,
    unreadable,
)
from tests.support.api import Api


def created(file_name: str | None, **fields: object) -> Whole:
    url = signed(f"imports/accounts/1/imports/2/{file_name or 'file'}")
    upload = {"method": "PUT", "url": url, "expires_at": SOON}
    shown = file_name and file_name.replace("%20", " ")
    body = an_import(2, file_name=shown, **fields) | {"report": None, "upload": upload}
    return expected(201, body, {"Location": f"{HOST}/v2/imports/2"})


EXPECTED = {
    "time_from_harvest": created("time.csv", kind="time_entries"),
    "nothing_said": created(None),
    "dry_run_of_tasks": created("tasks.ndjson.gz", kind="tasks", dry_run=True),
    "form": created("Projects%202026.csv", kind="projects", dry_run=True),
    "unknown_kind": invalid("kind must be one of tasks, projects, task_assignments, time_entries"),
    "path_for_a_name": invalid("file_name must be a name without a path"),
    "several_mistakes": invalid("kind must be a string, dry_run must be true or false, file_name must be a string"),
    "broken_json": unreadable("The body is not valid JSON: Expecting ',' delimiter at line 1 column 16"),
    "wrong_content_type": XML_IS_NOT_READ,
    "by_a_manager": NOT_AUTHORIZED,
    "by_a_member": NOT_AUTHORIZED,
}


def test_the_location_is_where_the_import_is_found(api: Api) -> None:
    answer = api.post("/v2/imports", {"kind": "tasks"})

    upload = answer.body.pop("upload")
    assert upload["method"] == "PUT"
    assert api.follow(answer.headers["Location"]).body == answer.body


def test_whatever_a_file_is_called_its_address_is_one_part_of_a_path(api: Api) -> None:
    name = "Zeit (neu) #1?&%2F.csv"

    upload = api_records.new_import(api, file_name=name)["upload"]

    path = urlsplit(upload["url"]).path
    assert unquote(path).endswith(f"/accounts/1/imports/1/{name}")
    assert path.rpartition("/")[0].endswith("/accounts/1/imports/1")


def test_the_address_lets_through_one_object_by_one_method(api: Api, endpoint_url: str) -> None:
    upload = api_records.new_import(api, file_name="time.csv")["upload"]

    parameters = parse_qs(urlsplit(upload["url"]).query)
    assert (parameters["X-Amz-Expires"], parameters["X-Amz-SignedHeaders"]) == (["900"], ["host"])
    assert upload["url"].startswith(endpoint_url)


@pytest.mark.parametrize("right", list(Right))
def test_imports_are_for_administrators_alone(right: Right, api: Api) -> None:
    manager = api_records.manager(api, rights=frozenset({right}))

    refused = [manager.post("/v2/imports"), manager.get("/v2/imports"), manager.get("/v2/imports/1")]

    assert [answer.status for answer in [*refused, manager.delete("/v2/imports/1")]] == [403] * 4
