"""store: how clients are stored."""

from sheaf.domain.client import Client
from sheaf.domain.values import fold_name
from sheaf.store.codec import Codec
from sheaf.store.records import RecordMapper

CLIENT = RecordMapper("CLIENT", Codec(Client, sparse={"import_id"}), claim=lambda client: fold_name(client.name))
