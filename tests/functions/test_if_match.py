"""`If-Match`: every change of a record is made while it is what the caller has seen, and refused otherwise."""

import pytest

from tests.contract.requests import ADDRESSES, ADDRESSES_OF_V1, BODIES
from tests.support.api import Answer, Api, route_of
from tests.support.table import rows
from tests.support.v1 import v1

ADMIN = Api("local-admin-token")
REFUSED = "The record is not the one that If-Match names by its ETag, in quotes; read it again"
BODIES_OF_V1 = {
    "v1_update_task": b"<task><name>Sales</name></task>",
    "v1_update_task_assignment": b"<task-assignment><budget>7</budget></task-assignment>",
}
SUB_RESOURCES = ("/stop", "/restart", "/external_reference")  # of a time entry, whose tag counts
PREPARED = {"/v2/time_entries/1/stop": "/v2/time_entries/1/restart"}  # what a change needs first
REFERRED_TO = "DELETE /v2/clients/1"  # it has projects: refused for that once its tag is right

CHANGES = sorted((method, path) for method, path in ADDRESSES if method in ("PATCH", "PUT", "DELETE"))
CHANGES_OF_V1 = sorted(
    (method, path) for method, path in ADDRESSES_OF_V1 if method in ("PUT", "DELETE") and "activate" not in path
)


def record_of(address: str) -> str:
    """Where a GET answers with the record that is changed."""
    for part in SUB_RESOURCES:
        address = address.removesuffix(part)
    return address


def tag_of(address: str, api: Api = ADMIN) -> str:
    return api.get(record_of(address)).headers["ETag"]


def sent(method: str, address: str, if_match: str) -> Answer:
    body = BODIES.get(route_of(method, address).operation)
    return ADMIN.send(method, address, body, {"if-match": if_match})


@pytest.mark.usefixtures("started")
@pytest.mark.parametrize(("method", "route"), CHANGES)
def test_a_change_of_another_state_is_refused_and_one_of_this_state_is_made(method: str, route: str) -> None:
    address = ADDRESSES[method, route]
    if address in PREPARED:
        assert ADMIN.patch(PREPARED[address]).status == 200
    tag, before = tag_of(address), rows()
    for other in ('"0"', f"W/{tag}", tag.strip('"'), '"' + "0" * 32 + '"', "nonsense", tag.upper()):
        answer = sent(method, address, other)
        assert (answer.status, answer.body) == (412, {"message": REFUSED}), other
    assert rows() == before
    answer = sent(method, address, f'"0", {tag.rstrip(chr(34))}-gzip"')
    assert answer.status == (422 if f"{method} {address}" == REFERRED_TO else 200), answer.body


@pytest.mark.usefixtures("started")
def test_of_two_changes_with_one_tag_the_second_is_refused() -> None:
    tag = tag_of("/v2/tasks/5")
    assert ADMIN.patch("/v2/tasks/5", {"name": "Sales"}, **{"if-match": tag}).status == 200
    assert ADMIN.patch("/v2/tasks/5", {"name": "Marketing"}, **{"if-match": tag}).status == 412
    assert ADMIN.get("/v2/tasks/5").body["name"] == "Sales"
    assert ADMIN.patch("/v2/tasks/5", {"name": "Marketing"}, **{"if-match": tag_of("/v2/tasks/5")}).status == 200


@pytest.mark.usefixtures("started")
def test_what_is_not_there_is_not_found_whatever_the_tag_is() -> None:
    for tag in ("*", '"0"'):
        assert ADMIN.patch("/v2/tasks/99", {"name": "Sales"}, **{"if-match": tag}).status == 404


@pytest.mark.usefixtures("started")
def test_who_may_not_change_a_record_is_told_so_and_not_whether_it_has_changed() -> None:
    member = Api("local-member-token")
    assert member.patch("/v2/tasks/5", {"name": "Sales"}, **{"if-match": '"0"'}).status == 403


@pytest.mark.usefixtures("started")
@pytest.mark.parametrize("kind", ["application/xml", "application/json"])
@pytest.mark.parametrize(("method", "route"), CHANGES_OF_V1)
def test_v1_does_the_same_in_the_format_that_was_read(method: str, route: str, kind: str) -> None:
    address = ADDRESSES_OF_V1[method, route]
    api = v1(ADMIN, kind, content_type="application/xml")
    body = BODIES_OF_V1.get(route_of(method, address).operation)
    tag, before = tag_of(address, api), rows()
    assert api.send(method, address, body, {"if-match": '"0"'}).status == 412
    assert rows() == before
    assert api.send(method, address, body, {"if-match": tag}).status == 200
