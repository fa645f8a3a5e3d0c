"""The error responses that routes of the template share, whole; those for bad credentials are in tests/contract."""

import pytest

from tests.contract.requests import ADDRESSES, ADDRESSES_OF_V1, BODIES
from tests.functions import examples, v1_examples
from tests.functions.examples import Whole, expected, invalid, unreadable
from tests.support.accounts import DemoToRead
from tests.support.api import route_of
from tests.support.example_requests import example_event

NO_USER_AGENT = expected(
    400, {"message": "User-Agent header is missing: name your application and a link or an email address"}
)
NOT_ACCEPTABLE = v1_examples.refused(
    406, "Accept allows neither application/xml nor application/json, and nothing else is here"
)
UPDATED_SINCE = 'Invalid updated_since datetime provided: "yesterday"'

V2 = [(method or "GET", address) for (method, _), address in ADDRESSES.items()]
V1 = [(method, address) for (method, _), address in ADDRESSES_OF_V1.items()]
WITHOUT_PAGES = ("/v2/changes", "/v2/webhooks", "/v2/webhooks/1/deliveries")
LISTS = sorted(
    address
    for (method, _), address in ADDRESSES.items()
    if route_of(method or "GET", address).operation.startswith("list_") and address not in WITHOUT_PAGES
)
STATES = [
    address
    for address in LISTS
    if not address.endswith(("/imports", "/roles", "/time_entries", "/project_assignments"))
]
LISTS_OF_V1 = [address for method, address in V1 if route_of(method, address).operation.startswith("v1_list_")]


def _body(method: str, address: str) -> str | None:
    return "{}" if route_of(method, address).operation in BODIES else None


def test_a_request_of_v2_without_a_user_agent_is_refused_on_every_route(to_read: DemoToRead) -> None:
    with to_read.in_use():
        answers = {
            (method, address): examples.answer_to(
                route_of(method, address).operation,
                example_event(method, address, _body(method, address), {"user-agent": ""}),
                to_read.started,
            )
            for method, address in V2
        }
    assert answers == dict.fromkeys(V2, NO_USER_AGENT)


def test_a_request_of_v1_for_another_format_is_refused_on_every_route(to_read: DemoToRead) -> None:
    with to_read.in_use():
        answers = {
            (method, address): v1_examples.answer_to(
                route_of(method, address).operation,
                example_event(method, address, None, {"accept": "text/html"}, is_v1=True),
                to_read.started,
            )
            for method, address in V1
        }
    assert answers == dict.fromkeys(V1, NOT_ACCEPTABLE)


@pytest.mark.parametrize(
    ("query", "answer", "addresses"),
    [
        ("updated_since=yesterday", unreadable(UPDATED_SINCE), LISTS),
        ("page=0", unreadable("Invalid page provided: '0'; it must be a whole number from 1 on"), LISTS),
        ("per_page=2001", invalid("per_page must be between 1 and 2000"), LISTS),
        ("cursor=x", invalid("cursor is not valid for this list and filter; begin again without it"), LISTS),
        ("is_active=maybe", unreadable("Invalid is_active provided: 'maybe'; it must be true or false"), STATES),
    ],
    ids=["updated_since", "page", "per_page", "cursor", "is_active"],
)
def test_a_parameter_that_cannot_be_read_is_refused_by_every_list_of_v2(
    query: str, answer: Whole, addresses: list[str], to_read: DemoToRead
) -> None:
    with to_read.in_use():
        answers = {
            address: examples.answer_to(
                route_of("GET", address).operation, example_event("GET", f"{address}?{query}"), to_read.started
            )
            for address in addresses
        }
    assert answers == dict.fromkeys(answers, answer)


def test_an_updated_since_that_cannot_be_read_is_refused_by_every_list_of_v1(to_read: DemoToRead) -> None:
    with to_read.in_use():
        answers = {
            address: v1_examples.answer_to(
                route_of("GET", address).operation,
                example_event("GET", f"{address}?updated_since=yesterday", is_v1=True),
                to_read.started,
            )
            for address in LISTS_OF_V1
        }
    assert answers == dict.fromkeys(answers, v1_examples.refused(400, UPDATED_SINCE))


def test_the_lists_are_those_of_the_template() -> None:
    assert (len(LISTS), len(STATES), len(LISTS_OF_V1)) == (13, 8, 3)
