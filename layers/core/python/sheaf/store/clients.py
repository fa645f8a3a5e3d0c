"""store: clients. Access patterns C1 to C6 of docs/data-model.md."""

from collections.abc import Callable, Collection

from sheaf.domain.client import Client, ClientFields, new_client
from sheaf.domain.idempotency import Keep, keep_nothing
from sheaf.domain.identity import AccountId
from sheaf.domain.paging import Filter, Page, PageRequest
from sheaf.domain.values import Id, Timestamp, fold_name
from sheaf.store import answers, sequence, time_guard
from sheaf.store.lists import page_of_kind
from sheaf.store.mappers.client import CLIENT
from sheaf.store.transactions import Write, accept, commit, retried


def get(account_id: AccountId, client_id: Id) -> Client:
    """One client (C1). Raises NotFoundError."""
    return CLIENT.get(account_id, client_id)


def get_many(account_id: AccountId, client_ids: Collection[Id]) -> dict[Id, Client]:
    """Many clients by their ids, without the missing ones."""
    return CLIENT.get_many(account_id, client_ids)


def ids_by_name(account_id: AccountId, names: Collection[str]) -> dict[str, Id]:
    """The ids of the clients that have these folded names."""
    return CLIENT.owners(account_id, names)


def page(account_id: AccountId, wanted: Filter, request: PageRequest, name: str | None = None) -> Page[Client]:
    """One page of the account's clients, newest first (C2), or of the one that has this name (C6)."""
    return page_of_kind(CLIENT, account_id, wanted, request, None if name is None else fold_name(name))


def create(account_id: AccountId, fields: ClientFields, now: Timestamp, *, keep: Keep[Client] = keep_nothing) -> Client:
    """A new client with the next id (C3). Raises NameTakenError, AnsweredError, BusyError."""

    def decide() -> Client:
        client = new_client(sequence.next_id(account_id, "CLIENT"), fields, now)
        commit([*answers.kept(account_id, keep(client)), *written(account_id, None, client)])
        return client

    return retried(decide)


def update(account_id: AccountId, client_id: Id, change: Callable[[Client], Client]) -> Client:
    """The client after `change` (C4), which may be called again. Raises NotFoundError, NameTakenError, BusyError."""

    def decide() -> Client:
        before = get(account_id, client_id)
        after = change(before)
        if after is not before:
            commit(written(account_id, before, after))
        return after

    return retried(decide)


def written(account_id: AccountId, before: Client | None, after: Client) -> list[Write]:
    """The writes that make a client (`before` is None) or turn it into another. Refused with NameTakenError."""
    if before is None:
        return [
            *CLIENT.writes_to_add(account_id, after),
            time_guard.add(account_id, "CLIENT", after.id),
        ]
    return CLIENT.writes_to_change(account_id, before, after)


def delete(account_id: AccountId, client_id: Id, check: Callable[[Client], object] = accept) -> Client:
    """Remove a client without projects (C5) and return it as it was.

    Raises:
        NotFoundError, ClientHasProjectsError, BusyError, and whatever `check` raises.
    """

    def decide() -> Client:
        client = get(account_id, client_id)
        check(client)
        commit([*CLIENT.writes_to_remove(account_id, client), time_guard.remove_client(account_id, client_id)])
        return client

    return retried(decide)
