"""store: projects. Access patterns P1 to P6 and P8 of docs/data-model.md."""

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice

from sheaf.domain.idempotency import Keep, keep_nothing
from sheaf.domain.identity import AccountId
from sheaf.domain.operation import UnderWayError
from sheaf.domain.paging import Filter, Page, PageRequest
from sheaf.domain.project import ClientProject, NoSuchClientError, Project, ProjectFields, new_project
from sheaf.domain.values import Id, Timestamp
from sheaf.store import answers, keys, reads, sequence, time_guard
from sheaf.store.items import read_id
from sheaf.store.lists import Chosen, Listing, Source, Visible, by_ids, page_of, with_records
from sheaf.store.mappers.client import CLIENT
from sheaf.store.mappers.project import PROJECT
from sheaf.store.reads import KeyRange
from sheaf.store.resumable import creation, operations, removal, resume
from sheaf.store.resumable.operations import ResumableOperation
from sheaf.store.transactions import StaleError, Write, accept, commit, retried


def get(account_id: AccountId, project_id: Id) -> ClientProject:
    """One project (P1). Raises NotFoundError."""
    return retried(lambda: _with_client(account_id, PROJECT.get(account_id, project_id)))


def get_many(account_id: AccountId, project_ids: Collection[Id]) -> dict[Id, Project]:
    """Many projects by their ids, without the missing ones and those that are being made."""
    return PROJECT.get_many(account_id, project_ids)


def get_by_claims(account_id: AccountId, claims: Collection[str]) -> dict[str, Project]:
    """Projects by what `claim_of` says, without the free ones. Raises StaleError: one was renamed between two reads."""
    return PROJECT.get_by_claim(account_id, claims)


def ids_by_claim(account_id: AccountId, claims: Collection[str]) -> dict[str, Id]:
    """The ids of the projects that have these claims."""
    return PROJECT.owners(account_id, claims)


def page(
    account_id: AccountId,
    wanted: Filter,
    request: PageRequest,
    *,
    client_id: Id | None = None,
    among: Collection[Id] | None = None,
) -> Page[ClientProject]:
    """One page of projects, newest first (P2): of one client where `client_id` is given, and only `among` some."""
    return _page(account_id, lambda: _source(account_id, wanted, client_id, among), request)


def page_of_claim(
    account_id: AccountId, wanted: Filter, request: PageRequest, claim: str, *, among: Collection[Id] | None = None
) -> Page[ClientProject]:
    """The page with the one project that has this claim (P8), where there is one, and `among` some."""

    def source() -> Source:
        named = PROJECT.items_by_claim(account_id, claim)
        return Chosen((item for item in named if among is None or read_id(item["id"]) in among), wanted)

    return _page(account_id, source, request)


def _page(account_id: AccountId, source: Callable[[], Source], request: PageRequest) -> Page[ClientProject]:
    def decide() -> Page[ClientProject]:
        found = page_of(source(), request)
        return with_records(found, _with_clients(account_id, [PROJECT.codec.from_item(item) for item in found.records]))

    return retried(decide)


def active_ids(account_id: AccountId, among: Collection[Id] | None, at_most: int) -> Sequence[Id]:
    """The ids of so many active projects (P2), or of those among some; the oldest first.

    In this order what is made meanwhile comes last.
    """
    found = _source(account_id, Filter(is_active=True), None, among).items(None, at_most)
    return sorted(read_id(item["id"]) for item in islice(found, at_most))


def create(
    account_id: AccountId,
    fields: ProjectFields,
    now: Timestamp,
    creator_id: Id | None = None,
    *,
    keep: Keep[ClientProject] = keep_nothing,
) -> ClientProject:
    """A new project with an assignment for each active default task, whole or not at all (P3).

    `creator_id` is the user who makes it and manages it then. Users who get every new project are assigned too.

    Raises:
        InvalidError: the client is not there. NameTakenError: the client has a project of that name. BusyError.
        UnderWayError: there are more default tasks than there was time for; it will be shown with all of them.
    """

    def decide() -> ClientProject:
        client = CLIENT.get_many(account_id, [fields.client_id]).get(fields.client_id)
        if client is None:
            raise NoSuchClientError
        project = new_project(sequence.next_id(account_id, "PROJECT"), fields, now)
        made = ClientProject(project, client)
        operation = creation.create(account_id, project, creator_id, answers.kept(account_id, keep(made)))
        if operation is not None and not resume.resume(account_id, operation):
            raise UnderWayError(operation.id)
        return made

    return resume.retried(account_id, decide)


def update(account_id: AccountId, project_id: Id, change: Callable[[Project], Project]) -> ClientProject:
    """The project after `change` (P4), which may be called again.

    Raises:
        NotFoundError, NameTakenError, InvalidError (the client is not there), BusyError, and whatever `change` raises.
    """

    def decide() -> ClientProject:
        before = PROJECT.get(account_id, project_id)
        after = change(before)
        if after is not before:
            commit(written(account_id, before, after))
        return _with_client(account_id, after)

    return retried(decide)


def written(account_id: AccountId, before: Project | None, after: Project) -> list[Write]:
    """The writes that make a project without assignments (`before` is None) or turn it into another.

    Refused with NameTakenError, and with InvalidError when its client is not there.
    """
    if before is None:
        return creation.without_tasks(account_id, after)
    writes = PROJECT.writes_to_change(account_id, before, after)
    if after.is_active != before.is_active:
        writes += time_guard.set_accepts_time(account_id, "PROJECT", after.id, accepts_time=after.is_active)
    return writes


def everything(account_id: AccountId) -> Iterator[Project]:
    """All projects of the account, the oldest first (P6)."""
    listed = KeyRange(keys.records(account_id, "PROJECT"), "0", "~", newest_first=False)
    return map(PROJECT.codec.from_item, reads.items_in(listed))


def delete(
    account_id: AccountId, project_id: Id, now: Timestamp, check: Callable[[ClientProject], object] = accept
) -> ClientProject:
    """Remove a project with its assignments and its time entries (P5) and return it as it was.

    It is gone for every reader at once; what was in it is deleted after that.

    Raises:
        NotFoundError, BusyError, and whatever `check` raises.
    """

    def decide() -> tuple[ClientProject, ResumableOperation | None]:
        begun = operations.begun_count(account_id)
        resume.finish_pending(account_id)
        found = get(account_id, project_id)
        check(found)
        record = PROJECT.writes_to_remove(account_id, found.project)
        return found, removal.remove_project(account_id, project_id, record, now, begun)

    found, operation = retried(decide)
    if operation is not None:
        resume.resume(account_id, operation)
    return found


def _source(account_id: AccountId, wanted: Filter, client_id: Id | None, among: Collection[Id] | None) -> Source:
    if among is not None:
        return Chosen(by_ids(keys.records(account_id, "PROJECT"), among), wanted, client_id)
    if client_id is None:
        return Listing(keys.records(account_id, "PROJECT"), keys.totals(account_id, "PROJECT")).source(wanted)
    listed = keys.children(account_id, "CLIENT", client_id, "PROJECT")
    source = Listing(listed, keys.guard(account_id, "CLIENT", client_id)).source(wanted)
    if operations.pending(account_id).hidden_projects:
        return Visible(source, lambda _item: False)  # the client counts projects that are not shown yet
    return source


def _with_client(account_id: AccountId, project: Project) -> ClientProject:
    found = _with_clients(account_id, [project])
    if not found:
        raise StaleError  # the project has moved to another client between two reads
    return found[0]


def _with_clients(account_id: AccountId, projects: Sequence[Project]) -> list[ClientProject]:
    clients = CLIENT.get_many(account_id, {project.client_id for project in projects})
    return [ClientProject(project, clients[project.client_id]) for project in projects if project.client_id in clients]
