"""domain: a client, whom projects are done for. Only what projects and time entries show of one."""

from dataclasses import dataclass

from sheaf.domain.errors import NotRemovableError
from sheaf.domain.record import as_dict, validate
from sheaf.domain.values import Id, Timestamp, clean_currency, clean_name, clean_text, optional


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFields:
    """What a caller may say of a client. The defaults are those of a new one."""

    name: str
    is_active: bool = True
    address: str | None = None
    currency: str = "USD"

    def __post_init__(self) -> None:
        """Raises InvalidError, whoever builds this."""
        validate(self, {"name": clean_name, "address": optional(clean_text, "address"), "currency": clean_currency})


@dataclass(frozen=True, slots=True)
class Client:
    """One client of one account. `currency` is an ISO 4217 code. `import_id` is the import that made it, if one did."""

    id: Id
    name: str
    is_active: bool
    address: str | None
    currency: str
    created_at: Timestamp
    updated_at: Timestamp
    version: int = 1
    import_id: Id | None = None


def new_client(client_id: Id, fields: ClientFields, now: Timestamp) -> Client:
    """The client that `fields` asks for, as it is on its first day."""
    return Client(id=client_id, **as_dict(fields), created_at=now, updated_at=now)


class ClientHasProjectsError(NotRemovableError):
    """The client has projects, active or archived. The sentence is Harvest's own."""

    def __init__(self) -> None:
        super().__init__("This client is not removable. It still has projects and/or invoices.")
