"""store: access tokens, and whom they authenticate. Access patterns I1, I6 and I7 of docs/data-model.md."""

from collections.abc import Iterator
from dataclasses import replace
from hmac import compare_digest

from sheaf.domain.errors import InvalidError, NotFoundError
from sheaf.domain.identity import AccountId, Caller, Token
from sheaf.domain.values import Id, Timestamp
from sheaf.store import accounts, keys, reads, sequence
from sheaf.store.codec import Codec
from sheaf.store.items import number, text
from sheaf.store.mappers.user import USER
from sheaf.store.reads import KeyRange
from sheaf.store.transactions import Write, commit
from sheaf.store.writes import put_new, update

CODEC = Codec(Token, sparse={"expires_at", "revoked_at"})


def caller_of(digest: str, now: Timestamp) -> Caller | None:
    """The caller whom a token's SHA-256 authenticates at this moment (I1), or None; two reads.

    None also covers a token whose user was archived since it was issued: callers cannot tell these apart.
    """
    item = reads.item(keys.token(digest))
    if item is None:
        return None
    token = CODEC.from_item(item)
    if not compare_digest(token.digest, digest) or not token.is_valid(now):
        return None
    account_id = AccountId(int(item["account_id"]["N"]))
    account_key, user_key = keys.account(account_id), keys.record(account_id, "USER", token.user_id)
    found = reads.items([account_key, user_key])
    account, user_item = (found.get(keys.key_pair(key)) for key in (account_key, user_key))
    if account is None or user_item is None:
        return None
    user = USER.codec.from_item(user_item)
    return Caller(accounts.CODEC.from_item(account), user) if token.is_of(user) else None


def issue(account_id: AccountId, token: Token) -> Token:
    """Keep the digest of a token that was just made (I6), under the next id; the id that `token` brings does not count.

    It is kept twice: once to be found by its digest, once in the account's list.

    Raises:
        InvalidError: this very token was issued before.
    """
    token = replace(token, id=sequence.next_id(account_id, "TOKEN"))
    known = InvalidError("this token was issued before")
    item = {**CODEC.to_item(token), "account_id": number(account_id), "version": number(1)}
    listed = {**item, **keys.record(account_id, "TOKEN", token.id)}
    commit([put_new({**item, **keys.token(token.digest)}, known), put_new(listed, known)])
    return token


def everything(account_id: AccountId) -> Iterator[Token]:
    """All tokens of an account, the newest first, expired and revoked ones included (I7)."""
    return map(CODEC.from_item, reads.items_in(KeyRange(keys.records(account_id, "TOKEN"), low="0", high="~")))


def revoke(account_id: AccountId, token_id: Id, now: Timestamp) -> Token:
    """Make a token invalid (I7); an environment that has just used it may accept it for 60 s more.

    Raises:
        NotFoundError: the account has no such token.
    """
    missing = NotFoundError(f"account {account_id} has no token {token_id}")
    listed = keys.record(account_id, "TOKEN", token_id)
    item = reads.item(listed)
    if item is None:
        raise missing
    token = CODEC.from_item(item)
    commit([_revoke(key, now, missing) for key in (keys.token(token.digest), listed)])
    return replace(token, revoked_at=token.revoked_at or now)


def _revoke(key: keys.Key, now: Timestamp, missing: NotFoundError) -> Write:
    expression = "SET revoked_at = if_not_exists(revoked_at, :now)"
    return update(key, expression, {":now": text(now)}, condition="attribute_exists(pk)", refusal=missing)
