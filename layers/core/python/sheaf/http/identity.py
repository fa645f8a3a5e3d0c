"""http: from the credentials of a request to its caller. The account always comes from the token."""

import hashlib
import time
from collections.abc import Mapping
from functools import cache

from sheaf.domain.errors import NotAuthenticatedError, WrongAccountError
from sheaf.domain.identity import Caller
from sheaf.domain.values import Timestamp
from sheaf.http.call import Call
from sheaf.store import identity

_REMEMBERED_FOR = 60.0  # seconds: how long a revoked token may still work in an environment that has just used it
_REMEMBERED_MOST = 500
_TOKEN_LIMIT = 500  # characters


def token_digest(token: str) -> str:
    """Under which a token is kept: its SHA-256, hexadecimal. A token is random, so it needs no salt."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def v2_caller(call: Call) -> Caller:
    """Who calls, by `Authorization: Bearer` and `Harvest-Account-Id`, or by `access_token` and `account_id`.

    Raises:
        NotAuthenticatedError: no token, or one that opens nothing.
        WrongAccountError: the request names no account, or another than the token's.
    """
    caller = _caller_of(_bearer_token(call.headers) or call.query.get("access_token", ""), call.now)
    account_id = call.headers.get("harvest-account-id") or call.query.get("account_id", "")
    if account_id.strip() != str(caller.account.id):
        raise WrongAccountError
    return caller


def _bearer_token(headers: Mapping[str, str]) -> str:
    scheme, _, token = headers.get("authorization", "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _caller_of(token: str, now: Timestamp) -> Caller:
    if not token or len(token) > _TOKEN_LIMIT:
        raise NotAuthenticatedError
    digest = token_digest(token)
    caller = _remembered(digest)
    if caller is None:
        caller = identity.caller_of(digest, now)
        if caller is None:
            raise NotAuthenticatedError
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
