"""http: from the credentials of a request to its caller. The account always comes from the token."""

import hashlib
import time
from base64 import b64decode
from collections.abc import Mapping
from functools import cache

from sheaf.domain.errors import NotAuthenticatedError, WrongAccountError
from sheaf.domain.identity import Caller, Role
from sheaf.domain.values import Timestamp, fold_name
from sheaf.http.request import Request
from sheaf.store import tokens

_REMEMBERED_FOR = 60.0  # seconds: how long a revoked token may still work in an environment that has just used it
_REMEMBERED_MOST = 500
_TOKEN_LIMIT = 500  # characters


def token_digest(token: str) -> str:
    """Under which a token is kept: its SHA-256, hexadecimal. A token is random, so it needs no salt."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def v2_caller(request: Request) -> Caller:
    """Who calls, by `Authorization: Bearer` and `Harvest-Account-Id`, or by `access_token` and `account_id`.

    Raises:
        NotAuthenticatedError: no token, or one that is not valid.
        WrongAccountError: the request names no account, or another than the token's.
    """
    caller = token_caller(request)
    account_id = request.headers.get("harvest-account-id") or request.query.get("account_id", "")
    if account_id.strip() != str(caller.account.id):
        raise WrongAccountError
    return caller


def token_caller(request: Request) -> Caller:
    """Who calls, by `Authorization: Bearer` or `access_token` alone; the account is the token's.

    Raises:
        NotAuthenticatedError: no token, or one that is not valid.
    """
    return _caller_of(_bearer_token(request.headers) or request.query.get("access_token", ""), request.now)


def v1_caller(request: Request) -> Caller:
    """Who calls, by HTTP Basic (the user's email address and a token as the password), Bearer, or `access_token`.

    Raises:
        NotAuthenticatedError: no token, one that is not valid, or one of somebody with another address.
    """
    email, token = _basic_credentials(request.headers)
    token = token or _bearer_token(request.headers) or request.query.get("access_token", "")
    caller = _caller_of(token, request.now)
    if email and fold_name(email) != fold_name(caller.user.email or ""):
        raise NotAuthenticatedError
    return caller


def _basic_credentials(headers: Mapping[str, str]) -> tuple[str, str]:
    scheme, _, encoded = headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        email, _, token = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError as error:  # no base64, or not UTF-8
        raise NotAuthenticatedError from error
    if not email or not token:
        raise NotAuthenticatedError
    return email, token


def _bearer_token(headers: Mapping[str, str]) -> str:
    scheme, _, token = headers.get("authorization", "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _caller_of(token: str, now: Timestamp) -> Caller:
    if not token or len(token) > _TOKEN_LIMIT:
        raise NotAuthenticatedError
    digest = token_digest(token)
    caller = _remembered(digest)
    if caller is None:
        caller = tokens.caller_of(digest, now)
        if caller is None:
            raise NotAuthenticatedError
        # A manager's lists hang on the projects they manage: who has just made one must find it there at once.
        if caller.user.role is not Role.MANAGER:
            _remember(digest, caller)
    return caller


@cache
def _memory() -> dict[str, tuple[float, Caller]]:
    """The callers that this execution environment has just read, by digest, each with the time to forget them."""
    return {}


def _remembered(digest: str) -> Caller | None:
    forget_at, caller = _memory().get(digest, (0.0, None))
    return caller if time.monotonic() < forget_at else None


def _remember(digest: str, caller: Caller) -> None:
    if len(_memory()) >= _REMEMBERED_MOST:
        _memory().clear()
    _memory()[digest] = time.monotonic() + _REMEMBERED_FOR, caller
