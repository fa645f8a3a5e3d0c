"""store: ids. One counter for each kind of an account, so that they stay small and grow with creation."""

from collections.abc import Sequence
from contextlib import suppress

from sheaf import settings
from sheaf.aws.dynamodb import dynamodb
from sheaf.domain.identity import AccountId
from sheaf.domain.record import Kind
from sheaf.domain.values import Id
from sheaf.store import keys
from sheaf.store.keys import Key
from sheaf.store.transactions import commit
from sheaf.store.writes import update


def next_id(account_id: AccountId, kind: Kind) -> Id:
    """A number that no record of this kind had or will have; one is lost where its creation then fails."""
    return next_ids(account_id, kind, 1)[0]


def next_ids(account_id: AccountId, kind: Kind, count: int) -> Sequence[Id]:
    """Several such numbers at once, growing."""
    last = _add(keys.sequence(account_id, kind), count)
    return [Id(number) for number in range(last - count + 1, last + 1)]


def next_account_id() -> AccountId:
    """A number for a new account of this deployment."""
    return AccountId(_add(keys.account_sequence(), 1))


def pass_id(account_id: AccountId, kind: Kind, record_id: Id) -> None:
    """Never give out this number or one below it: a record of this kind brings it."""
    _pass(keys.sequence(account_id, kind), record_id)


def pass_account_id(account_id: AccountId) -> None:
    """Never give out this number or one below it: somebody has chosen it for an account."""
    _pass(keys.account_sequence(), account_id)


class _PassedError(Exception):
    """The sequence stands at that number or above it already."""


def _pass(key: Key, number: int) -> None:
    write = update(
        key,
        "SET last_id = :id",
        {":id": {"N": str(number)}},
        condition="attribute_not_exists(last_id) OR last_id < :id",
        refusal=_PassedError(),
    )
    with suppress(_PassedError):
        commit([write])


def _add(key: Key, count: int) -> int:
    answer = dynamodb().update_item(
        TableName=settings.table_name(),
        Key=key,
        UpdateExpression="ADD last_id :count",
        ExpressionAttributeValues={":count": {"N": str(count)}},
        ReturnValues="UPDATED_NEW",
    )
    return int(answer["Attributes"]["last_id"]["N"])
