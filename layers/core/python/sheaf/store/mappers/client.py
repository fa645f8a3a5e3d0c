"""store: clients as items."""

from sheaf.domain.client import Client
from sheaf.domain.values import Timestamp, fold_name
from sheaf.store.items import flag, number, read_id, read_text, text
from sheaf.store.records import RecordMapper
from sheaf.store.writes import Item


def _to_item(client: Client) -> Item:
    return {
        "id": number(client.id),
        "name": text(client.name),
        "is_active": flag(client.is_active),
        "address": text(client.address),
        "currency": text(client.currency),
        "created_at": text(client.created_at),
        "updated_at": text(client.updated_at),
        "version": number(client.version),
    }


def _from_item(item: Item) -> Client:
    return Client(
        id=read_id(item["id"]),
        name=item["name"]["S"],
        is_active=item["is_active"]["BOOL"],
        address=read_text(item["address"]),
        currency=item["currency"]["S"],
        created_at=Timestamp(item["created_at"]["S"]),
        updated_at=Timestamp(item["updated_at"]["S"]),
        version=int(item["version"]["N"]),
    )


CLIENT = RecordMapper("CLIENT", _to_item, _from_item, claim=lambda client: fold_name(client.name))
