"""A second account beside the first."""

import pytest

from tests.harness import Api, make_account, make_token


@pytest.fixture
def other_api(table: str) -> Api:
    """The API as an administrator of account 2 sees it."""
    return Api(make_token(make_account(2, "Other Company")), 2)
