"""Who calls v1: HTTP Basic with an email address and a token, Bearer, or `access_token`."""

from base64 import b64encode

import pytest

from sheaf.domain.errors import NotAuthenticatedError
from sheaf.domain.identity import Account, Role, Token
from sheaf.domain.imports.rows import Person
from sheaf.domain.values import Id
from sheaf.http.identity import token_digest, v1_caller
from sheaf.http.request import Request
from sheaf.store import tokens, users
from tests.support.api import NOW, make_account, make_token
from tests.support.v1 import basic

TOKEN = "the-token-of-the-tests"


@pytest.fixture(autouse=True)
def email(account: Account) -> str:
    """The address of the administrator of account 1 whose token is TOKEN."""
    make_token(account, token=TOKEN)
    (user,) = users.everyone(account.id)
    return str(user.email)


def caller(authorization: str = "", query: str = "") -> tuple[int, int]:
    """The ids of the account and the user."""
    headers = {"authorization": authorization} if authorization else {}
    found = v1_caller(Request(headers=headers, raw_query=query, now=NOW))
    return found.account.id, found.user.id


def encoded(credentials: bytes) -> str:
    return f"Basic {b64encode(credentials).decode()}"


def test_an_email_address_and_a_token_authenticate(email: str) -> None:
    assert caller(basic(email, TOKEN)) == (1, 1)


@pytest.mark.parametrize("scheme", ["Basic {}", "basic {}", "BASIC {}", "  Basic   {}  "])
def test_the_scheme_may_be_spelled_in_any_case(scheme: str, email: str) -> None:
    assert caller(scheme.format(basic(email, TOKEN).removeprefix("Basic "))) == (1, 1)


def test_upper_and_lower_case_of_an_address_do_not_differ(email: str) -> None:
    assert caller(basic(email.upper(), TOKEN)) == (1, 1)


@pytest.mark.parametrize("query", ["", f"access_token={TOKEN}"])
@pytest.mark.parametrize(
    "credentials",
    [
        b"somebody@example.com:" + TOKEN.encode(),
        b"{email}:wrong",
        b"{email}:",
        b"{email}",
        b":" + TOKEN.encode(),
        b":",
        b"",
        TOKEN.encode() + b":{email}",
        b"{email}:" + TOKEN.encode() + b"x",
        b" {email}:" + TOKEN.encode(),
        b"{email}:" + TOKEN.upper().encode(),
        b"{email}:" + token_digest(TOKEN).encode(),
        b"{email}:" + b"x" * 100_000,
        b"\xff\xfe:" + TOKEN.encode(),
        b"{email}:\xff",
        b"{email}:\0",
    ],
    ids=lambda value: ascii(value[:40]),
)
def test_any_other_credentials_are_invalid_even_beside_a_good_token(credentials: bytes, query: str, email: str) -> None:
    with pytest.raises(NotAuthenticatedError):
        caller(encoded(credentials.replace(b"{email}", email.encode())), query)


@pytest.mark.parametrize(
    "garbage", ["Basic !!!", "Basic a", "Basic ====", "Basic é😀", "Basic \ud800", "Basic", "Basic \0", "Basic a b c"]
)
def test_what_is_no_base64_is_invalid_even_beside_a_good_token(garbage: str) -> None:
    with pytest.raises(NotAuthenticatedError):
        caller(garbage, f"access_token={TOKEN}")


def test_a_token_may_hold_a_colon(account: Account) -> None:
    make_token(account, token="a:b:c")
    newest = max(users.everyone(account.id), key=lambda user: user.id)

    assert caller(basic(str(newest.email), "a:b:c")) == (1, newest.id)


def test_a_token_authenticates_with_its_own_address_alone(account: Account, email: str) -> None:
    make_token(account, Role.MEMBER, token="another-token")
    theirs = max(users.everyone(account.id), key=lambda user: user.id)

    assert caller(basic(str(theirs.email), "another-token")) == (1, theirs.id)
    for address, token in ((email, "another-token"), (str(theirs.email), TOKEN)):
        with pytest.raises(NotAuthenticatedError):
            caller(basic(address, token))


@pytest.mark.parametrize("authorization", [f"Bearer {TOKEN}", f"bearer {TOKEN}"])
def test_a_bearer_token_needs_no_address_and_no_account(authorization: str) -> None:
    assert caller(authorization) == (1, 1)


def test_a_token_may_stand_in_the_query() -> None:
    assert caller(query=f"access_token={TOKEN}") == (1, 1)


@pytest.mark.parametrize(
    ("authorization", "query"),
    [
        ("", ""),
        ("", "access_token="),
        ("", "access_token=wrong"),
        ("Bearer wrong", f"access_token={TOKEN}"),
        (TOKEN, ""),
    ],
)
def test_without_a_good_token_nothing_opens(authorization: str, query: str) -> None:
    with pytest.raises(NotAuthenticatedError):
        caller(authorization, query)


def test_the_account_is_the_tokens() -> None:
    token = make_token(make_account(2, "Other Company"))

    assert caller(f"Bearer {token}")[0] == 2


def test_a_token_that_has_ended_is_invalid(account: Account) -> None:
    expired, archived = make_token(account, expires_at=NOW), make_token(account, is_active=False)

    for token in (expired, archived):
        with pytest.raises(NotAuthenticatedError):
            caller(f"Bearer {token}")


def test_whoever_has_no_address_is_let_in_by_no_address(account: Account) -> None:
    person = users.create_imported(account.id, Id(1), Person(None, "Ida", "Imported"), NOW)
    draft = Token(Id(0), token_digest("a-token"), person.id, "", NOW, None, None)
    tokens.issue(account.id, draft)
    assert caller("Bearer a-token") == (1, person.id)
    for address in ("ida@example.com", "None"):
        with pytest.raises(NotAuthenticatedError):
            caller(basic(address, "a-token"))
