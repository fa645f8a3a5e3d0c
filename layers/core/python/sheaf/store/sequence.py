"""store: ids. One counter for each kind of an account, so that they stay small and grow with creation."""

from sheaf import settings
from sheaf.domain.identity import AccountId
from sheaf.domain.values import Id
from sheaf.store import keys
from sheaf.store.client import dynamodb
from sheaf.store.keys import Key, Kind


def next_id(account_id: AccountId, kind: Kind) -> Id:
    """A number that no record of this kind had or will have; one is lost where its creation then fails."""
    return Id(_next(keys.sequence(account_id, kind)))


def next_account_id() -> AccountId:
    """A number for a new account of this deployment."""
    return AccountId(_next(keys.account_sequence()))


def _next(key: Key) -> int:
    answer = dynamodb().update_item(
        TableName=settings.table_name(),
        Key=key,
        UpdateExpression="ADD last_id :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
        ReturnValues="UPDATED_NEW",
    )
    return int(answer["Attributes"]["last_id"]["N"])
